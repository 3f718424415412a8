import { memo } from 'react';
import { shadowName } from '../../base';
import { classNames } from '../../ui/classNames';
import type { CardLayout, Rect } from '../../views/scene/layoutTypes';
import type { Metrics } from '../../views/scene/metrics';
import { minimapPath } from '../../views/scene/minimap';
import type { TableModel } from '../../views/scene/model';
import { wordsWidth } from '../../views/scene/text';
import { EntryRow } from './EntryRow';
import { entityProps, groupProps, silent, useScene } from './sceneProps';

interface TableCardProps {
  readonly card: CardLayout;
  readonly m: Metrics;
  /** Names of the invariants that this table or an entry of it breaks; empty when all is well. */
  readonly wrong: string;
}

/** A table: its name and frame, where its used entries lie, and the entries that there is room for. */
export const TableCard = memo(function TableCard({ card, m, wrong }: TableCardProps) {
  const scene = useScene();
  const { table, rect, rows, minimap } = card;
  const classes = classNames(
    'scene-card',
    `side-${table.side}`,
    table.outOfSync && 'is-drifting',
    wrong !== '' && 'is-wrong',
    table.fresh && 'is-fresh',
    table.gone === true && 'is-gone',
  );
  const baseline = rect.y + m.headH / 2 - 2;
  return (
    <g className={classes} {...groupProps(table.id, tableName(table))}>
      <rect className="scene-card-back" x={rect.x} y={rect.y} width={rect.w} height={rect.h} rx="6" />
      <g className="scene-head">
        <rect
          {...entityProps(table.id, tableName(table), scene)}
          className="scene-head-hit"
          x={rect.x + 1}
          y={rect.y + 1}
          width={rect.w - 2}
          height={m.headH - 2}
          rx="5"
        />
        <text {...silent} x={rect.x + m.inset} y={baseline} dy=".2em">
          <tspan className="scene-title">{table.name}</tspan>
          <tspan className="scene-tags" dx="5">
            {tagsOf(table)}
          </tspan>
        </text>
        <text
          {...silent}
          className="scene-mono scene-frame-no"
          x={rect.x + rect.w - m.inset}
          y={baseline}
          dy=".2em"
          textAnchor="end"
        >
          {table.frameName}
        </text>
      </g>
      <rect
        className="scene-map-line"
        x={minimap.x}
        y={minimap.y + 1.5}
        width={minimap.w}
        height="2"
        rx="1"
      />
      {Array.from({ length: (table.pages ?? 1) - 1 }, (_, p) => {
        const x = minimap.x + ((p + 1) * minimap.w) / (table.pages ?? 1);
        return (
          <line key={x} className="scene-map-page" x1={x} x2={x} y1={minimap.y - 2} y2={minimap.y + 7} />
        );
      })}
      <path className="scene-map-marks" d={minimapPath(table, minimap)} />
      {rows.map((row) =>
        row.kind === 'entry' ? (
          <EntryRow key={row.id} table={table} index={row.index} id={row.id} rect={row.rect} m={m} />
        ) : (
          <text
            key={`fold ${row.rect.y}`}
            className="scene-fold"
            x={row.rect.x + row.rect.w / 2}
            y={row.rect.y + row.rect.h / 2}
            dy=".35em"
            textAnchor="middle"
          >
            {row.text}
          </text>
        ),
      )}
      {wrong !== '' && <BrokenTag names={wrong} rect={rect} />}
    </g>
  );
}, sameCard);

/** A card is drawn again only if its table or its place has changed: most of a scene stays as it is from step to step. */
function sameCard(a: TableCardProps, b: TableCardProps): boolean {
  if (a.m !== b.m || a.wrong !== b.wrong || a.card.table !== b.card.table) return false;
  if (!sameRect(a.card.rect, b.card.rect) || a.card.rows.length !== b.card.rows.length) return false;
  return a.card.rows.every((row, i) => {
    const other = b.card.rows[i];
    if (other === undefined || !sameRect(row.rect, other.rect)) return false;
    return row.kind === 'entry'
      ? other.kind === 'entry' && row.id === other.id
      : other.kind === 'fold' && row.text === other.text;
  });
}

const sameRect = (a: Rect, b: Rect): boolean => a.x === b.x && a.y === b.y && a.w === b.w && a.h === b.h;

/** The invariants' names on the upper edge of the card, clear of the words in its head: red is not all that tells. */
function BrokenTag({ names, rect }: { readonly names: string; readonly rect: Rect }) {
  const text = `breaks ${names}`;
  const w = Math.min(rect.w - 12, wordsWidth(text, 9.5) + 12);
  const x = rect.x + rect.w - w - 6;
  return (
    <>
      <rect className="scene-broken-back" x={x} y={rect.y - 12} width={w} height={14} rx="4" />
      <text className="scene-broken" x={x + w / 2} y={rect.y - 5} dy=".35em" textAnchor="middle">
        {text}
      </text>
    </>
  );
}

/** What a screen reader says of a table: `guest page table PT 0x02e, 2 of 512 entries used, out of sync`. */
export function tableName(t: TableModel): string {
  const kind = t.side === 'guest' ? 'guest page table' : 'shadow page table';
  const words = [`${kind} ${t.name} ${t.frameName}`, `${t.used.length} of ${t.capacity} entries used`];
  if (t.pages !== undefined && t.pages > 1)
    words.push(`${t.pages} pages, ${shadowName(t.frame)} to ${shadowName(t.frame + t.pages - 1)}`);
  if (t.outOfSync) words.push('out of sync');
  if (t.backs !== undefined) words.push(`stands for ${t.backs}`);
  if (t.gone === true) words.push('just destroyed');
  if (t.refcount !== undefined && t.gone !== true)
    words.push(`held by ${t.refcount} ${t.refcount === 1 ? 'reference' : 'references'}`);
  if (t.remembered !== undefined && t.remembered.length > 0)
    words.push(`last writable hint of vCPU ${t.remembered.join(' and ')}`);
  if (t.tags.length > 0) words.push(`loaded by ${t.tags.map((v) => v.replace('v', 'vCPU ')).join(' and ')}`);
  return words.join(', ');
}

/** Who has it loaded, in as little room as a narrow card has (`v0,1`), and whether a vCPU remembers it. */
function tagsOf({ tags, remembered }: TableModel): string {
  const loaders = tags.length === 0 ? [] : [`v${tags.map((tag) => tag.slice(1)).join(',')}`];
  return [...loaders, ...((remembered ?? []).length > 0 ? ['hint'] : [])].join(' ');
}
