import type { ColumnLayout, Rect, StripLayout } from './layoutTypes';
import { cardWidth, type Metrics } from './metrics';
import type { ColumnKey, SceneModel } from './model';
import { fitWords, monoWidth, wordsWidth } from './text';

const GUEST_LABEL_W = 76;

/**
 * Which columns are shown, and where. All of them if they fit; else a window of neighbours that contains the chosen one,
 * with the level above it in preference to the one below, so that the table that points here is in sight.
 */
export function layoutColumns(
  model: SceneModel,
  width: number,
  m: Metrics,
  shown: number,
  targetChars: number,
  chosen: ColumnKey,
): ColumnLayout[] {
  const all = model.columns;
  const at = Math.max(
    0,
    all.findIndex((c) => c.key === chosen),
  );
  // Two at a time show a level and what it points at; more of them also show the level above.
  const first = Math.max(0, Math.min(at - Math.max(0, shown - 2), all.length - shown));
  const columns = all.slice(first, first + shown);
  const tables = columns.filter((c) => c.level > 0);
  const hasMem = tables.length < columns.length;
  const inner = width - 2 * m.pad;
  const least = cardWidth(m, targetChars);
  const gaps = columns.length - 1;
  // Memory first gets what its longest line needs, as far as the tables can spare it.
  const forMem = hasMem
    ? Math.max(m.memW, Math.min(m.memWish, inner - gaps * m.colGap - tables.length * least))
    : 0;
  const forTables = inner - gaps * m.colGap - forMem;
  const cardW = Math.min(m.maxCardW, Math.max(least, Math.floor(forTables / Math.max(1, tables.length))));
  const memW = Math.min(196, inner - tables.length * cardW - gaps * m.colGap);
  const used = tables.length * cardW + (hasMem ? memW : 0);
  const gap = gaps === 0 ? 0 : Math.min(96, Math.max(m.colGap, Math.floor((inner - used) / gaps)));
  let x = m.pad;
  return columns.map((column) => {
    const w = column.level === 0 ? memW : cardW;
    const titleW = wordsWidth(column.title, 12.5) + 12;
    const made = { column, x, w, sub: fitWords(column.sub, m.small, w - titleW) };
    x += w + gap;
    return made;
  });
}

/** The strip with the address being translated: who and what at the left, then one chip per level and the page offset. */
export function layoutStrip(
  model: SceneModel,
  columns: readonly ColumnLayout[],
  width: number,
  m: Metrics,
  tabs: boolean,
): StripLayout {
  const { strip } = model;
  if (tabs || strip === undefined) return { words: undefined, chips: [] };
  // The corner belongs to the button that shows every entry.
  const right = width - m.pad - 24;
  const left = m.pad + GUEST_LABEL_W;
  const n = strip.chips.length;
  const chipW = Math.min(57, Math.max(30, Math.floor((right - left) / (n * 1.7))));
  const gap = 4;
  const chipsW = n * chipW + (n - 1) * gap;
  const full = `${strip.access} ${strip.address}`;
  const fits = (text: string): boolean => monoWidth(text, m.mono) + 8 + chipsW <= right - left;
  const text = fits(full) ? full : fits(strip.address) ? strip.address : '';
  const textW = monoWidth(text, m.mono);
  // The chips stand where the picture has them, after the second column's start, unless that leaves no room.
  const wish = Math.max(left, (columns[1]?.x ?? left) - 14);
  const start = Math.min(wish, right - chipsW - textW - 8);
  const chips = strip.chips.map((chip, i) => ({
    column: chip.column,
    text: chip.text,
    state: chip.state,
    rect: { x: start + textW + 8 + i * (chipW + gap), y: m.stripY, w: chipW, h: m.stripH } satisfies Rect,
  }));
  const words =
    text === ''
      ? undefined
      : ({
          text,
          rect: { x: start, y: m.stripY, w: textW, h: m.stripH },
          role: 'label',
          zone: 'guest',
        } as const);
  return { words, chips };
}
