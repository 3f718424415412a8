import { figure } from '../../base';
import { type LookupInFull, strip } from '../../views/xi/beside';
import { BACKLINK_BYTES, bytesText, SPTE_BYTES } from '../../views/xi/space';

interface LookupProps {
  readonly lookup: LookupInFull;
  readonly name: string;
  /** Reads to show; a lookup with fewer is over before. */
  readonly done: number;
  readonly onStage: boolean;
}

/** Tables beyond this are counted. */
const SHOWN = 16;

/** One lookup: its leaf tables as strips, each entry that was read lit, and the count. */
export function Lookup({ lookup, name, done, onStage }: LookupProps) {
  const reads = Math.min(done, lookup.reads.length);
  const bytes = reads * (lookup.by === 'chain' ? SPTE_BYTES + BACKLINK_BYTES : SPTE_BYTES);
  const hits = lookup.reads.slice(0, reads).filter(({ hit }) => hit).length;
  const over = reads === lookup.reads.length;
  return (
    <section aria-label={name} className="beside-one">
      <h3>
        {name} {onStage && <small>on stage</small>}
      </h3>
      <p className="beside-count">
        <b>{figure(reads)}</b> {lookup.by === 'chain' ? 'visited' : 'read'}
      </p>
      <p>
        {bytesText(bytes)}, {hits} {hits === 1 ? 'hit' : 'hits'}
        {over ? ', over' : ''}
      </p>
      <ol>
        {lookup.tables.slice(0, SHOWN).map(({ kit, name: table, entries }) => (
          <li key={kit}>
            <span>{table}</span>
            <Strip cells={strip(lookup, kit, entries, reads)} />
          </li>
        ))}
      </ol>
      {lookup.tables.length > SHOWN && <p>and {figure(lookup.tables.length - SHOWN)} more tables</p>}
    </section>
  );
}

const W = 100;

function Strip({ cells }: { readonly cells: ReturnType<typeof strip> }) {
  const w = W / Math.max(1, cells.length);
  return (
    <svg viewBox={`0 0 ${W} 10`} preserveAspectRatio="none" aria-hidden="true">
      {cells.map((state, i) => (
        <rect
          // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its place
          key={i}
          className={`is-${state}`}
          x={i * w}
          y={state === 'hit' ? 0 : 2}
          width={Math.max(0.6, w - (w > 3 ? 1 : 0.2))}
          height={state === 'hit' ? 10 : 6}
        />
      ))}
    </svg>
  );
}
