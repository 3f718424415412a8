import type { TextLayout } from './layoutTypes';
import type { Metrics } from './metrics';
import type { SceneModel } from './model';
import { wordsWidth, wrapWords } from './text';

/** Room that the key to the marks takes at the foot, where it stands there. */
export const LEGEND_W = 360;
export const hasLegend = (m: Metrics, w: number): boolean => m.shadowLabel !== 'top' && w >= 560;

/** What a tab of a level takes of the width, and what the names of the upper half do. */
const TAB_W = 51;
const LABEL_W = { GUEST: 44, TABLES: 56 } as const;

const NOTE = 12.3;
const LINE_H = 19;

/** What the two halves are called, and what is said where one of them has nothing to show. `memX`: where memory begins. */
export function layoutLabels(
  model: SceneModel,
  { w, h }: { readonly w: number; readonly h: number },
  horizon: number,
  m: Metrics,
  memX: number,
  tabs: boolean,
): TextLayout[] {
  // The tabs of the levels stand in the same line, from the right.
  const beside = tabs ? w - model.columns.length * TAB_W - m.pad : w;
  const name = model.alone === true ? 'TABLES' : 'GUEST';
  const guest: TextLayout = {
    text: beside < LABEL_W[name] ? '' : name,
    rect: { x: m.pad, y: m.stripY, w: Math.max(0, Math.min(70, beside)), h: m.stripH },
    role: 'label',
    zone: 'guest',
  };
  if (model.alone === true) {
    const lines = footLines(model, m, w);
    const at = (i: number) => ({ x: m.pad, y: horizon + FOOT_AIR + i * LINE_H, w: footRoom(m, w), h: 18 });
    return [
      guest,
      ...lines.map((text, i): TextLayout => ({ text, rect: at(i), role: 'note', zone: 'shadow' })),
    ];
  }
  const shadowY = m.shadowLabel === 'top' ? horizon + 12 : h - 26;
  const out: TextLayout[] = [guest];
  out.push({
    text: model.below ?? 'SHADOW',
    rect: { x: m.pad, y: shadowY, w: 80, h: 16 },
    role: 'label',
    zone: 'shadow',
  });
  const below = memX < w ? memX - 24 : w - m.pad;
  if (model.shadowNote !== '') {
    const width = Math.min(460, below - m.pad);
    wrapWords(model.shadowNote, NOTE, width, 6).forEach((text, i) => {
      const rect = { x: m.pad, y: horizon + 34 + i * LINE_H, w: width, h: 18 };
      out.push({ text, rect, role: 'note', zone: 'shadow' });
    });
  }
  const x = m.pad + 84;
  const room = (hasLegend(m, w) ? w - m.pad - LEGEND_W : w - m.pad) - x - 12;
  const announce = announced(model, m, room);
  if (announce !== undefined)
    out.push({ text: announce, rect: { x, y: shadowY, w: room, h: 16 }, role: 'note', zone: 'shadow' });
  return out;
}

/** Air above and below the words of a foot. */
const FOOT_AIR = 9;

/** Height of the foot that a stage without a lower half has in its place. */
export const footHeight = (model: SceneModel, m: Metrics, w: number): number =>
  2 * FOOT_AIR + Math.max(1, footLines(model, m, w).length) * LINE_H;

/** Beside the key to the marks, if that is there. */
const footRoom = (m: Metrics, w: number): number => w - 2 * m.pad - (hasLegend(m, w) ? LEGEND_W + 12 : 0);

function footLines(model: SceneModel, m: Metrics, w: number): string[] {
  const room = footRoom(m, w);
  const announce = announced(model, m, room);
  // Where room is short, what comes before the colon must do.
  const note = m.shadowLabel === 'top' ? model.shadowNote.replace(/:.*/s, '.') : model.shadowNote;
  const lines = wrapWords(note, NOTE, room, 5);
  return announce === undefined ? lines : [announce, ...lines];
}

const announced = (model: SceneModel, m: Metrics, room: number): string | undefined =>
  model.announce.find((text) => wordsWidth(text, m.small) <= room);
