import { figure } from '../../base';
import { Plot, type PlotAxis, type PlotLine } from '../../ui/Plot';
import { bytesText } from '../../views/xi/space';
import { poolSizes, type SearchCost, searchCosts } from '../../views/xi/time';
import { type Measures, tablesOf } from './measures';
import '../../ui/countTable.css';

/** Finding all mappings of one page: by its chain, and by a search, over the number of leaf tables. */
export function Search({ measures }: { readonly measures: Measures }) {
  const tables = tablesOf(measures);
  const costs = searchCosts(tables, measures.mappings);
  const most = searchCosts(POOLS.at(-1) ?? 1, 1).reduce((top, { reads }) => Math.max(top, reads), 1);
  const y: PlotAxis = {
    from: 1,
    to: most,
    scale: 'log',
    ticks: [1, 1024, 2 ** 20].filter((tick) => tick <= most),
    text: short,
    label: 'entries read',
  };
  return (
    <section aria-label="Finding who maps a page">
      <h2>Finding who maps a page</h2>
      <table className="count-table">
        <thead>
          <tr>
            <th scope="col">computed</th>
            <th scope="col">entries</th>
            <th scope="col">bytes</th>
          </tr>
        </thead>
        <tbody>
          {costs.map((cost) => (
            <tr key={cost.means} data-tip={`${cost.says}\n${cost.formula}`}>
              <th scope="row">
                <b className={`figures-letter is-${TONES[cost.means].tone}`}>{cost.letter}</b> {cost.name}
              </th>
              <td>{figure(cost.reads)}</td>
              <td>{bytesText(cost.bytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Plot
        says={`With ${figure(tables)} leaf tables: ${costs.map(({ name, reads }) => `${name} ${figure(reads)}`).join(', ')}. Only the searches grow with the tables.`}
        x={X}
        y={y}
        lines={linesOf(measures.mappings)}
        here={tables}
      />
    </section>
  );
}

const POOLS = poolSizes();
const X: PlotAxis = {
  from: POOLS[0] ?? 1,
  to: POOLS.at(-1) ?? 1,
  scale: 'log',
  ticks: [1, 64, 4096, 2 ** 16].filter((tick) => tick <= (POOLS.at(-1) ?? 1)),
  text: (n) => (n >= 1024 ? `${figure(n / 1024)}k` : figure(n)),
  label: 'leaf tables in use',
};

const TONES: Readonly<Record<SearchCost['means'], Pick<PlotLine, 'tone' | 'dashes'>>> = {
  chain: { tone: 'dirty' },
  half: { tone: 'writable', dashes: 'long' },
  linear: { tone: 'wrong' },
};

const linesOf = (mappings: number): PlotLine[] =>
  searchCosts(1, mappings).map(({ means, name, letter }) => ({
    name,
    letter,
    ...TONES[means],
    points: POOLS.map((tables): [number, number] => [
      tables,
      searchCosts(tables, mappings).find((cost) => cost.means === means)?.reads ?? 1,
    ]),
  }));

const short = (n: number): string =>
  n >= 2 ** 20 ? `${figure(n / 2 ** 20)}M` : n >= 1024 ? `${figure(n / 1024)}k` : figure(n);
