import { hex } from '../../base';
import { classNames } from '../../ui/classNames';
import { entryHi, entryLo, entryName, MARK_NAMES, marksOf, targetText } from '../../views/scene/decode';
import type { Rect } from '../../views/scene/layoutTypes';
import type { Metrics } from '../../views/scene/metrics';
import type { EntryNote, TableModel } from '../../views/scene/model';
import { entityProps, silent, useScene } from './sceneProps';

interface EntryRowProps {
  readonly table: TableModel;
  readonly index: number;
  readonly id: string;
  readonly rect: Rect;
  readonly m: Metrics;
}

/** One entry of a table: index, its marks as cells, what it points at. */
export function EntryRow({ table, index, id, rect, m }: EntryRowProps) {
  const scene = useScene();
  const note = table.notes.get(index);
  const old = scene.before.has(id) ? note?.was : undefined;
  const hi = old?.hi ?? entryHi(table, index);
  const lo = old?.lo ?? entryLo(table, index);
  const text = old === undefined ? targetText(table, hi, lo, note) : targetText(table, hi, lo, undefined);
  return (
    <g className={classNames('scene-row', ...rowClasses(note, old !== undefined))}>
      <rect
        {...entityProps(id, entryName(table, index), scene)}
        className="scene-row-back"
        x={rect.x}
        y={rect.y}
        width={rect.w}
        height={rect.h}
        rx="4"
      />
      <RowContent
        index={index}
        marks={note?.blank && old === undefined ? 0 : marksOf(hi, lo, table.format)}
        text={text}
        rect={rect}
        m={m}
      />
    </g>
  );
}

/** The strongest thing to say about an entry decides how its row looks. */
function rowClasses(note: EntryNote | undefined, old: boolean): string[] {
  if (note === undefined) return [];
  const names: string[] = [];
  if (note.walk !== undefined) names.push(note.walk === 'reading' ? 'is-reading' : 'is-path');
  if (note.stale) names.push('is-stale');
  if (note.changed && !old) names.push('is-changed');
  if (note.wrong !== undefined) names.push('is-wrong');
  return names;
}

interface RowContentProps {
  readonly index: number;
  /** Bit i is mark i of MARK_NAMES. */
  readonly marks: number;
  readonly text: string;
  readonly rect: Rect;
  readonly m: Metrics;
}

/** Shared by tables and snapshots: what an entry looks like, wherever a copy of it lies. */
export function RowContent({ index, marks, text, rect, m }: RowContentProps) {
  const left = rect.x + m.inset - 4;
  const right = rect.x + rect.w - (m.inset - 4);
  const middle = rect.y + rect.h / 2;
  const cellsX = left + 3 * m.mono * 0.6 + 5;
  // A narrow row (a snapshot on a phone) keeps its marks apart from its target by making them narrower.
  const room = right - cellsX - text.length * m.mono * 0.6 - 4;
  const pitch = Math.min(m.pitch, room / MARK_NAMES.length);
  const y = middle - m.cellH / 2;
  return (
    <>
      <text {...silent} className="scene-mono scene-index" x={left} y={middle} dy=".35em">
        {hex(index, 3)}
      </text>
      {MARK_NAMES.map((name, i) => (
        <rect
          key={name}
          className={marks & (1 << i) ? `scene-cell on-${name}` : 'scene-cell'}
          x={cellsX + i * pitch}
          y={y}
          width={Math.min(m.cellW, pitch * 0.84)}
          height={m.cellH}
          rx="1.5"
        />
      ))}
      <text {...silent} className="scene-mono scene-target" x={right} y={middle} dy=".35em" textAnchor="end">
        {text}
      </text>
    </>
  );
}
