import { useStore } from 'zustand';
import { figure } from '../../base';
import type { Run } from '../../engine';
import type { Controls } from '../../session/controls';
import { focus as focusOn } from '../../session/focusing';
import { classNames } from '../../ui/classNames';
import { type FrameCell, MAP_COLUMNS, type MapRow, memoryMap } from '../../views/memoryMap';
import { buildScene } from '../../views/scene/build';
import { tlbsAt } from '../../views/tlbs';
import './beneath.css';
import { TlbCards } from './Tlbs.lazy';

/** Below the tables, where there is no lower half: memory itself, in which they lie, and what the processors remember. */
export default function Beneath({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const beat = useStore(session.store, (s) => s.beat);
  const chosen = useStore(session.store, (s) => s.focus.now?.entity);
  useStore(session.store, (s) => s.version);
  const { run } = session;
  if (run === undefined) return null;
  const choose = (entity: string): void => focusOn(session, entity === chosen ? undefined : entity);
  return <BeneathMarks run={run} from={beat.from} to={beat.to} chosen={chosen} choose={choose} />;
}

interface BeneathMarksProps {
  readonly run: Run;
  /** The beat (from, to]. */
  readonly from: number;
  readonly to: number;
  readonly chosen: string | undefined;
  readonly choose: (entity: string) => void;
}

/** The same for any run: also for pictures that nobody clicks. */
export function BeneathMarks({ run, from, to, chosen, choose }: BeneathMarksProps) {
  const rows = memoryMap(run, buildScene(run, from, to), from, to);
  return (
    <div className="beneath">
      <section className="memory-map" aria-label="Memory, frame by frame">
        <header>
          <h3>Memory: {figure(run.built.machine.config.guestFrames)} frames of 4 KiB</h3>
          <ul className="memory-key" aria-label="What the cells are">
            <li className="is-table">table</li>
            <li className="is-data">data</li>
            <li className="is-unmapped">not mapped</li>
            <li className="is-walk">being read</li>
          </ul>
        </header>
        <div className="memory-rows">
          {rows.map((row) => (
            <Row key={row.first} row={row} chosen={chosen} choose={choose} />
          ))}
        </div>
      </section>
      <section className="tlbs in-stage" aria-label="TLBs">
        <TlbCards tlbs={tlbsAt(run, from, to)} />
      </section>
    </div>
  );
}

interface RowProps {
  readonly row: MapRow;
  readonly chosen: string | undefined;
  readonly choose: (entity: string) => void;
}

function Row({ row, chosen, choose }: RowProps) {
  if (row.kind === 'gap') return <p className="memory-gap">{figure(row.frames)} frames that no table maps</p>;
  return (
    <div className="memory-row" style={{ gridTemplateColumns: `repeat(${MAP_COLUMNS}, minmax(0, 1fr))` }}>
      {row.cells.map((cell) => (
        <Cell
          key={cell.frame}
          cell={cell}
          chosen={cell.entity !== undefined && cell.entity === chosen}
          choose={choose}
        />
      ))}
    </div>
  );
}

const DOES: Readonly<Record<FrameCell['state'], string>> = {
  idle: '',
  walked: ', the walk came by',
  reading: ', being read',
  written: ', just written',
};

function Cell({
  cell,
  chosen,
  choose,
}: {
  readonly cell: FrameCell;
  readonly chosen: boolean;
  readonly choose: RowProps['choose'];
}) {
  const { digits, kind, level, entity, state } = cell;
  const className = classNames(
    'memory-cell',
    `is-${kind}`,
    state !== 'idle' && `is-${state}`,
    chosen && 'is-chosen',
  );
  const what = kind === 'table' ? `${level} table` : kind === 'data' ? 'data' : 'not mapped';
  const words = (
    <>
      {digits}
      {level !== '' && <b> {level}</b>}
    </>
  );
  if (entity === undefined) return <span className={className}>{words}</span>;
  return (
    <button
      type="button"
      // The same tables and frames are reached by keyboard above: this is for who points.
      tabIndex={-1}
      className={className}
      data-tip={`Frame 0x${digits}: ${what}${DOES[state]}`}
      aria-pressed={chosen}
      onClick={() => choose(entity)}
    >
      {words}
    </button>
  );
}
