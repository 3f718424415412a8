import { describe, expect, test } from 'vitest';
import { dataFrame, shadowEntry } from './entity';
import { layoutScene } from './layout';
import { layoutChains, travellerAt } from './layoutChains';
import type { ChainModel, SceneModel } from './model';
import { drift } from './samples/drift';

const base = drift;
const entries = base.tables
  .filter((t) => t.side === 'shadow' && t.level === 1)
  .flatMap((t) => t.used.slice(0, 2).map((i) => shadowEntry(t.frame, i)))
  .slice(0, 3);
const frame = base.frames[0]?.frame ?? 0;

const withChain = (chain: Partial<ChainModel> = {}): SceneModel => ({
  ...base,
  chains: [{ of: dataFrame(frame), name: 'chain of 0x040', links: entries, ...chain }],
});
const lay = (model: SceneModel, focus?: string) => {
  const layout = layoutScene(model, {
    w: 1200,
    h: 800,
    ...(focus === undefined ? {} : { keep: new Set([focus]) }),
  });
  return { layout, chains: layoutChains(model, layout, focus) };
};

describe('chains over the scene', () => {
  test('nothing is drawn until something of the chain is in focus, or it is walked', () => {
    expect(entries).toHaveLength(3);
    expect(lay(withChain()).chains).toEqual([]);
    expect(lay(withChain(), dataFrame(frame)).chains).toHaveLength(1);
    expect(lay(withChain({ walked: true })).chains[0]?.walked).toBe(true);
  });

  test('from the frame to the head, and from each entry to the next', () => {
    const [chain] = lay(withChain(), dataFrame(frame)).chains;
    expect(chain?.stops.map(({ entity, nth, word }) => [entity, nth, word])).toEqual([
      [entries[0], 1, 'head'],
      [entries[1], 2, ''],
      [entries[2], 3, ''],
    ]);
    expect(chain?.curves).toHaveLength(3);
    // Each arc ends where the next begins.
    chain?.curves.forEach((curve, i) => {
      if (i > 0) expect(curve.a).toEqual(chain.curves[i - 1]?.d);
    });
    expect(chain?.tag?.text).toContain('3 entries');
  });

  test('an entry in focus says which come before and behind it', () => {
    const [chain] = lay(withChain(), entries[1]).chains;
    expect(chain?.stops.map(({ word }) => word)).toEqual(['prev', '', 'next']);
  });

  test('the traveller passes the stops in order, each after the same time', () => {
    const [chain] = lay(withChain({ walked: true })).chains;
    const curves = chain?.curves ?? [];
    for (let i = 0; i < 3; i++) expect(travellerAt(curves, i / 3)).toEqual(curves[i]?.a);
    expect(travellerAt(curves, 1)).toEqual(curves[2]?.d);
    expect(travellerAt([], 0.5)).toBeUndefined();
  });

  test('an empty chain that was walked says so at its frame', () => {
    const [chain] = lay(withChain({ links: [], walked: true })).chains;
    expect(chain?.curves).toEqual([]);
    expect(chain?.tag?.text).toMatch(/empty$/);
  });
});

test('a snapshot that has nothing to say is shown while its table is in focus', () => {
  const item = base.penumbra[0];
  if (item === undefined) throw new Error('the sample has a snapshot');
  const model = { ...base, penumbra: [{ ...item, quiet: true }] };
  expect(lay(model).layout.penumbra).toEqual([]);
  expect(lay(model, item.guest).layout.penumbra).toHaveLength(1);
  expect(lay(model, `${item.guest}[003]`).layout.penumbra).toHaveLength(1);
});
