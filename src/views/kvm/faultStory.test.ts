import { describe, expect, test } from 'vitest';
import type { Run } from '../../engine';
import { runOf } from '../../testing/library';
import { decisionOf, lastFault } from './faultStory';

/** The row of the decision table for each fault of a vCPU, in order, judged when the fault is over; 0 where it has none. */
function rowsOf(run: Run, vcpu = 0): number[] {
  const starts = run.eventsIn(0, run.length).filter((e) => e.kind === 'KvmPageFault' && e.vcpu === vcpu);
  return starts.map((start, i) => {
    const end = starts[i + 1]?.step ?? run.length;
    const story = lastFault(run, end, vcpu);
    if (story?.step !== start.step) throw new Error('the fault is found again');
    return decisionOf(story).row ?? 0;
  });
}

describe('the row of the decision table is told from the events of a fault', () => {
  // Rows as the sheet (2.3) numbers them; scenarios as its section 8 describes them.
  test.each<readonly [string, readonly number[]]>([
    ['kvm-cold-read', [2]],
    ['kvm-first-write', [7]],
    ['kvm-guest-fault', [1]],
    ['kvm-unsync', [9]],
    ['kvm-new-entry', [9, 2]],
    ['kvm-flooding', [8, 8, 8, 0]],
    ['kvm-rep-stos', [8, 0]],
    ['kvm-changed-under-walk', [18, 2]],
    ['kvm-host-reclaims', [18, 2]],
    ['kvm-mmio', [3, 5, 3, 5, 3]],
    ['kvm-two-roles', [2, 2, 7, 6]],
    ['kvm-supervisor-write', [2, 14, 15, 14]],
  ])('%s: %j', (id, rows) => {
    expect(rowsOf(runOf(id))).toEqual(rows);
  });

  test('the loser of a race for the same miss is spurious', () => {
    const run = runOf('kvm-same-miss');
    expect([rowsOf(run, 0), rowsOf(run, 1)]).toEqual([[2], [11]]);
  });

  test('nothing is decided before KVM has walked the guest’s tables, nor while it builds', () => {
    const run = runOf('kvm-cold-read');
    const start = run.eventsIn(0, run.length).find((e) => e.kind === 'KvmPageFault')?.step ?? -1;
    const taken = run.eventsIn(0, run.length).find((e) => e.kind === 'LockTaken')?.step ?? -1;
    expect(lastFault(run, start, 0)).toBeUndefined();
    const names = [start + 1, taken + 1].map((cursor) => {
      const story = lastFault(run, cursor, 0);
      return story === undefined ? '' : decisionOf(story).name;
    });
    expect(names).toEqual(['not decided yet', 'being built']);
  });

  test('P is 0 for the guest although the processor said 1, if the shadow was stale', () => {
    const story = {
      ...(lastFault(runOf('kvm-guest-fault'), runOf('kvm-guest-fault').length, 0) ?? fail()),
      error: 5,
    };
    expect(decisionOf(story)).toMatchObject({ row: 17, name: 'the guest’s own fault' });
  });
});

function fail(): never {
  throw new Error('there is a fault');
}
