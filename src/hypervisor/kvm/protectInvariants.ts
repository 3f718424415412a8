import type { Invariant } from '../../kernel';
import { dataFrame, shadowEntry } from '../entity';
import * as c from './constants';
import { type Found, invariant } from './invariant';
import { gfnOfEntry } from './link';
import { presentEntries } from './presentEntries';
import { pointerIndex, pointerTable, sptePointer, WRITE_PROTECT } from './pteList';
import { roleDirect } from './role';
import type { Kvm } from './state';
import { REQ_TLB_FLUSH } from './vcpuState';
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
      // One outside its guest that has been asked to flush does so before it uses its TLB again.
      if ((k.vcpu(v).get('remoteRequests') & REQ_TLB_FLUSH) === 0 && k.machine.tlb.holdsWritable(v, mfn))
        found(
          `frame ${k.name(gfn)} is a table in sync, but the TLB of vCPU ${v} lets it be written.`,
          dataFrame(mfn),
        );
  }
}

/** A fast path has opened this spte and is about to mark its frame in the dirty log. */
const aboutToLog = (k: Kvm, sfn: number, index: number): boolean =>
  k.vcpus.some((vcpu) => vcpu.get('toLog') === sptePointer(sfn, index));

function writesAreLogged(k: Kvm, found: Found): void {
  for (const { sfn, index, lo, leaf } of presentEntries(k)) {
    if (!leaf || (lo & c.SPTE_W) === 0) continue;
    const gfn = gfnOfEntry(k, sfn, index);
    if (!k.slots.logsDirty(k.slots.of(gfn)) || k.slots.dirty(gfn) || aboutToLog(k, sfn, index)) continue;
    found(`frame ${k.name(gfn)} can be written, but the dirty log does not say so.`, shadowEntry(sfn, index));
  }
}

/** Only the proposal has identifications and the mark. */
function identifications(k: Kvm, found: Found): void {
  if (k.profile.fastPath !== 'identification') return;
  for (const { sfn, index, leaf } of presentEntries(k)) {
    const id = (k.hi(sfn, index) & c.SPTE_ID_HI) >>> c.SPTE_ID_SHIFT_HI;
    if (leaf && id > k.vcpus.length)
      found(`an spte holds identification ${id}, which is no vCPU’s.`, shadowEntry(sfn, index));
  }
  if (!k.on('rmap-flag')) return;
  for (const gfn of tablesInSync(k))
    if ((k.slots.rmapWord(gfn) & WRITE_PROTECT) === 0)
      found(
        `frame ${k.name(gfn)} is a table in sync, but its rmap has no write-protect mark.`,
        dataFrame(gfn),
      );
}

function onlyW(k: Kvm, found: Found): void {
  for (const vcpu of k.vcpus)
    if (vcpu.get('exchangedMore') !== 0)
      found(`vCPU ${vcpu.index} changed more of a spte than W and the identification.`, 'mmu_lock');
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
  invariant(
    'I14',
    'unlocked',
    'A frame of a logged memory slot that can be written is in the dirty log, or about to be.',
    writesAreLogged,
  ),
  invariant(
    'I18',
    'unlocked',
    'Identifications are those of vCPUs, and a table in sync has the write-protect mark (2012).',
    identifications,
  ),
  invariant('I19', 'unlocked', 'A fast path changes W and its identification, nothing else.', onlyW),
];
