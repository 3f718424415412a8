import type { Invariant } from '../../kernel';
import { dataFrame, shadowEntry } from '../entity';
import * as c from './constants';
import { type Found, invariant } from './invariant';
import { gfnOfEntry, isLast } from './link';
import { pointerIndex, pointerTable } from './pteList';
import type { Kvm } from './state';

/** What the dirty log and the host are told about writes (sheet 6.4, 6.5, 7.1: I14). */

/** Steps at which a fast path has opened an spte and is about to mark its frame. */
const ABOUT_TO_MARK: ReadonlySet<string> = new Set(['fast_page_fault.log', 'fast_page_fault_2012.log']);

/** The frame that a vCPU is about to mark in the dirty log; -1 if none. */
function aboutToMark(k: Kvm, v: number): number {
  const at = k.world.location(v);
  if (at === undefined || !ABOUT_TO_MARK.has(`${at.procedure.name}.${at.label}`)) return -1;
  return k.world.actors[v]?.thread?.frames().at(-1)?.locals.gfn ?? -1;
}

function logged(k: Kvm, found: Found): void {
  for (const sfn of k.pages.activePages()) {
    const level = k.pages.level(sfn);
    for (let index = 0; index < c.ENTRIES; index++) {
      const lo = k.lo(sfn, index);
      if ((lo & (c.SPTE_MMU_PRESENT | c.SPTE_W)) !== (c.SPTE_MMU_PRESENT | c.SPTE_W) || !isLast(lo, level))
        continue;
      const gfn = gfnOfEntry(k, sfn, index);
      if (!k.slots.logsDirty(k.slots.of(gfn)) || k.slots.dirty(gfn)) continue;
      if (k.vcpus.some((_, v) => aboutToMark(k, v) === gfn)) continue;
      found(
        `frame ${k.name(gfn)} can be written, its slot logs what is written, and its bit in the log is clear.`,
        shadowEntry(sfn, index),
      );
    }
  }
}

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
    'I14',
    'unlocked',
    'In a slot whose writes are logged, a frame that can be written has its bit set.',
    logged,
  ),
  invariant(
    'I-D',
    'unlocked',
    'A page that the guest has written is dirty for the host, or for an spte that maps it (6.4).',
    hostKnows,
  ),
];
