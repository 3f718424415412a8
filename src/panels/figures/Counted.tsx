import { useStore } from 'zustand';
import { figure, frameName } from '../../base';
import type { Controls } from '../../session/controls';
import { goTo } from '../../session/stepping';
import { type Lookup, lookupsAt } from '../../views/xi/lookups';
import { SPTE_BYTES } from '../../views/xi/space';
import '../../ui/momentList.css';

/** What the run on stage has read, lookup by lookup, beside what the formula says for as many tables. */
export function Counted({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const cursor = useStore(session.store, (s) => s.cursor);
  useStore(session.store, (s) => s.version);
  const { run } = session;
  if (run === undefined || run.built.design.name !== 'xi') return null;
  const lookups = lookupsAt(run, cursor);
  const counts = run.peek(cursor, () => run.world.counters.all());
  const sum = (by: Lookup['by']): number =>
    lookups.filter((one) => one.by === by).reduce((all, { reads }) => all + reads, 0);
  return (
    <section aria-label="Counted in this run">
      <h2>Counted in this run, up to here</h2>
      <dl className="figures-counted">
        <Count name="visited along chains" value={sum('chain')} />
        <Count name="read by linear searches" value={sum('linear')} />
        <Count
          name="a search would have read"
          value={lookups.reduce((all, one) => all + one.tables * one.entries, 0)}
          tip="Computed: every entry of every leaf table there was, each time."
        />
        <Count name="backlinks put in" value={counts.bl_insert ?? 0} />
        <Count name="backlinks taken out" value={counts.bl_remove ?? 0} />
      </dl>
      {lookups.length === 0 && <p className="figures-note">Nobody has asked who maps a page yet.</p>}
      <ol className="figures-walks moment-list">
        {lookups.slice(-SHOWN).map((lookup) => (
          <li key={`${lookup.step} ${lookup.gfn}`}>
            <button
              type="button"
              aria-current={lookup.step === cursor - 1 ? 'step' : undefined}
              data-tip={tipOf(lookup)}
              onClick={() => goTo(session, lookup.step + 1)}
            >
              <code>{frameName(lookup.gfn)}</code>
              <span>
                {lookup.by === 'chain' ? 'chain visits' : 'search reads'} <b>{figure(lookup.reads)}</b>
              </span>
              <span>
                {lookup.by === 'chain' ? 'a search:' : 'at most'} {figure(lookup.tables * lookup.entries)}{' '}
                computed
              </span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Lookups before these are in the sums only. */
const SHOWN = 8;

function tipOf({ tables, entries, by, reads }: Lookup): string {
  const most = tables * entries;
  const search = `S = ${figure(tables)} leaf tables of ${figure(entries)} entries: ${figure(most)} entries, ${figure(most * SPTE_BYTES)} bytes.`;
  return by === 'chain'
    ? `k = ${figure(reads)}: that many mappings are in the chain. A linear search reads up to\n${search}`
    : search;
}

function Count({
  name,
  value,
  tip,
}: {
  readonly name: string;
  readonly value: number;
  readonly tip?: string;
}) {
  return (
    <div data-tip={tip}>
      <dt>
        {name}
        {tip !== undefined && <small> computed</small>}
      </dt>
      <dd>{figure(value)}</dd>
    </div>
  );
}
