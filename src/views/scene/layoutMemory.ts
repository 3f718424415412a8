import type { ColumnLayout, FixupLayout, FrameLayout, StackLayout, TextLayout } from './layoutTypes';
import type { Metrics } from './metrics';
import type { FixupGroup, FrameModel } from './model';
import { wordsWidth, wrapWords } from './text';

/** Frames of the memory column: all if they fit, else those that matter now and as many of the rest as there is room for. */
export function layoutFrames(
  frames: readonly FrameModel[],
  column: ColumnLayout | undefined,
  top: number,
  bottom: number,
  m: Metrics,
  keep: ReadonlySet<string>,
): { frames: FrameLayout[]; stack: StackLayout | undefined } {
  if (column === undefined) return { frames: [], stack: undefined };
  const pitch = m.frameH + m.frameGap;
  const room = Math.floor((bottom - top + m.frameGap) / pitch);
  let shown = frames;
  if (frames.length > room) {
    const rank = (f: FrameModel): number => (keep.has(f.id) ? 100 : f.weight);
    const best = [...frames]
      .sort((a, b) => rank(b) - rank(a) || a.order - b.order)
      // With a single place, what happens now has it rather than the count of the others.
      .filter((f, i) => i < room - 1 || (i === 0 && (keep.has(f.id) || f.state !== 'idle')));
    const kept = new Set(best.map((f) => f.id));
    shown = frames.filter((f) => kept.has(f.id));
  }
  const placed = shown.map((frame, i) => ({
    frame,
    rect: { x: column.x, y: top + i * pitch, w: column.w, h: m.frameH },
  }));
  const rest = frames.filter((f) => !shown.includes(f));
  const stack =
    rest.length === 0 || shown.length >= room
      ? undefined
      : {
          rect: { x: column.x, y: top + shown.length * pitch, w: column.w, h: m.frameH },
          text: `+ ${rest.length} more`,
          tables: rest.map((f) => f.id),
        };
  return { frames: placed, stack };
}

/** Remembered writable mappings, in the shadow's half of the memory column, beside the tables they serve. */
export function layoutFixups(
  groups: readonly FixupGroup[],
  note: string,
  column: ColumnLayout | undefined,
  top: number,
  bottom: number,
  m: Metrics,
): { fixups: FixupLayout[]; texts: TextLayout[] } {
  if (column === undefined) return { fixups: [], texts: [] };
  const fixups: FixupLayout[] = [];
  const texts: TextLayout[] = [];
  const itemH = m.rowH + 2;
  let y = top;
  for (const group of groups) {
    const needs = 20 + group.items.length * (itemH + 5);
    if (y + needs > bottom) break;
    const long = `${group.title}`;
    const text = wordsWidth(long.toUpperCase(), 10.5, 0.1) <= column.w ? long : (group.brief ?? 'Fixups');
    const title = { text, at: { x: column.x, y: y + 11 } };
    const items = group.items.map((fixup, i) => ({
      fixup,
      rect: { x: column.x, y: y + 20 + i * (itemH + 5), w: column.w, h: itemH },
    }));
    fixups.push({ title, items });
    y += needs + 8;
  }
  if (fixups.length > 0 && note !== '' && column.w >= 130) {
    const lines = wrapWords(note, m.small, column.w, 3);
    if (y + lines.length * 15 <= bottom)
      lines.forEach((text, i) => {
        const rect = { x: column.x, y: y + i * 15, w: column.w, h: 15 };
        texts.push({ text, rect, role: 'note', zone: 'shadow' });
      });
  }
  return { fixups, texts };
}
