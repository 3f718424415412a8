import { describe, expect, it } from 'vitest';
import { provenance, type Run } from '../../engine';
import { runOf } from '../../testing/library';

/** Who wrote an entry of a frame last, and what it was made from, back to the guest's own store: labels of the steps. */
function story(run: Run, frame: number, index: number): string[] {
  const cell = run.built.machine.memory.find(frame) + 2 * index;
  return provenance(run, cell, run.length).map(({ step }) => {
    const { procedure, step: at } = run.nameOf(step);
    return `${procedure?.name}.${at?.label}`;
  });
}

describe('where an spte comes from', () => {
  it('is told back to the store of the guest that made its entry', () => {
    const run = runOf('kvm-new-entry');
    const set = run.eventsIn(0, run.length).findLast((e) => e.kind === 'KvmSetSpte');
    expect(set?.index).toBe(1);
    expect(story(run, Number(set?.table), 1)).toEqual(['kvm_fetch.leaf', 'guest_access.memory']);
  });

  it('after INVLPG it is the entry as it was then', () => {
    const run = runOf('kvm-invlpg');
    const set = run.eventsIn(0, run.length).findLast((e) => e.kind === 'KvmSetSpte');
    const cell = run.built.machine.memory.find(Number(set?.table)) + 2 * Number(set?.index);
    // The accessed bit that the processor has set since is not why the entry maps its frame.
    const [why, from] = provenance(run, cell, run.length, ~0x20);
    expect([why, from].map((o) => run.nameOf(o?.step ?? 0).procedure?.name)).toEqual([
      'kvm_invlpg',
      'guest_access',
    ]);
  });

  it('entries of four bytes: the second half of a table is shadowed by a page of its own', () => {
    const run = runOf('kvm-four-byte');
    const sets = run.eventsIn(0, run.length).filter((e) => e.kind === 'KvmSetSpte');
    const memory = run.built.machine.memory;
    const origins = sets.map((set) => {
      const to = memory.find(Number(set.table)) + 2 * Number(set.index);
      const from = run
        .eventsIn(set.step, set.step + 1)
        .find((e) => e.kind === 'Derived' && e.to === to)?.from;
      return Number(from) - memory.find(0x103);
    });
    expect(origins).toEqual([0, 512]);
  });
});
