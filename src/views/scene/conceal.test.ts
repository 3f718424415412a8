import { expect, it } from 'vitest';
import { runOf } from '../../testing/library';
import { buildScene } from './build';
import { conceal } from './conceal';

it('nothing in the scene tells which entries differ, and nothing else is gone', () => {
  const run = runOf('a-page-table-may-drift');
  const { cursor } = run.find({ actor: 0, op: 1, label: 'sh_resync_l1.start', nth: 0 });
  const scene = buildScene(run, cursor - 1, cursor);
  const telling = (model: typeof scene): number[] => [
    model.tables.filter(({ notes }) =>
      [...notes.values()].some(({ stale, says }) => stale || says === 'stale'),
    ).length,
    model.links.filter(({ state }) => state === 'drift').length,
    model.penumbra.reduce((sum, { differs, rows }) => sum + differs + rows.length, 0),
  ];
  expect(telling(scene).every((count) => count > 0)).toBe(true);
  const hidden = conceal(scene);
  expect(telling(hidden)).toEqual([0, 0, 0]);
  expect(JSON.stringify(hidden.penumbraWords)).not.toMatch(/differ|touch/);
  expect(hidden.tables.map(({ id, words }) => [id, words])).toEqual(
    scene.tables.map(({ id, words }) => [id, words]),
  );
});
