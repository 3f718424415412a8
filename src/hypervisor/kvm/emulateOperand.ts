import type { Thread } from '../../kernel';
import {
  combine,
  FAULT_INJECT,
  type Halves,
  joinParts,
  MemoryRead,
  MemoryWritten,
  PFEC_W,
  partBytes,
  partOffset,
  partVa,
  partValue,
  sayVa,
  truncate,
} from '../../machine';
import { insn, L, user } from './emulateSlots';
import { KvmMmio } from './events';
import { settleAtOnce } from './flush';
import { readGuest, writeGuest } from './guestMemory';
import { kvmWalkAddr } from './guestWalk';
import { injectPageFault } from './inject';
import { matchesMmio, mmioAllows } from './mmio';
import type { Kvm } from './state';

/** One page's part of the operand: where it is, and reading or writing it, in memory or through the VMM. */

/** How an address came out (slot `found`): never 0. */
const WALKED = 1;
const KNOWN_MMIO = 2;

const va: Halves = { hi: 0, lo: 0 };
const value: Halves = { hi: 0, lo: 0 };

/** The walk for a part of the operand: known to have no memory behind it, or walked. */
export function address(t: Thread, k: Kvm, label: string, write: boolean, remembered: boolean): void {
  const v = t.actor;
  partVa(k.machine, v, t.get(L.part), va);
  t.set(L.found, WALKED);
  if (remembered && matchesMmio(k, v, va.hi, va.lo) && mmioAllows(k, v, write)) {
    t.set(L.found, KNOWN_MMIO);
    t.set(L.gfn, k.vcpu(v).get('mmioGfn'));
    t.set(L.error, -1);
    t.goto(label);
    return;
  }
  t.callThen(label, kvmWalkAddr, [va.hi, va.lo, user(t, k) | (write ? PFEC_W : 0)], L.error);
}

/** The gfn an address came to. */
const gfnFound = (t: Thread, k: Kvm): number =>
  t.get(L.found) === KNOWN_MMIO ? t.get(L.gfn) : k.vcpu(t.actor).get('walkGfn');

function mmio(t: Thread, k: Kvm, write: boolean, gfn: number): void {
  const offset = partOffset(k.machine, t.actor, t.get(L.part));
  const bytes = partBytes(k.machine, t.actor, t.get(L.part));
  k.world.count('mmio_exits');
  k.world.emit(KvmMmio, t.actor, write ? 1 : 0, gfn >>> 20, (gfn << 12) | offset, bytes);
}

/** Reads a part, from memory or from the VMM, which answers with 0xee bytes. */
export function readPart(t: Thread, k: Kvm): void {
  const v = t.actor;
  const gfn = gfnFound(t, k);
  const part = t.get(L.part);
  const offset = partOffset(k.machine, v, part);
  const bytes = partBytes(k.machine, v, part);
  if (t.get(L.found) === KNOWN_MMIO || !readGuest(k, gfn, offset, bytes, value)) {
    mmio(t, k, false, gfn);
    truncate(value, 0xeeee_eeee, 0xeeee_eeee, bytes);
  } else k.world.emit(MemoryRead, v, k.slots.mfn(gfn), offset, bytes, value.hi, value.lo);
  joinParts(k.machine, v, part, value);
}

/** What the instruction writes: a mov its operand, a locked one what it makes of what was read. */
function written(t: Thread, k: Kvm, out: Halves): void {
  const { locked, value: operand } = insn(t, k);
  out.hi = operand.hi;
  out.lo = operand.lo;
  if (locked === undefined) return;
  const r = k.machine.vcpu(t.actor);
  combine(k.machine, t.actor, { hi: r.get('resultHi'), lo: r.get('resultLo') }, out);
}

export function writePart(t: Thread, k: Kvm): void {
  const v = t.actor;
  const gfn = gfnFound(t, k);
  const part = t.get(L.part);
  const offset = partOffset(k.machine, v, part);
  const bytes = partBytes(k.machine, v, part);
  written(t, k, value);
  partValue(k.machine, v, part, value, { hi: value.hi, lo: value.lo });
  t.set(L.gfn, gfn);
  t.set(L.write, 0);
  if (t.get(L.found) === KNOWN_MMIO || !writeGuest(k, gfn, offset, bytes, value.hi, value.lo)) {
    mmio(t, k, true, gfn);
    return;
  }
  t.set(L.write, 1);
  settleAtOnce(k, t.actor);
  k.world.emit(MemoryWritten, v, k.slots.mfn(gfn), offset, bytes, value.hi, value.lo);
}

/** The guest is given the fault of this part. */
export function inject(t: Thread, k: Kvm, error: number): void {
  partVa(k.machine, t.actor, t.get(L.part), va);
  injectPageFault(k, t.actor, va.hi, va.lo, error);
  settleAtOnce(k, t.actor);
  t.ret(FAULT_INJECT, error, t.get(L.part) + 1);
}

/** The part's address in words. */
export const at = (t: Thread, k: Kvm): string => {
  partVa(k.machine, t.actor, t.get(L.part), va);
  return sayVa(k.machine, t.actor, va.hi, va.lo);
};
