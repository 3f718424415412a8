import { figure } from '../../base';
import type { LabResult } from '../../lab';
import '../../ui/countTable.css';

interface Row {
  readonly name: string;
  readonly says: string;
  readonly a: number | undefined;
  readonly b: number | undefined;
}

const named = (name: string): string => name.replace(/^shadow_/, '').replaceAll('_', ' ');

/** The machine's measures, then the counters of each design; a design that has no such counter shows none. */
function groupsOf(
  a: LabResult,
  b: LabResult | undefined,
): readonly { readonly title: string; readonly rows: readonly Row[] }[] {
  const machine = a.measures
    .slice(0, a.machineMeasures)
    .map(({ name, says }, i): Row => ({ name, says, a: a.totals[i], b: b?.totals[i] }));
  const design = (result: LabResult, other: LabResult | undefined, first: boolean) => ({
    title: `Counters of ${result.config.design}`,
    rows: result.measures.slice(result.machineMeasures).map(({ name, says }, i): Row => {
      const own = result.totals[i + result.machineMeasures];
      const others =
        other?.config.design === result.config.design ? other.totals[i + other.machineMeasures] : undefined;
      return { name: named(name), says, a: first ? own : others, b: first ? others : own };
    }),
  });
  return [
    { title: 'The machine', rows: machine },
    design(a, b, true),
    ...(b === undefined || b.config.design === a.config.design ? [] : [design(b, undefined, false)]),
  ];
}

/** Every count at the end, and what it is per 1,000 accesses. */
export function Counts({ a, b }: { readonly a: LabResult; readonly b: LabResult | undefined }) {
  const lengths = { a: a.totals[1] ?? 1, b: b?.totals[1] ?? 1 };
  return (
    <section className="lab-counts" aria-label="Counted">
      <h2>Counted in all</h2>
      {groupsOf(a, b).map(({ title, rows }) => {
        const counted = rows.filter((row) => (row.a ?? 0) !== 0 || (row.b ?? 0) !== 0);
        const quiet = rows.length - counted.length;
        if (rows.length === 0) return null;
        return (
          <div key={title} className="lab-counts-group">
            <table className="count-table">
              <caption>{title}</caption>
              <thead>
                <tr>
                  <th scope="col">What</th>
                  <th scope="col">A</th>
                  <th scope="col">per 1,000</th>
                  {b !== undefined && <th scope="col">B</th>}
                  {b !== undefined && <th scope="col">per 1,000</th>}
                </tr>
              </thead>
              <tbody>
                {counted.map((row) => (
                  <tr key={row.name}>
                    <th scope="row" data-tip={row.says}>
                      {row.name}
                    </th>
                    <Cells value={row.a} length={lengths.a} />
                    {b !== undefined && <Cells value={row.b} length={lengths.b} />}
                  </tr>
                ))}
              </tbody>
            </table>
            {quiet > 0 && <p className="lab-quiet">{quiet} more stay at 0.</p>}
          </div>
        );
      })}
    </section>
  );
}

function Cells({ value, length }: { readonly value: number | undefined; readonly length: number }) {
  if (value === undefined)
    return (
      <>
        <td>–</td>
        <td>–</td>
      </>
    );
  return (
    <>
      <td>{figure(value)}</td>
      <td>{Number(((1000 * value) / length).toPrecision(3))}</td>
    </>
  );
}
