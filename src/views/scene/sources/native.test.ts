import { expect, test } from 'vitest';
import { testSession } from '../../../testing/testSession';
import { buildScene } from '../build';
import { layoutScene, zoomOf } from '../layout';

const SIZES = [
  { w: 800, h: 738 },
  { w: 720, h: 604 },
  { w: 520, h: 430 },
  { w: 390, h: 333 },
  { w: 1300, h: 820 },
  // On a small projector, and in a frame of a course page.
  { w: 1024, h: 385 },
  { w: 900, h: 400 },
];

const { run } = testSession({ library: 'what-a-page-walk-is' }).session;
if (run === undefined) throw new Error('nothing on stage');
run.extend();

test('bare hardware has the stage to itself: tables, what lies beneath them, and a foot, at every beat and size', () => {
  for (const { w, h } of SIZES) {
    const feet = new Set<number>();
    for (let from = 0; from < run.length; from = run.beatAfter(from)) {
      const model = buildScene(run, from, run.beatAfter(from));
      const zoom = zoomOf(model, w, h);
      const layout = layoutScene(model, { w: w / zoom, h: h / zoom });
      const { beneath, band, cards, frames, texts, size } = layout;
      if (beneath === undefined) throw new Error('nothing stands beneath the tables');
      feet.add(band.horizon);
      for (const { rect } of [...cards, ...frames]) expect(rect.y + rect.h).toBeLessThanOrEqual(beneath.y);
      expect(beneath.y + beneath.h).toBeLessThanOrEqual(band.top);
      // Less than half of what a shadow would have, however small the stage is.
      expect(size.h - band.horizon).toBeLessThan(0.2 * size.h);
      for (const { rect } of texts) expect(rect.y + rect.h).toBeLessThanOrEqual(size.h);
      expect(cards.some((card) => card.rows.length > 0)).toBe(true);
    }
    expect(feet.size, 'the horizon never moves').toBe(1);
  }
});

test('it is drawn larger where its columns leave room, and never so large that one is lost', () => {
  const model = buildScene(run, 0, 0);
  expect(zoomOf(model, 800, 700)).toBeGreaterThan(1);
  expect(zoomOf(model, 390, 700)).toBe(1);
  for (let w = 640; w < 1600; w += 40) {
    const zoom = zoomOf(model, w, 700);
    const wide = layoutScene(model, { w, h: 700 });
    const zoomed = layoutScene(model, { w: w / zoom, h: 700 / zoom });
    if (!wide.tabs) expect(zoomed.columns.length, `at ${w}`).toBe(model.columns.length);
  }
});
