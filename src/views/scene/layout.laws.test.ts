import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layoutScene } from './layout';
import type { Rect, SceneLayout } from './layoutTypes';
import { crowded } from './samples/crowded';
import { drift } from './samples/drift';

/** Sizes of the stage itself on the three screens the page is judged at, and on a projector. */
const SIZES = [
  { w: 800, h: 658 },
  { w: 520, h: 430 },
  { w: 700, h: 480 },
  { w: 390, h: 446 },
  { w: 1300, h: 820 },
];

const overlap = (a: Rect, b: Rect): boolean =>
  a.x + a.w > b.x + 0.5 && b.x + b.w > a.x + 0.5 && a.y + a.h > b.y + 0.5 && b.y + b.h > a.y + 0.5;

/** Everything that is drawn as a box of its own and must keep clear of every other. */
const boxes = (layout: SceneLayout): { name: string; rect: Rect }[] => [
  ...layout.cards.map((c) => ({ name: c.table.id, rect: c.rect })),
  ...layout.stacks.map((s) => ({ name: s.text, rect: s.rect })),
  ...layout.frames.map((f) => ({ name: f.frame.id, rect: f.rect })),
  ...layout.penumbra.map((p) => ({ name: p.item.id, rect: p.rect })),
  ...layout.fixups.flatMap((f) => f.items.map((i) => ({ name: i.fixup.id, rect: i.rect }))),
  ...layout.texts.map((t) => ({ name: t.text, rect: t.rect })),
  ...layout.strip.chips.map((c) => ({ name: `chip ${c.text}`, rect: c.rect })),
];

function problems(layout: SceneLayout): string[] {
  const all = boxes(layout);
  const out: string[] = [];
  all.forEach((a, i) => {
    if (
      a.rect.x < 0 ||
      a.rect.y < 0 ||
      a.rect.x + a.rect.w > layout.size.w + 0.5 ||
      a.rect.y + a.rect.h > layout.size.h + 0.5
    )
      out.push(`${a.name} leaves the stage: ${JSON.stringify(a.rect)} in ${JSON.stringify(layout.size)}`);
    for (const b of all.slice(i + 1))
      if (overlap(a.rect, b.rect))
        out.push(`${a.name} and ${b.name} overlap: ${JSON.stringify([a.rect, b.rect])}`);
  });
  for (const card of layout.cards) {
    for (const row of card.rows)
      if (row.rect.y < card.rect.y || row.rect.y + row.rect.h > card.rect.y + card.rect.h + 0.5)
        out.push(`a row leaves ${card.table.id}`);
    const zone =
      card.table.side === 'guest'
        ? card.rect.y + card.rect.h <= layout.band.top
        : card.rect.y >= layout.band.horizon;
    if (!zone) out.push(`${card.table.id} is on the wrong side of the horizon`);
  }
  return out;
}

describe('the layout of a scene', () => {
  it('keeps the picture of the drifting table clear at every size', () => {
    for (const size of SIZES) expect(problems(layoutScene(drift, size))).toEqual([]);
  });

  it('keeps any scene clear, however full', () => {
    const crowd = fc.record({
      seed: fc.integer({ min: 1, max: 1 << 30 }),
      l1: fc.integer({ min: 1, max: 16 }),
      entries: fc.constantFrom(0, 1, 2, 5, 40, 512),
      frames: fc.integer({ min: 1, max: 60 }),
      links: fc.constant(200),
      outOfSync: fc.integer({ min: 0, max: 6 }),
    });
    fc.assert(
      fc.property(crowd, fc.constantFrom(...SIZES), (c, size) => {
        expect(problems(layoutScene(crowded(c), size))).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it('never moves the horizon', () => {
    const { band } = layoutScene(drift, { w: 800, h: 658 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1 << 20 }), fc.integer({ min: 1, max: 16 }), (seed, l1) => {
        const full = crowded({ seed, l1, entries: 30, frames: 20, links: 50, outOfSync: l1 % 4 });
        expect(layoutScene(full, { w: 800, h: 658 }).band).toEqual(band);
      }),
      { numRuns: 30 },
    );
  });

  it('stands every guest table in the column of its shadow', () => {
    const layout = layoutScene(
      crowded({ seed: 3, l1: 9, entries: 12, frames: 10, links: 200, outOfSync: 2 }),
      { w: 800, h: 658 },
    );
    for (const card of layout.cards) {
      const guest = layout.cards.find((c) => c.table.id === card.table.backs);
      if (guest !== undefined) expect(card.rect.x).toBe(guest.rect.x);
    }
  });

  it('gives every entry that is wrong, changed or focused a row of its own while its card is shown', () => {
    const model = crowded({ seed: 11, l1: 2, entries: 512, frames: 8, links: 20, outOfSync: 1 });
    const id = 'guest 0x020[1f3]';
    const layout = layoutScene(model, { w: 800, h: 658, keep: new Set([id]) });
    expect(layout.places.has(id)).toBe(true);
  });
});
