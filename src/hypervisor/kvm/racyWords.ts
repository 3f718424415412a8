import { hex } from '../../base';
import { LockReleased, type Thread, type Touch } from '../../kernel';
import type { Halves } from '../../machine';
import * as c from './constants';
import { WRITE_PROTECT } from './pteList';
import type { Kvm } from './state';

/**
 * Words of KVM's that somebody writes while others read them: sptes, the head of a reverse map, mmu_lock itself. Where the machine
 * has store buffers, a plain store to one waits in the vCPU's own (x86-TSO), and a locked operation waits until that is empty.
 * What mmu_lock protects goes to memory at once: nobody else looks at it before the lock is free, and the store that frees
 * the lock leaves the buffer last. Source: sheet 5.2, 5.6. The host has no buffer of its own: its stores are there at once.
 */

const buffers = (t: Thread, k: Kvm): boolean => k.machine.storeBuffers.depth > 0 && t.actor < k.vcpus.length;

/** A locked operation, and a direct store that must not overtake earlier ones, wait for this. */
export const drained = (t: Thread, k: Kvm): boolean => k.machine.storeBuffers.empty(t.actor);

/** A plain store waits for this. */
export const roomLeft = (t: Thread, k: Kvm): boolean =>
  !buffers(t, k) || !k.machine.storeBuffers.full(t.actor);

/** What a plain store touches: the tail of the own buffer, where there is one. */
export const plainStore = (t: Thread, k: Kvm): Touch => (buffers(t, k) ? 'buffered' : 'racy');

// ---- mmu_lock ----------------------------------------------------------------------------------------------------------

/** Taking it is a locked operation. */
export const mayTakeLock = (t: Thread, k: Kvm): boolean => k.lock.free && drained(t, k);

/** Releasing it is a plain store: it is free for others when that has left the buffer, behind all stores made before. */
export function releaseLock(t: Thread, k: Kvm): void {
  if (buffers(t, k)) k.machine.storeBuffers.pushCell(t.actor, k.lock.cell, 0);
  else k.lock.release(t);
}

/** For the machine: what stores to KVM's words mean when they leave a buffer, and how people call them. */
export function watchBuffers(k: Kvm): void {
  const { storeBuffers } = k.machine;
  storeBuffers.onCell = (cell) => {
    if (cell === k.lock.cell) k.world.emit(LockReleased, k.lock.index);
  };
  storeBuffers.sayStore = ({ frame, offset, width, hi, lo }) => {
    const cell = -1 - frame;
    if (cell === k.lock.cell) return `${k.lock.name} given back`;
    if (frame < 0) {
      const mark = (lo & WRITE_PROTECT) === 0 ? 'no mark' : 'mark';
      return `${mark} to the rmap of ${k.name(k.slots.gfnOfRmapCell(cell))}`;
    }
    if (!k.pages.owns(frame)) return undefined;
    const id = width === 1 ? lo & 0x7f : (hi & c.SPTE_ID_HI) >>> c.SPTE_ID_SHIFT_HI;
    return `${width === 1 ? 'id' : 'spte with id'} ${id} to ${k.name(frame)}[${hex(offset >>> 3, 3)}]`;
  };
}

// ---- sptes -------------------------------------------------------------------------------------------------------------

/** The spte as this vCPU sees it. */
export function readSpte(t: Thread, k: Kvm, sfn: number, index: number, out: Halves): void {
  if (buffers(t, k)) {
    k.machine.storeBuffers.read(t.actor, sfn, 8 * index, 8, out);
    return;
  }
  out.hi = k.hi(sfn, index);
  out.lo = k.lo(sfn, index);
}

/** Whether a load of it need not be pieced together from the own buffer and memory. */
export const spteReady = (t: Thread, k: Kvm, sfn: number, index: number): boolean =>
  !buffers(t, k) || k.machine.storeBuffers.ready(t.actor, sfn, 8 * index, 8);

/** A plain store of all 8 bytes. */
export function storeSpte(t: Thread, k: Kvm, sfn: number, index: number, hi: number, lo: number): void {
  if (buffers(t, k)) k.machine.storeBuffers.push(t.actor, sfn, 8 * index, 8, hi, lo);
  else k.memory.write64(sfn, index, hi, lo);
}

const TOP_BYTE = 7;

/** A plain store of bits 56 to 63 alone. */
export function storeTopByte(t: Thread, k: Kvm, sfn: number, index: number, byte: number): void {
  if (buffers(t, k)) k.machine.storeBuffers.push(t.actor, sfn, 8 * index + TOP_BYTE, 1, 0, byte);
  else k.memory.write32(sfn, 2 * index + 1, (k.hi(sfn, index) & 0xff_ffff) | (byte << 24));
}

// ---- the head of a reverse map -----------------------------------------------------------------------------------------

/** The head word of a frame's reverse map, with its mark, as this vCPU sees it. */
export const readRmapWord = (t: Thread, k: Kvm, gfn: number): number =>
  buffers(t, k) ? k.machine.storeBuffers.readCell(t.actor, k.slots.rmapCell(gfn)) : k.slots.rmapWord(gfn);

/** A plain store to it. The caller holds mmu_lock: nobody else writes it. */
export function storeRmapWord(t: Thread, k: Kvm, gfn: number, word: number): void {
  if (buffers(t, k)) k.machine.storeBuffers.pushCell(t.actor, k.slots.rmapCell(gfn), word);
  else k.slots.setRmapWord(gfn, word);
}
