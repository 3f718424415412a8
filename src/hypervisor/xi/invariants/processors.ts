import { slotOf } from '../backlinks';
import { TO_NOTHING, TO_PAGE, TO_TABLE } from '../constants';
import { rootSlot, spteIndex } from '../shape';
import { isLeafSpte, writable } from '../spte';
import type { Xi } from '../state';
import { invariant, ofKit, ofPage } from './names';

/** I13 (sheet 11). */
export const rootsInUse = invariant(
  'I13',
  'A shadow that a processor has loaded, or that the operation in progress needs, is never recycled.',
  (x, found) => {
    for (const vcpu of x.vcpus)
      for (const kit of [...vcpu.roots, ...vcpu.inUse])
        if (!x.kits.bound(kit))
          found(
            `${x.kitName(kit)} is needed by vCPU ${vcpu.index}, but its kit was recycled.`,
            ofKit(x, kit),
          );
  },
  'step',
);

/** T1, this project's own: what I4 says of entries, said of TLBs. */
export const tlbsProtect = invariant(
  'T1',
  'No TLB lets a processor write a protected page table.',
  (x, found) => {
    for (const gfn of x.pages.known()) {
      if (!x.pages.isGpt(gfn) || x.pages.mayBeWritten(gfn)) continue;
      for (const { index: v } of x.vcpus)
        if (x.machine.tlb.holdsWritable(v, x.p2m.mfn(gfn)))
          found(
            `page table ${x.name(gfn)} is protected, but the TLB of vCPU ${v} knows it as writable.`,
            ofPage(x, gfn),
          );
    }
  },
);

/** T2, this project's own: the fault path makes progress (trap 5.8e). */
export const faultsResolved = invariant(
  'T2',
  'A fault that is not the guest’s leads to a shadow entry that allows the access.',
  (x, found) => {
    for (const vcpu of x.vcpus)
      if (vcpu.get('unresolved') >= 3)
        found(
          `vCPU ${vcpu.index} has faulted ${vcpu.get('unresolved')} times in a row without an entry that would let it go on.`,
          `vcpu ${vcpu.index}`,
        );
  },
);

/** The slot that translates an address for a vCPU, or -1. */
function slotFor(x: Xi, v: number, vaHi: number, vaLo: number): number {
  const shape = x.shape(v);
  let kit = x.vcpu(v).root(rootSlot(shape, vaHi, vaLo));
  for (let level = shape.top; kit >= 0 && level >= 1; level--) {
    const slot = slotOf(kit, spteIndex(shape, level, vaHi, vaLo));
    if (x.what(slot) === TO_NOTHING) return -1;
    if (x.what(slot) !== TO_TABLE) return slot;
    kit = x.kitAt(x.mfnOf(slot));
  }
  return -1;
}

/** T3, this project's own: a removed entry owes a flush, and it is paid (sheet 5.4). Global pages outlive their address space. */
export const tlbsCurrent = invariant(
  'T3',
  'A TLB knows no translation that the shadow has not, but for global pages of another address space.',
  (x, found) => {
    for (const { index: v } of x.vcpus) {
      if (x.vcpu(v).get('shape') === 0) continue;
      for (const entry of x.machine.tlb.entries(v)) {
        const slot = slotFor(x, v, entry.vaHi, entry.vaLo);
        if (slot < 0 && entry.global) continue;
        const mfn = slot < 0 ? -1 : x.mfnOf(slot);
        const gone = slot < 0 || (entry.writable && !writable(x, slot) && isLeafSpte(x, slot));
        if (!gone && (entry.frame === mfn || entry.global || x.what(slot) !== TO_PAGE)) continue;
        found(
          `the TLB of vCPU ${v} maps an address to frame ${x.name(entry.frame)}${entry.writable ? ' for writing' : ''}, but the shadow does not any more.`,
          `vcpu ${v}`,
        );
      }
    }
  },
);

/** T4, this project's own: a kit is what it seems (sheet 5.2 step 4). */
export const kitsFresh = invariant(
  'T4',
  'A shadow in use was made from a kit that had been zeroed.',
  (x, found) => {
    for (const kit of x.kits.used())
      if (x.kits.get(kit, 'used') !== 0)
        found(
          `${x.describe(kit)}, was made from a kit that still held the copy of another table.`,
          ofKit(x, kit),
        );
  },
);
