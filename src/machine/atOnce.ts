import type { Thread } from '../kernel';
import { askTlb } from './askTlb';
import { readBytes, writeBytes } from './bytes';
import { nextOperation, operationAt } from './guest';
import type { Machine } from './machine';
import { OUTCOME_DONE } from './outcome';
import { WRITE } from './rights';
import type { Halves } from './wide';

const read: Halves = { hi: 0, lo: 0 };

/**
 * A load, fetch or store of one page that the TLB allows, from its first step to its last at once. All that the steps of `guest`
 * and `guest_access` leave behind in the store is left behind, by the same functions that they call; what they write and clear
 * again is not written. For workloads, where nobody looks in between.
 */
export class AtOnce {
  constructor(private readonly machine: Machine) {}

  /**
   * The slot of the TLB entry by which the next operation of a vCPU can be done at once; -1 if it must go step by step (a miss, a
   * right that is missing, two pages, a store buffer, a pause, something that an emulator has done ahead). Reads only.
   */
  allowed(t: Thread, access: number, vaHi: number, vaLo: number, width: number, cpl: number): number {
    const m = this.machine;
    if ((vaLo & 0xfff) + width > 4096 || m.config.storeBufferDepth > 0) return -1;
    if (m.pausedBy >= 0 || m.ahead.pending(t.actor) > 0) return -1;
    const found = askTlb(m, t.actor, vaHi, vaLo, access, cpl === 3);
    return found < 0 ? -1 : found;
  }

  /** Does it. `slot` is what `allowed` has just said; the guest's program counts on by one operation. */
  perform(
    t: Thread,
    slot: number,
    access: number,
    vaHi: number,
    vaLo: number,
    width: number,
    cpl: number,
    valueHi: number,
    valueLo: number,
  ): void {
    const m = this.machine;
    const v = t.actor;
    const r = m.vcpu(v);
    const op = operationAt(t);
    const frame = m.tlb.frame(slot, vaHi, vaLo);
    if (m.onTranslated !== undefined) m.onTranslated(v, vaHi, vaLo);
    read.hi = 0;
    read.lo = 0;
    if (access === WRITE) writeBytes(m.memory, frame, vaLo & 0xfff, width, valueHi, valueLo);
    else readBytes(m.memory, frame, vaLo & 0xfff, width, read);
    r.set('cpl', cpl);
    r.set('op', op);
    r.set('outcome', OUTCOME_DONE);
    r.set('faults', 0);
    r.set('resultHi', read.hi);
    r.set('resultLo', read.lo);
    nextOperation(t, op + 1);
  }
}
