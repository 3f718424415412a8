import { describe, expect, test } from 'vitest';
import type { Run } from '../../engine';
import { runOf } from '../../testing/library';
import { buildScene } from './build';
import { frameAt } from './frameAt';
import { layoutScene } from './layout';
import { holdingOf } from './references';
import { timeline } from './timeline';

const sceneAt = (run: Run, cursor: number) => buildScene(run, run.beatBefore(cursor), cursor);
const SIZE = { w: 800, h: 690 };

describe('the shadow in focus', () => {
  const run = runOf('crush');
  const end = sceneAt(run, run.length);

  test('is held by the entries that point at it; the one it remembers is its up-pointer', () => {
    expect(holdingOf(end, 'shadow s804[00d]')).toMatchObject({
      references: [{ from: 'shadow s802[003]', up: true }],
      says: ['count 1, up known', 'count 1'],
    });
    const top = holdingOf(end, 'shadow s800');
    expect(top?.references).toEqual([]);
    expect(top?.says[0]).toBe('count 3, pinned');
  });

  test('only shadows are held: a guest table, a frame and nothing are not', () => {
    for (const id of ['guest 0x010', 'frame 0x100', 'shadow lock', undefined])
      expect(holdingOf(end, id)).toBeUndefined();
  });

  test('has a place whatever else there is, an arc to its holder, and its count at its foot', () => {
    for (const { frame } of end.tables.filter(({ side }) => side === 'shadow')) {
      const id = `shadow s${frame.toString(16)}`;
      const layout = layoutScene(end, { ...SIZE, keep: new Set([id]) });
      const card = layout.cards.find(({ table }) => table.id === id);
      expect(card, id).toBeDefined();
      expect(layout.tag?.text).toMatch(/^count \d/);
      expect(layout.references).toHaveLength(holdingOf(end, id)?.references.length ?? -1);
      for (const { curve } of layout.references) {
        expect(curve.a.x).toBe(card?.rect.x);
        expect(curve.d.x).toBeLessThan(curve.a.x);
      }
    }
  });

  test('a parent that is not remembered is said: count 1 without an up-pointer', () => {
    const s804 = end.tables.find(({ id }) => id === 'shadow s804');
    expect(s804?.up).toBe('shadow s802[003]');
    const tables = end.tables.map((table) => {
      if (table !== s804) return table;
      const { up: _, ...rest } = table;
      return rest;
    });
    expect(holdingOf({ ...end, tables }, 'shadow s804')?.says[0]).toBe('count 1, up 0: parent unknown');
  });
});

describe('a shadow that is destroyed', () => {
  const run = runOf('early-unshadow');
  const step = run.eventsIn(0, run.length).find(({ kind }) => kind === 'ShadowDestroyed')?.step ?? -1;
  const { to } = run.beatAround(step + 1);

  test('is there for that beat, fading, and not in the next', () => {
    const scene = sceneAt(run, to);
    const gone = scene.tables.filter((table) => table.gone);
    expect(gone.map(({ id }) => id)).toEqual(['shadow s403']);
    const layout = layoutScene(scene, SIZE);
    expect(layout.cards.find(({ table }) => table.gone)?.rows).toMatchObject([{ text: '· destroyed ·' }]);
    const beat = timeline(scene.motions);
    const opacity = (fraction: number) => frameAt(layout, beat, fraction).opacity.get('shadow s403') ?? 1;
    expect(opacity(0)).toBe(1);
    expect(opacity(1)).toBeLessThan(0.5);
    expect(opacity(1)).toBeGreaterThan(0.2);
    const next = sceneAt(run, run.beatAfter(to));
    expect(next.tables.some(({ id }) => id === 'shadow s403')).toBe(false);
  });

  test('holds nothing and points at nothing any more', () => {
    const scene = sceneAt(run, to);
    expect(holdingOf(scene, 'shadow s403')).toBeUndefined();
    expect(scene.links.filter(({ from, to: at }) => `${from} ${at}`.includes('s403'))).toEqual([]);
    expect(scene.derivations.filter(({ shadow }) => shadow === 'shadow s403')).toEqual([]);
  });
});

test('a search counts on where the beat before left off', () => {
  const run = runOf('ways-to-find-a-mapping');
  const counts: number[] = [];
  for (let cursor = 0; cursor < run.length; ) {
    const to = run.beatAfter(cursor);
    for (const motion of buildScene(run, cursor, to).motions)
      if (motion.kind === 'search') counts.push(motion.before ?? 0, motion.reads.length);
    cursor = to;
  }
  // Pairs: read before, read in this beat. The full search goes on through one shadow after the other; the next has a hint.
  expect(counts.slice(-10)).toEqual([0, 512, 512, 512, 1024, 512, 1536, 49, 0, 49]);
});
