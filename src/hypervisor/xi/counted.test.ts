import { describe, expect, it } from 'vitest';
import { XiLab } from '../../testing/xiLab';

/** Sheet 8: a chain walk touches k entries, a linear search reads 512 of each of S leaf shadows. */
describe.each([
  [4, 1],
  [4, 4],
  [10, 2],
  [25, 3],
  [40, 1],
  [100, 7],
])('write-protecting a page mapped in %i leaf shadows, %i of them its mappings', (shadows, mappings) => {
  it('visits exactly its mappings along the chain', () => {
    const lab = new XiLab({ shadows, mappings });
    lab.promote();
    expect(lab.counted()).toEqual({ visits: mappings, reads: 0 });
    expect(lab.bare.events('SpteWrprot')).toHaveLength(mappings);
    expect(lab.bare.world.counters.value('linear_would_read')).toBe(512 * shadows);
  });

  it('reads every entry of every leaf shadow without backlinks, and finds the same', () => {
    const lab = new XiLab({ shadows, mappings, switches: { 'chain-walk': false } });
    lab.promote();
    expect(lab.counted()).toEqual({ visits: 0, reads: 512 * shadows });
    expect(lab.bare.events('SpteWrprot')).toHaveLength(mappings);
    const [scan] = lab.bare.events('LinearScan').filter((e) => e.found === mappings);
    expect(scan?.entries).toBe(512 * shadows);
  });
});

describe('the incumbent’s ways of reading less', () => {
  const reads = (switches: Record<string, boolean>, mappings: number): number => {
    const lab = new XiLab({ shadows: 20, mappings, switches: { 'chain-walk': false, ...switches } });
    lab.promote();
    return lab.counted().reads;
  };

  it('stop once as many writable mappings are found as there are', () => {
    const all = reads({}, 3);
    expect(reads({ 'writable-count': true }, 3)).toBeLessThan(all / 4);
  });

  it('look first where the last writable mapping was installed: one read for one mapping', () => {
    expect(reads({ 'one-hint': true }, 1)).toBe(1);
    expect(reads({ 'one-hint': true }, 3)).toBeGreaterThan(1);
  });
});
