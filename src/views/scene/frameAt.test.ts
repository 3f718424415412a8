import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameAt } from './frameAt';
import { layoutScene } from './layout';
import type { Motion } from './model';
import { crowded } from './samples/crowded';
import { drift } from './samples/drift';
import { timeline } from './timeline';

const SIZE = { w: 800, h: 658 };
// Where things are does not depend on what moves.
const layout = layoutScene(drift, SIZE);
const at = (motions: Motion[], fraction: number) => frameAt(layout, timeline(motions), fraction);

describe('a beat', () => {
  it('lasts 420 ms when little happens, and never longer than a person waits', () => {
    expect(timeline([]).ms).toBe(420);
    expect(timeline([{ kind: 'change', at: 'guest 0x02e[007]' }]).ms).toBe(420);
    const reads = Array.from({ length: 512 }, (_, i) => `shadow s084[${i.toString(16).padStart(3, '0')}]`);
    expect(timeline([{ kind: 'search', reads, hits: [], word: 'read' }]).ms).toBe(1500);
    const many: Motion[] = Array.from({ length: 40 }, () => ({ kind: 'travel', to: 'guest 0x02e' }));
    expect(timeline(many).ms).toBeLessThanOrEqual(2600);
  });

  it('shows changes together and a walk one leg after the other', () => {
    const { spans } = timeline([
      { kind: 'travel', to: 'guest 0x02e' },
      { kind: 'read', at: 'guest 0x02e[007]' },
      { kind: 'change', at: 'guest 0x02e[001]' },
      { kind: 'change', at: 'guest 0x02e[007]' },
    ]);
    expect(spans[1]?.from).toBeCloseTo(spans[0]?.to ?? -1);
    expect(spans[2]?.from).toBe(spans[3]?.from);
  });
});

describe('the picture at a fraction', () => {
  const leg: Motion[] = [{ kind: 'travel', from: 'guest 0x012[041]', to: 'guest 0x02e' }];

  it('takes the token along the link, from the entry to the table', () => {
    const link = layout.links.find((l) => l.link.from === 'guest 0x012[041]');
    expect(at(leg, 0).token).toEqual(link?.curve.a);
    const way = timeline(leg).spans[0]?.to ?? 1;
    const arrived = at(leg, way).token;
    expect(arrived?.x).toBeCloseTo(link?.curve.d.x ?? 0, 3);
    expect(arrived?.y).toBeCloseTo(link?.curve.d.y ?? 0, 3);
  });

  it('shows what an entry held until its change', () => {
    const change: Motion[] = [{ kind: 'change', at: 'guest 0x02e[007]' }];
    expect(at(change, 0).before.has('guest 0x02e[007]')).toBe(true);
    expect(at(change, 0.5).before.size).toBe(0);
  });

  it('counts the entries of a search as they are read, those without a row too', () => {
    const reads = Array.from({ length: 512 }, (_, i) => `shadow s083[${i.toString(16).padStart(3, '0')}]`);
    const search: Motion[] = [{ kind: 'search', reads, hits: [reads[0x50] as string], word: 'read' }];
    const half = at(search, 0.5);
    expect(half.count?.text).toBe('256 read');
    expect(half.washes).toHaveLength(256);
    expect(half.washes.filter((w) => w.kind === 'hit')).toHaveLength(1);
  });

  it('ticks a bar down while a resync compares, and lights only what differs', () => {
    const all = ['shadow s084[001]', 'shadow s084[007]'];
    const compare: Motion[] = [{ kind: 'compare', table: 'shadow s084', all, differ: ['shadow s084[007]'] }];
    expect(at(compare, 0.1).bar?.left).toBe(0.5);
    expect(at(compare, 0.99).washes.filter((w) => w.kind === 'differ')).toHaveLength(1);
    expect(at(compare, 0.99).count?.text).toBe('2 of 2 compared');
  });

  it('moves two snapshots past each other, at the same time, from where they were to where they are', () => {
    const full = crowded({ seed: 2, l1: 3, entries: 4, frames: 4, links: 10, outOfSync: 2 });
    const [a, b] = full.penumbra;
    if (a === undefined || b === undefined) throw new Error('two snapshots are on stage');
    const penumbra = [
      { ...a, wasOrder: b.order },
      { ...b, wasOrder: a.order },
    ];
    const motions: Motion[] = [{ kind: 'swap', items: [a.id, b.id] }];
    const two = layoutScene({ ...full, penumbra, motions }, SIZE);
    const moved = (f: number) => frameAt(two, timeline(motions), f).moved;
    const place = (id: string) => two.penumbra.find((p) => p.item.id === id)?.rect;
    expect(moved(0).get(a.id)?.x).toBeCloseTo((place(b.id)?.x ?? 0) - (place(a.id)?.x ?? 0));
    expect(moved(0).get(a.id)?.x).toBeCloseTo(-(moved(0).get(b.id)?.x ?? 0));
    expect(Math.sign(moved(0.5).get(a.id)?.y ?? 0)).toBe(-Math.sign(moved(0.5).get(b.id)?.y ?? 0));
    expect(moved(1).size).toBe(0);
  });

  it('is at rest at its end, and the same whenever it is asked for', () => {
    const motion = fc.oneof(
      fc.constant<Motion>({ kind: 'travel', to: 'guest 0x02e' }),
      fc.constant<Motion>({ kind: 'read', at: 'guest 0x02e[007]' }),
      fc.constant<Motion>({ kind: 'change', at: 'shadow s084[001]' }),
      fc.constant<Motion>({ kind: 'appear', at: 'shadow s083' }),
      fc.constant<Motion>({ kind: 'search', reads: ['shadow s083[003]'], hits: [], word: 'read' }),
    );
    fc.assert(
      fc.property(
        fc.array(motion, { maxLength: 6 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (motions, f) => {
          const end = at(motions, 1);
          // The entry that was read last is what a search leaves marked.
          const searched = motions.some(({ kind }) => kind === 'search');
          expect(new Set(end.washes.map(({ rect }) => JSON.stringify(rect))).size).toBe(searched ? 1 : 0);
          expect([end.moved.size, end.opacity.size, end.before.size]).toEqual([0, 0, 0]);
          expect(at(motions, f)).toEqual(at(motions, f));
        },
      ),
    );
  });
});
