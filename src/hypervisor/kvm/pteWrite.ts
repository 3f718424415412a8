import { CR4_PAE, type Halves } from '../../machine';
import * as c from './constants';
import { entryBytes, readGuestAtomic, tableOffset } from './guestMemory';
import { flushRemote, zapEntry } from './link';
import { prefetchGpte } from './prefetch';
import { roleFourByte, roleLevel, roleQuadrant } from './role';
import type { Kvm } from './state';
import { foreign } from './syncPage';
import { commitZap, type InvalidList, obsolete, prepareZap, tablePages } from './zap';

/** What an emulated store does to the shadow of the page it wrote: plain functions inside one step. Source: sheet 4.2. */

/** detect_write_misaligned: the store is not one of whole entries. A byte at an entry's start is what flag updates do. */
function misaligned(fourByte: boolean, offset: number, bytes: number): boolean {
  const size = fourByte ? 4 : 8;
  if ((offset & (size - 1)) === 0 && bytes === 1) return false;
  return ((offset ^ (offset + bytes - 1)) & ~(size - 1)) !== 0 || bytes < 4;
}

/** detect_write_flooding: upper levels only, for level 1 can go unsync. */
function flooding(k: Kvm, sfn: number): boolean {
  if (k.pages.level(sfn) === 1) return false;
  const count = k.pages.get(sfn, 'writeFlooding') + 1;
  k.pages.set(sfn, 'writeFlooding', count);
  return count >= c.FLOODING_LIMIT && k.on('write-flooding');
}

/** get_written_sptes: the entries of a page that shadow the bytes written; none where another quadrant does. */
function writtenEntries(role: number, offset: number): number[] {
  if (!roleFourByte(role)) return [offset >>> 3];
  let at = offset << 1;
  let count = 1;
  if (roleLevel(role) === 2) {
    // A 4 MiB entry is shadowed by two of 2 MiB.
    at = (at & ~7) << 1;
    count = 2;
  }
  if (at >>> 12 !== roleQuadrant(role)) return [];
  const first = (at & 0xfff) >>> 3;
  return count === 1 ? [first] : [first, first + 1];
}

/** mmu_pte_write_new_pte of 3.6: a level-1 entry is made from what was written, if the page is of the vCPU's own mode. */
function makeAnew(k: Kvm, v: number, sfn: number, index: number): void {
  if (k.pages.level(sfn) > 1 || foreign(k, v, sfn) || k.direct(v)) return;
  const offset = tableOffset(k, sfn, index);
  if (!readGuestAtomic(k, k.pages.get(sfn, 'gfn'), offset, entryBytes(k.mode(v)), gpte)) return;
  if (prefetchGpte(k, v, sfn, index, gpte, false)) k.world.count('mmu_pte_updated');
}

const gpte: Halves = { hi: 0, lo: 0 };

/**
 * kvm_mmu_pte_write: the guest's table in a gfn has been written by the emulator. `offset` in bytes; within a page. Returns how many
 * shadow pages went for it.
 */
export function pteWrite(k: Kvm, v: number, gfn: number, offset: number, bytes: number): number {
  if (k.vm.get('indirectPages') === 0) return 0;
  let at = offset;
  let size = bytes;
  // A guest with 8-byte entries that writes one in two halves.
  if (bytes === 4 && (k.machine.vcpu(v).get('cr4') & CR4_PAE) !== 0) {
    at = offset & ~7;
    size = 8;
  }
  k.world.count('mmu_pte_write');
  const invalid: InvalidList = [];
  let flush = false;
  for (const sfn of tablePages(k, gfn)) {
    if (obsolete(k, sfn)) continue; // went with one before it
    const role = k.pages.get(sfn, 'role');
    if (misaligned(roleFourByte(role), at, size) || flooding(k, sfn)) {
      prepareZap(k, sfn, invalid);
      k.world.count('mmu_flooded');
      continue;
    }
    for (const index of writtenEntries(role, at)) {
      if (k.present(sfn, index)) {
        flush = true;
        if (k.pages.level(sfn) > 1) k.world.count('mmu_pde_zapped');
      }
      zapEntry(k, sfn, index);
      if (!k.profile.slow.dropsOnly) makeAnew(k, v, sfn, index);
    }
  }
  const zapped = invalid.length;
  if (zapped > 0) commitZap(k, invalid);
  else if (flush) flushRemote(k);
  return zapped;
}
