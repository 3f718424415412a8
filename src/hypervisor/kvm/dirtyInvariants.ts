import type { Invariant } from '../../kernel';
import { dataFrame } from '../entity';
import * as c from './constants';
import { type Found, invariant } from './invariant';
import { pointerIndex, pointerTable } from './pteList';
import type { Kvm } from './state';

/** What the host is told about writes (sheet 6.4). */

/** 6.4: what a processor has written must not be thrown away: the host knows, or an spte still says so. */
function hostKnows(k: Kvm, found: Found): void {
  for (const mfn of k.slots.writtenPages()) {
    if (k.slots.hostDirty(mfn)) continue;
    const said = k.slots
      .gfnsOfFrame(mfn)
      .flatMap((gfn) => [1, 2, 3].flatMap((level) => k.lists.all(k.slots.rmap(gfn, level))))
      .some((pointer) => (k.lo(pointerTable(pointer), pointerIndex(pointer)) & c.SPTE_D) !== 0);
    if (!said)
      found(
        `page ${k.name(mfn)} was written by the guest, but neither the host nor an spte has it as dirty: its contents may be thrown away.`,
        dataFrame(mfn),
      );
  }
}

export const dirtyInvariants: readonly Invariant<never>[] = [
  invariant(
    'I-D',
    'unlocked',
    'A page that the guest has written is dirty for the host, or for an spte that maps it.',
    hostKnows,
  ),
];
