import { describe, expect, it } from 'vitest';
import { cellLabel, cellRect, entityAt, layoutAtlas } from './atlas';
import type { SceneModel } from './model';
import { crowded } from './samples/crowded';
import { drift } from './samples/drift';

const full = crowded({ seed: 4, l1: 5, entries: 512, frames: 4, links: 200, outOfSync: 0 });
const overlaps = (model: SceneModel, aspect: number): string[] => {
  const { blocks } = layoutAtlas(model, aspect);
  return blocks.flatMap((a, i) =>
    blocks
      .slice(i + 1)
      .filter(
        (b) =>
          a.rect.x < b.rect.x + b.rect.w &&
          b.rect.x < a.rect.x + a.rect.w &&
          a.rect.y < b.rect.y + b.rect.h &&
          b.rect.y < a.rect.y + a.rect.h,
      )
      .map((b) => `${a.table.id} ${b.table.id}`),
  );
};

describe('the map of every entry', () => {
  it('has a cell for every entry of a full table, and finds the entry again at its cell', () => {
    const layout = layoutAtlas(full, 1.2);
    const block = layout.blocks.find((b) => b.table.level === 1);
    if (block === undefined) throw new Error('the scene has an L1 table');
    for (const index of [0, 31, 32, 0x111, 511]) {
      const { x, y, w, h } = cellRect(block, index);
      const name = `${block.table.id}[${index.toString(16).padStart(3, '0')}]`;
      expect(entityAt(layout, { x: x + w / 2, y: y + h / 2 })).toBe(name);
    }
  });

  it('leaves out lines in which nothing is used', () => {
    const block = layoutAtlas(drift, 1.2).blocks.find((b) => b.table.id === 'guest 0x02b');
    expect(block?.lines).toEqual([0, 2]);
  });

  it('keeps blocks apart whatever the shape of the screen, guests above the horizon', () => {
    for (const aspect of [0.6, 1.2, 2.4]) {
      expect(overlaps(full, aspect)).toEqual([]);
      const layout = layoutAtlas(full, aspect);
      for (const { table, rect } of layout.blocks)
        expect(rect.y < layout.horizon).toBe(table.side === 'guest');
    }
  });

  it('writes where a used entry points, and nothing in an empty one', () => {
    const table = drift.tables.find((t) => t.id === 'guest 0x02e');
    if (table === undefined) throw new Error('the table is on stage');
    expect([cellLabel(table, 1), cellLabel(table, 2)]).toEqual(['042', '']);
  });
});
