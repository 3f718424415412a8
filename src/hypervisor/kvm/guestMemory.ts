import {
  CR4_PSE,
  frameOf,
  G,
  type Halves,
  isLeaf,
  leafFrame,
  type PagingMode,
  readBytes,
  reservedViolation,
  writeBytes,
} from '../../machine';
import * as c from './constants';
import { touchForRead, touchForWrite } from './host';
import { markDirty } from './setSpte';
import { HOST_GONE } from './slots';
import type { Kvm } from './state';

/** KVM's own access to guest memory, and how it reads a guest entry. Plain functions; each access is one step's. */

export const entryBytes = (mode: PagingMode): number => 4 * mode.entryCells;

/** kvm_vcpu_read_guest within a page: false where no slot is. */
export function readGuest(k: Kvm, gfn: number, offset: number, bytes: number, out: Halves): boolean {
  const mfn = k.slots.mfn(gfn);
  if (mfn < 0) return false;
  touchForRead(k, mfn);
  readBytes(k.memory, mfn, offset, bytes, out);
  return true;
}

/**
 * kvm_vcpu_read_guest_atomic, under mmu_lock: nothing may sleep there, so a page that the host has taken away is not brought
 * back, and cannot be read. Source: sheet 4.6 step 1.
 */
export function readGuestAtomic(k: Kvm, gfn: number, offset: number, bytes: number, out: Halves): boolean {
  const mfn = k.slots.mfn(gfn);
  if (mfn < 0 || k.slots.hostState(mfn) === HOST_GONE) return false;
  return readGuest(k, gfn, offset, bytes, out);
}

/** kvm_vcpu_write_guest within a page: false where no slot is, or a read-only one. The dirty log hears of it. */
export function writeGuest(
  k: Kvm,
  gfn: number,
  offset: number,
  bytes: number,
  hi: number,
  lo: number,
): boolean {
  const slot = k.slots.of(gfn);
  if (slot < 0 || k.slots.readOnly(slot)) return false;
  const mfn = k.slots.mfn(gfn);
  touchForWrite(k, mfn);
  writeBytes(k.memory, mfn, offset, bytes, hi, lo);
  markDirty(k, gfn);
  return true;
}

/** gpte_to_gfn. */
export const gpteGfn = (mode: PagingMode, hi: number, lo: number): number =>
  mode.entryCells === 1 ? lo >>> 12 : frameOf(hi, lo);

/** FNAME(gpte_access): rights of one guest entry. */
export function gpteAccess(mode: PagingMode, hi: number, lo: number): number {
  const executable = mode.entryCells === 1 || hi >= 0;
  return (lo & (c.ACC_WRITE | c.ACC_USER)) | (executable ? c.ACC_EXEC : 0);
}

export function gpteIsLeaf(k: Kvm, v: number, level: number, lo: number): boolean {
  return isLeaf(k.mode(v), level, lo, k.machine.vcpu(v).get('cr4'));
}

/** Bits 17 to 21 of a 4 MiB entry: KVM knows PSE-36 with 36 address bits, whatever the processor has. */
const PSE36_RESERVED = 0x3e_0000;

/** FNAME(is_rsvd_bits_set) of a present guest entry. On AMD bit 8 of a top-level entry of 64-bit mode is reserved. */
export function gpteReserved(k: Kvm, v: number, level: number, hi: number, lo: number): boolean {
  const mode = k.mode(v);
  const leaf = gpteIsLeaf(k, v, level, lo);
  if (mode.entryCells === 1) {
    const pse = (k.machine.vcpu(v).get('cr4') & CR4_PSE) !== 0;
    return level === 2 && leaf && pse && (lo & PSE36_RESERVED) !== 0;
  }
  if (level === 4 && (lo & G) !== 0) return true;
  return reservedViolation(mode, level, leaf, hi, lo, k.machine.vcpu(v).get('efer'));
}

/** First gfn of the page a guest leaf maps. */
export const gpteLeafGfn = (mode: PagingMode, level: number, hi: number, lo: number): number =>
  leafFrame(mode, level, hi, lo);

/** protect_clean_gpte: an entry that is not dirty lends no right to write, so that the first write faults. */
export const protectClean = (access: number, lo: number): number =>
  (lo & c.SPTE_D) === 0 ? access & ~c.ACC_WRITE : access;

/** Guest-physical place of the first entry that a level-1 shadow page covers: byte offset in its table. */
export function tableOffset(k: Kvm, sfn: number, index: number): number {
  const role = k.pages.get(sfn, 'role');
  if ((role & c.ROLE_4_BYTE) === 0) return 8 * index;
  const quadrant = (role & c.ROLE_QUADRANT) >>> c.ROLE_QUADRANT_SHIFT;
  return 4 * (quadrant * c.ENTRIES + index);
}

/** How the entries of the guest's table behind a level-1 page are laid out. */
export const tableMode = (k: Kvm, sfn: number): PagingMode =>
  k.machine.modes[(k.pages.get(sfn, 'role') & c.ROLE_4_BYTE) === 0 ? '64' : '32'];
