import { type EntityId, ownerOf } from './entity';
import { allLines, chooseLines, hotHeight, type Lines } from './layoutRows';
import type { CardLayout, ColumnLayout, RowLayout, StackLayout } from './layoutTypes';
import type { Metrics } from './metrics';
import type { TableModel } from './model';

export interface CardsOf {
  readonly cards: readonly CardLayout[];
  readonly stack: StackLayout | undefined;
}

const STACK_H = 22;

/**
 * Cards of one column in one half, from `top` to `bottom`. Everybody gets the lines they want if that fits; else each at
 * least the lines that matter now and the rest in equal shares; and where even that is too much, some cards become a stack.
 */
export function layoutCards(
  tables: readonly TableModel[],
  column: ColumnLayout,
  top: number,
  bottom: number,
  m: Metrics,
  keep: ReadonlySet<EntityId>,
  twins: ReadonlyMap<EntityId, ReadonlySet<number>>,
): CardsOf {
  const none: ReadonlySet<number> = new Set();
  const frame = m.headH + m.footH;
  const twinOf = (t: TableModel): ReadonlySet<number> => twins.get(t.backs ?? '') ?? none;
  const urgent = tables.map((table) => urgencyOf(table, keep, twins));
  const lead = urgent.indexOf(Math.max(...urgent));
  const wants = tables.map((table, i) => {
    const full = frame + fullHeight(table, keep, twinOf(table), m);
    // A column of heads alone would show no translation at all: the first in urgency has an entry, and says how many more.
    const one = i === lead ? Math.min(full, frame + m.rowH + m.gapH) : 0;
    const bare = Math.max(one, frame + hotHeight(table, keep, m));
    // With room for it, a card that shows no entry at least says how many there are.
    return { table, i, full, bare, least: Math.max(bare, frame + m.gapH), urgent: urgent[i] as number };
  });
  const room = bottom - top;
  let chosen = wants;
  const needs = (list: typeof wants): number =>
    list.reduce((sum, w) => sum + w.bare, 0) + Math.max(0, list.length - 1) * m.cardGap;
  if (needs(wants) > room) {
    const byUrgency = [...wants].sort((a, b) => b.urgent - a.urgent || a.i - b.i);
    // What matters most is there whatever it takes, if need be with fewer lines than it wants; the others if they still fit.
    const list = byUrgency.slice(0, 1).map((w) => {
      const most = room - (wants.length > 1 ? STACK_H + m.cardGap : 0);
      return { ...w, bare: Math.min(w.bare, most), least: Math.min(w.least, most) };
    });
    for (const w of byUrgency.slice(1)) if (needs([...list, w]) + STACK_H + m.cardGap <= room) list.push(w);
    chosen = list.sort((a, b) => a.i - b.i);
  }
  const dropped = tables.filter((t) => !chosen.some((w) => w.table === t));
  const stackRoom = dropped.length > 0 ? STACK_H + m.cardGap : 0;
  const heights = share(chosen, room - stackRoom - Math.max(0, chosen.length - 1) * m.cardGap);

  const linesOf = new Map<EntityId, Lines>();
  let spare = 0;
  // A share that is no multiple of a row leaves a rest: whoever comes first in urgency may have what the others left.
  for (const pass of [0, 1]) {
    const order = pass === 0 ? chosen : [...chosen].sort((a, b) => b.urgent - a.urgent || a.i - b.i);
    for (const w of order) {
      const had = linesOf.get(w.table.id);
      const room = had === undefined ? (heights.get(w.table.id) as number) - frame : had.height + spare;
      const lines = chooseLines(w.table, room, keep, twinOf(w.table), m);
      spare = room - lines.height + (had === undefined ? spare : 0);
      linesOf.set(w.table.id, lines);
    }
  }

  const cards: CardLayout[] = [];
  let y = top;
  for (const w of chosen) {
    const lines = linesOf.get(w.table.id) as Lines;
    cards.push(place(w.table, lines, column, y, m));
    y += frame + lines.height + m.cardGap;
  }
  const stack =
    dropped.length === 0 || y + STACK_H > bottom + 0.5
      ? undefined
      : {
          rect: { x: column.x, y, w: column.w, h: STACK_H },
          text: `+ ${dropped.length} more ${dropped.length === 1 ? 'table' : 'tables'}`,
          tables: dropped.map((t) => t.id),
        };
  return { cards, stack };
}

/** A shadow whose guest table is on stage goes before one that would stand alone; scenery goes last, unless it plays. */
function urgencyOf(
  table: TableModel,
  keep: ReadonlySet<EntityId>,
  twins: ReadonlyMap<EntityId, ReadonlySet<number>>,
): number {
  // Whatever somebody has chosen is there, before everything that happens.
  for (const id of keep) if (ownerOf(id) === table.id) return 5;
  if (table.hot) return table.scenery ? 3 : 4;
  if (table.scenery) return 0;
  return twins.has(table.backs ?? '') ? 2 : 1;
}

/** What a table would take if it could; scenery asks for little. */
function fullHeight(
  table: TableModel,
  keep: ReadonlySet<EntityId>,
  twin: ReadonlySet<number>,
  m: Metrics,
): number {
  const { height } = allLines(table, keep, twin, m);
  return table.scenery ? Math.min(height, Math.max(hotHeight(table, keep, m), m.rowH + m.gapH)) : height;
}

interface Want {
  readonly table: TableModel;
  readonly full: number;
  readonly bare: number;
  readonly least: number;
  readonly urgent: number;
}

/**
 * Everybody gets the least; then the most urgent get what they want, then the next. Among equals by water-filling: those
 * who want less than an equal share get what they want, the others share what is left.
 */
function share(wants: readonly Want[], room: number): Map<EntityId, number> {
  const sum = (of: (w: Want) => number): number => wants.reduce((total, w) => total + of(w), 0);
  const base = sum((w) => w.least) <= room ? (w: Want) => w.least : (w: Want) => w.bare;
  const out = new Map<EntityId, number>();
  let left = room - sum(base);
  for (const urgent of [...new Set(wants.map((w) => w.urgent))].sort((a, b) => b - a)) {
    const group = wants
      .filter((w) => w.urgent === urgent)
      .sort((a, b) => a.full - base(a) - (b.full - base(b)));
    group.forEach((w, i) => {
      const extra = Math.max(0, Math.min(w.full - base(w), left / (group.length - i)));
      out.set(w.table.id, base(w) + extra);
      left -= extra;
    });
  }
  return out;
}

function place(table: TableModel, lines: Lines, column: ColumnLayout, y: number, m: Metrics): CardLayout {
  const rows: RowLayout[] = [];
  let at = y + m.headH;
  for (const line of lines.lines) {
    const h = line.kind === 'entry' ? m.rowH : m.gapH;
    const rect = { x: column.x + 4, y: at, w: column.w - 8, h };
    rows.push(line.kind === 'entry' ? { ...line, rect } : { kind: 'fold', text: line.text, rect });
    at += h;
  }
  return {
    table,
    rows,
    rect: { x: column.x, y, w: column.w, h: at + m.footH - y },
    minimap: { x: column.x + m.inset, y: y + m.headH - 8, w: column.w - 2 * m.inset, h: 5 },
  };
}
