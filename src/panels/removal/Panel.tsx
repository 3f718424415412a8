import { useStore } from 'zustand';
import { figure } from '../../base';
import type { Controls } from '../../session/controls';
import { focus } from '../../session/focusing';
import { goTo } from '../../session/stepping';
import { type Comparison, comparisonAt } from '../../views/xen/comparison';
import type { Cost } from '../../views/xen/removalCost';
import { CostPlot } from './CostPlot';
import '../../ui/countTable.css';
import '../../ui/momentList.css';
import './panel.css';

/** Taking write access away: what it has read so far, and what each means would cost, side by side. */
export function RemovalPanel({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const cursor = useStore(session.store, (s) => s.cursor);
  const entity = useStore(session.store, (s) => s.focus.now?.entity);
  useStore(session.store, (s) => s.version);
  const { run } = session;
  const found = run === undefined ? undefined : comparisonAt(run, cursor, entity);
  if (found === undefined) return null;
  return (
    <section className="removal stack" aria-label="Taking write access away">
      <p>
        A table may only be shadowed while nobody can write it. The type count says how many mappings can, but
        not where they are. There are five ways to find them.
      </p>
      <Compared found={found} />
      <CostPlot geometry={found.geometry} />
      <Reads found={found} choose={(to) => focus(session, to)} />
      <SoFar found={found} go={(to) => goTo(session, to)} />
    </section>
  );
}

function Compared({ found }: { readonly found: Comparison }) {
  const { page, costs, counted } = found;
  return (
    <section aria-label="Compared">
      <h2>
        {page === undefined ? (
          'What each would cost'
        ) : (
          <>
            For <code>{page.name}</code>, {figure(page.writers)} to find
          </>
        )}
      </h2>
      <table className="count-table">
        <thead>
          <tr>
            <th scope="col">means</th>
            <th scope="col" data-tip="Shadow entries read in this run so far.">
              read
            </th>
            <th scope="col" data-tip="How many of them mapped the page writable.">
              hits
            </th>
            <th scope="col" data-tip="By formula, for the page and the shadows there are now.">
              would read
            </th>
          </tr>
        </thead>
        <tbody>
          {costs.map((cost) => {
            const real = counted.find(({ means }) => means === cost.means);
            return (
              <tr key={cost.means}>
                <th scope="row" data-tip={cost.says}>
                  {cost.name}
                </th>
                <td>{real === undefined ? '—' : figure(real.reads)}</td>
                <td>{real === undefined ? '—' : figure(real.hits)}</td>
                <td data-tip={cost.formula}>
                  {cost.not === undefined ? wouldRead(cost) : <small>{cost.not}</small>}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <p className="removal-note">
        Type count already 0: nothing is read at all. Backlinks are computed: Xen keeps none.
      </p>
    </section>
  );
}

const wouldRead = ({ least, most }: Cost): string =>
  least === most ? figure(most) : `${figure(least)} to ${figure(most)}`;

function Reads({ found, choose }: { readonly found: Comparison; readonly choose: (entity: string) => void }) {
  const { lastReads, searching } = found;
  if (lastReads.length === 0) return null;
  const now = found.removals.some((removal) => removal.now);
  return (
    <section aria-label="Reads">
      <h2>{now ? 'Reading now' : 'The last reads'}</h2>
      {searching !== undefined && (
        <p>
          Hash bucket {searching.bucket} of {searching.buckets}, shadow {searching.nth} of {searching.shadows}
        </p>
      )}
      <ol className="removal-reads">
        {lastReads.map(({ how, place, entity, hit, nth, says }) => (
          <li key={nth} className={hit ? 'is-hit' : undefined} data-tip={says}>
            <span>{figure(nth)}</span>
            <span>{how}</span>
            {entity === undefined ? (
              <span>{place}</span>
            ) : (
              <button type="button" onClick={() => choose(entity)}>
                {place}
              </button>
            )}
            <span>{hit ? 'loses W' : ''}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function SoFar({ found, go }: { readonly found: Comparison; readonly go: (cursor: number) => void }) {
  return (
    <section aria-label="Searches so far">
      <h2>Searches so far</h2>
      {found.removals.length === 0 && <p>None yet in this run.</p>}
      <ol className="moment-list">
        {found.removals.map(({ cursor, page, who, counted, reads, now }) => (
          <li key={cursor}>
            <button type="button" aria-current={now ? 'step' : undefined} onClick={() => go(cursor)}>
              <span className="removal-page">{page}</span>
              <span>
                {who}: {counted.map(({ means, reads: n }) => `${figure(n)} by ${WORDS[means]}`).join(', ')}
              </span>
              <span className="removal-sum">{figure(reads)}</span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

const WORDS = { fixup: 'fixup', guess: 'guess', hint: 'hint', search: 'search' } as const;
