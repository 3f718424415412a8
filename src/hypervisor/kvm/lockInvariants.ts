import type { Invariant, Region } from '../../kernel';
import { shadowTable } from '../entity';
import * as c from './constants';
import { type Found, invariant } from './invariant';
import { childOf, isLast } from './link';
import type { Kvm } from './state';

/** What mmu_lock, root counts and the guard of walks without it promise (sheet 7.1: I12, I17, I21). */

/** Pages below one that have gone unsync, itself included. */
function* unsyncBelow(k: Kvm, sfn: number, seen = new Set<number>()): Iterable<number> {
  if (seen.has(sfn)) return;
  seen.add(sfn);
  if (k.pages.get(sfn, 'unsync') !== 0) yield sfn;
  const level = k.pages.level(sfn);
  if (level === 1) return;
  for (let index = 0; index < c.ENTRIES; index++) {
    const lo = k.lo(sfn, index);
    if ((lo & c.SPTE_MMU_PRESENT) !== 0 && !isLast(lo, level))
      yield* unsyncBelow(k, childOf(k, sfn, index), seen);
  }
}

function rootsInSync(k: Kvm, found: Found): void {
  k.vcpus.forEach((vcpu, v) => {
    const root = vcpu.witness.get('syncedRoot');
    if (root === 0 || root !== vcpu.get('root')) return;
    const tops = root === k.paeRoot(v) ? [0, 1, 2, 3].map((i) => vcpu.pae(i)) : [root];
    for (const top of tops)
      for (const sfn of top === 0 ? [] : unsyncBelow(k, top))
        found(
          `vCPU ${v} has synchronised everything below its root, but ${k.describe(sfn)} is unsync.`,
          shadowTable(sfn),
        );
  });
}

function walkedTablesStay(k: Kvm, found: Found): void {
  k.vcpus.forEach((vcpu, v) => {
    const sfn = vcpu.get('reading');
    if (sfn !== 0 && sfn !== k.paeRoot(v) && !k.pages.owns(sfn))
      found(`vCPU ${v} walks through a table without mmu_lock that has been freed.`, shadowTable(sfn));
  });
}

function rootsStay(k: Kvm, found: Found): void {
  const uses = new Map<number, number>();
  const use = (sfn: number): void => {
    if (sfn !== 0) uses.set(sfn, (uses.get(sfn) ?? 0) + 1);
  };
  k.vcpus.forEach((vcpu, v) => {
    if (vcpu.get('root') === k.paeRoot(v)) for (let i = 0; i < 4; i++) use(vcpu.pae(i));
    else use(vcpu.get('root'));
    for (let i = 0; i < c.PREV_ROOTS; i++) use(vcpu.prev(i));
  });
  for (const [sfn, count] of uses) {
    if (!k.pages.owns(sfn)) found('a root in use has been freed.', shadowTable(sfn));
    else if (k.pages.get(sfn, 'rootCount') !== count)
      found(
        `${k.describe(sfn)} has root count ${k.pages.get(sfn, 'rootCount')}, but is a root ${count} times.`,
        shadowTable(sfn),
      );
  }
}

function exitsHaveEntries(k: Kvm, found: Found): void {
  for (const vcpu of k.vcpus) {
    const v = vcpu.index;
    if (v !== k.world.mover) continue;
    const open = vcpu.witness.get('open');
    const inside = k.machine.vcpu(v).get('inHypervisor') !== 0;
    if (open < 0 || open > (inside ? 1 : 0))
      found(
        `vCPU ${v} counts ${open} exits more than entries, and is ${inside ? 'in the hypervisor: 0 or 1' : 'in its guest: 0'} was expected.`,
        'mmu_lock',
      );
  }
}

const witnesses = (k: Kvm): readonly Region[] => k.vcpus.map(({ witness }) => witness.region);

export const lockInvariants: readonly Invariant<never>[] = [
  invariant(
    'I12',
    'release',
    'Nothing below a root that was just synchronised is unsync.',
    rootsInSync,
    witnesses,
  ),
  invariant(
    'I17',
    'unlocked',
    'No table is freed while a vCPU walks through it without mmu_lock.',
    walkedTablesStay,
  ),
  invariant(
    'I20',
    'operation',
    'Every exit of a vCPU is followed by one entry.',
    exitsHaveEntries,
    witnesses,
  ),
  invariant('I21', 'release', 'A root in use is never freed, and counts its users.', rootsStay),
];
