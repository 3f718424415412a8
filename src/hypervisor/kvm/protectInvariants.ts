import type { Invariant } from '../../kernel';
import { dataFrame, shadowEntry } from '../entity';
import * as c from './constants';
import { type Found, invariant } from './invariant';
import { pointerIndex, pointerTable } from './pteList';
import { roleDirect } from './role';
import type { Kvm } from './state';
import { obsolete } from './zap';

/**
 * What write-protection promises (sheet 5.8, 7.1: I1, I2, I14), in the form that can be asked after every step: between two
 * holders of mmu_lock a frame is protected or it is not, so a fast path that opens a protected one breaks it in that very step.
 */

/** Frames that are tables in sync: none of them may be written unseen. */
function* tablesInSync(k: Kvm): Iterable<number> {
  const seen = new Set<number>();
  for (const sfn of k.pages.activePages()) {
    if (roleDirect(k.pages.get(sfn, 'role')) || obsolete(k, sfn) || k.pages.get(sfn, 'unsync') !== 0)
      continue;
    const gfn = k.pages.get(sfn, 'gfn');
    if (!seen.has(gfn)) yield gfn;
    seen.add(gfn);
  }
}

function noSpteWrites(k: Kvm, found: Found): void {
  // Without MMU-writable as the mark of what may be opened again, only W itself tells.
  const bits = k.profile.fastPath === 'identification' ? c.SPTE_W : c.SPTE_W | c.SPTE_MMU_WRITABLE;
  for (const gfn of tablesInSync(k))
    for (let level = 1; level <= c.MAX_HUGEPAGE_LEVEL; level++)
      for (const pointer of k.lists.all(k.slots.rmap(gfn, level))) {
        const [table, index] = [pointerTable(pointer), pointerIndex(pointer)];
        if ((k.lo(table, index) & bits) !== 0)
          found(
            `frame ${k.name(gfn)} is a table in sync, but can be written through an spte.`,
            shadowEntry(table, index),
          );
      }
}

function noTlbWrites(k: Kvm, found: Found): void {
  if (k.machine.config.tlbEntries === 0) return;
  for (const gfn of tablesInSync(k)) {
    const mfn = k.slots.mfn(gfn);
    for (let v = 0; v < k.vcpus.length; v++)
      if (k.machine.tlb.holdsWritable(v, mfn))
        found(
          `frame ${k.name(gfn)} is a table in sync, but the TLB of vCPU ${v} lets it be written.`,
          dataFrame(mfn),
        );
  }
}

export const protectInvariants: readonly Invariant<never>[] = [
  invariant(
    'I1',
    'unlocked',
    'A frame with a shadow page in sync can be written through no spte.',
    noSpteWrites,
  ),
  invariant(
    'I2',
    'unlocked',
    'A frame with a shadow page in sync can be written through no TLB.',
    noTlbWrites,
  ),
];
