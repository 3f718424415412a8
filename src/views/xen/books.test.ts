import { describe, expect, test } from 'vitest';
import type { Run } from '../../engine';
import type { Xen } from '../../hypervisor/xen/state';
import { runOf } from '../../testing/library';
import { chosenAt } from './chosen';
import { poolAt } from './pool';
import { referencesOf } from './references';
import { vcpusAt } from './vcpus';
import { xenAt } from './xenAt';

const everyBeat = function* (run: Run): Iterable<number> {
  for (let cursor = 0; cursor < run.length; cursor = run.beatAfter(cursor)) yield cursor;
  yield run.length;
};

/** Cursor just after the first step that emitted the event. */
const cursorAfter = (run: Run, kind: string): number =>
  (run.eventsIn(0, run.length).find((event) => event.kind === kind)?.step ?? -1) + 1;

describe('the books of a page', () => {
  const run = runOf('crush');

  test('whoever holds a shadow is found, at every beat: as many as its count says', () => {
    for (const cursor of everyBeat(run)) {
      const wrong = xenAt(run, cursor, (x: Xen) =>
        x.lock.free
          ? [...x.shadows()]
              .map((smfn) => ({ smfn, ...referencesOf(x, smfn) }))
              .filter(({ count, holders }) => count !== holders.length)
          : [],
      );
      expect(wrong, `at step ${cursor}`).toEqual([]);
    }
  });

  test('a shadow: count, who holds it, the entry it remembers', () => {
    const l1 = chosenAt(run, run.length, 'shadow s803[007]');
    expect(l1).toMatchObject({ frame: 's803', kind: 'shadow l1_64' });
    expect(l1?.heldBy).toMatchObject({ title: 'Count 1', sum: '1 entry' });
    expect(l1?.heldBy.list[0]).toMatchObject({ name: 'entry, up-pointer', entity: 'shadow s802[002]' });
    const top = chosenAt(run, run.length, 'shadow s800');
    expect(top?.heldBy.sum).toBe('2 vCPUs + 1 pin');
    expect(top?.facts.find(({ name }) => name === 'up-pointer')?.value).toBe('none: pinnable');
  });

  test('a guest page: its type count is the sum of the entries that let the guest write it', () => {
    const cursor = cursorAfter(run, 'FixupAdded');
    const page = chosenAt(run, cursor, 'guest 0x030[007]');
    expect(page?.kind).toBe('guest page');
    expect(page?.heldBy).toMatchObject({ title: 'Writable type count 1', sum: '1 shadow entry' });
    expect(page?.heldBy.list).toHaveLength(1);
    const value = (name: string) => page?.facts.find((fact) => fact.name === name)?.value;
    expect(value('PGC_page_table')).toBe('set: it has a shadow');
    expect(value('SHF_out_of_sync')).toBe('set');
    expect(value('bit 8, l1_64')).toBe('s803');
    expect(value('slot')).toBe('vCPU 0, slot 0, home');
  });

  test('a snapshot page names its slot and what it is a copy of; a data frame is no table', () => {
    const cursor = cursorAfter(run, 'SnapshotTaken');
    const taken = run.eventsIn(0, cursor).find((event) => event.kind === 'SnapshotTaken');
    const copy = chosenAt(run, cursor, `snapshot s${Number(taken?.smfn).toString(16)}`);
    expect(copy).toMatchObject({ kind: 'snapshot page' });
    expect(copy?.facts.map(({ value }) => value)).toEqual(['vCPU 0, slot 0', '0x030']);
    expect(chosenAt(run, cursor, 'frame 0x700')?.facts[0]?.value).toBe('clear: an ordinary page');
    expect(chosenAt(run, cursor, 'shadow lock')).toBeUndefined();
    expect(chosenAt(run, cursor, undefined)).toBeUndefined();
  });

  test('bare hardware keeps no books', () => {
    const native = runOf('what-a-page-walk-is');
    expect(chosenAt(native, 3, 'guest 0x010')).toBeUndefined();
    expect(poolAt(native, 3)).toBeUndefined();
    expect(vcpusAt(native, 3)).toBeUndefined();
  });
});

describe('the pool', () => {
  test('every page is in use or free, at every beat', () => {
    const run = runOf('crush');
    for (const cursor of everyBeat(run)) {
      const pool = poolAt(run, cursor);
      const used = pool?.shares.reduce((sum, share) => sum + share.pages, 0) ?? 0;
      expect(used + (pool?.free ?? 0), `at step ${cursor}`).toBe(pool?.pages);
      expect((pool?.fresh.count ?? 0) + (pool?.freed.length ?? 0)).toBe(pool?.free);
    }
  });

  test('pinned shadows, and which of them is loaded', () => {
    const pool = poolAt(runOf('crush'), 1);
    expect(pool?.pinned.at(-1)).toMatchObject({ type: 'l4_64', loaded: true });
    expect(pool?.stages.map(({ count, now }) => [count, now])).toEqual([
      [0, false],
      [0, false],
    ]);
  });
});

test('a vCPU: what it has loaded, and what its emulator has translated lately', () => {
  const run = runOf('crush');
  const cursor = cursorAfter(run, 'FixupAdded');
  const [v0] = vcpusAt(run, cursor) ?? [];
  const value = (name: string) => v0?.facts.find((fact) => fact.name === name)?.value;
  expect(value('guest CR3')).toBe('0x010');
  expect(value('shadow_table[0]')).toBe('s800');
  expect(value('fixup table')).toBe(`1 in bucket ${0x30 % 13}`);
  expect(v0?.vtlb.map(({ gfn }) => gfn)).toContain('0x030');
});
