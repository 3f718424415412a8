import type { Thread } from '../kernel';
import { askTlb, BAD_ADDRESS, Controls } from './askTlb';
import { readBytes, writeBytes } from './bytes';
import { nextOperation, operationAt } from './guest';
import type { Machine } from './machine';
import { OUTCOME_DONE } from './outcome';
import { R } from './registers';
import { FETCH, WRITE } from './rights';
import { WalkAtOnce } from './walkAtOnce';
import type { Halves } from './wide';

/** No page begins here. */
const NO_PAGE = 1;
const KIND_MASK = 0xf;
const WIDTH_SHIFT = 4;
const USER = 1 << 8;

/** An access as one number: READ, WRITE or FETCH (or another kind, from 3 to 15, that is none of these), its width, and who makes it. */
export const packAccess = (kind: number, width: number, user: boolean): number =>
  kind | (width << WIDTH_SHIFT) | (user ? USER : 0);
export const packedKind = (code: number): number => code & KIND_MASK;
export const packedWidth = (code: number): number => (code >>> WIDTH_SHIFT) & 0xf;
export const packedUser = (code: number): boolean => (code & USER) !== 0;

/** A program as columns: what `packAccess` gives, addresses and values in halves. */
export interface AccessColumns {
  readonly code: Int32Array;
  readonly vaHi: Int32Array;
  readonly vaLo: Int32Array;
  readonly valueHi: Int32Array;
  readonly valueLo: Int32Array;
}

/**
 * Loads, fetches and stores of one page that the TLB allows, or a walk, from their first step to their last at once.
 * All that the steps of `guest`, `guest_access` and `hardware_walk` leave behind in the store is left behind, by the functions that
 * they call themselves; what they write and clear again is not written. For workloads, where nobody looks in between.
 */
export class AtOnce {
  /** How many of the accesses of the last `go` took a walk. */
  walks = 0;
  private readonly controls = new Controls();
  private readonly walk: WalkAtOnce;
  private readonly result: Halves = { hi: 0, lo: 0 };
  /** By twice the access plus one for user mode: the page that the TLB was last asked for, and its frame. */
  private readonly pages = new Int32Array(6);
  private readonly pagesHi = new Int32Array(6);
  private readonly frames = new Int32Array(6);
  /** First cell of that frame; 0 if it had none then. */
  private readonly cellsOf = new Int32Array(6);

  constructor(
    private readonly machine: Machine,
    private readonly thread: Thread,
  ) {
    this.walk = new WalkAtOnce(machine, thread.actor);
  }

  /**
   * From the operation that the guest comes to next: as many as can be done at once, up to place `end` of the program, which begins
   * at row `base` of the columns. Returns the place it has come to. `by`, if given, does each of them instead, as it likes.
   */
  go(columns: AccessColumns, base: number, end: number, by?: (row: number) => void): number {
    const { machine: m, thread, controls } = this;
    const v = thread.actor;
    const first = operationAt(thread);
    this.walks = 0;
    if (m.config.storeBufferDepth > 0 || m.pausedBy >= 0 || m.ahead.pending(v) > 0) return first;
    controls.read(m, v);
    const { code, vaHi, vaLo, valueHi, valueLo } = columns;
    const { memory, onTranslated } = m;
    const { store } = m.world;
    const { pages, pagesHi, cellsOf } = this;
    pages.fill(NO_PAGE);
    const last = base + end;
    let at = base + first;
    for (; at < last; at++) {
      const c = code[at] as number;
      const kind = c & KIND_MASK;
      if (kind > FETCH) break;
      const hi = vaHi[at] as number;
      const lo = vaLo[at] as number;
      const offset = lo & 0xfff;
      const width = (c >>> WIDTH_SHIFT) & 0xf;
      if (offset + width > 4096) break;
      const asked = 2 * kind + ((c & USER) === 0 ? 0 : 1);
      // Between two walks nothing changes the TLB: what it has said about a page holds.
      if (pages[asked] !== (lo & -4096) || pagesHi[asked] !== hi) {
        if (!this.translate(asked, hi, lo, by !== undefined)) break;
      }
      if (by !== undefined) {
        by(at);
        continue;
      }
      if (onTranslated !== undefined) onTranslated(v, hi, lo);
      // What is read goes into a register, over what the access before it has left there: only the last one's stays.
      if (kind !== WRITE) continue;
      const cells = cellsOf[asked] as number;
      // A word in its place, as nearly all are: the frame's cells are known.
      if (cells !== 0 && width === 8 && (offset & 3) === 0) {
        const cell = cells + (offset >>> 2);
        store.set(cell, valueLo[at] as number);
        store.set(cell + 1, valueHi[at] as number);
      } else {
        const frame = this.frames[asked] as number;
        writeBytes(memory, frame, offset, width, valueHi[at] as number, valueLo[at] as number);
      }
    }
    const place = at - base;
    if (place > first && by === undefined) this.leave(place, code[at - 1] as number, vaLo[at - 1] as number);
    return place;
  }

  /** Asks the TLB for a page, or walks for it; whether that is all that the access needs. `only`: looks, and leaves all as it is. */
  private translate(asked: number, hi: number, lo: number, only: boolean): boolean {
    const { machine: m, thread, controls, walk } = this;
    const kind = asked >> 1;
    const user = (asked & 1) !== 0;
    const slot = askTlb(m, thread.actor, controls, hi, lo, kind, user);
    if (slot >= 0) {
      this.know(asked, hi, lo, m.tlb.frame(slot, hi, lo));
      return true;
    }
    if (slot === -1 - BAD_ADDRESS || m.exits.walk !== undefined) return false;
    if (!walk.finds(controls, hi, lo, kind, user)) return false;
    // The translation takes the place of another, which may be one of these.
    this.pages.fill(NO_PAGE);
    if (only) return true;
    walk.takes(controls.mode);
    this.walks++;
    this.know(asked, hi, lo, walk.frame);
    // Without a TLB nobody keeps it.
    if (m.config.tlbEntries === 0) this.pages[asked] = NO_PAGE;
    return true;
  }

  private know(asked: number, hi: number, lo: number, frame: number): void {
    this.pages[asked] = lo & -4096;
    this.pagesHi[asked] = hi;
    this.frames[asked] = frame;
    this.cellsOf[asked] = this.machine.memory.find(frame);
  }

  /** What the last of them leaves in the registers; that of the others is written over. A store leaves zeros as what was read. */
  private leave(at: number, code: number, lo: number): void {
    const { machine: m, thread, result } = this;
    const kind = packedKind(code);
    result.hi = result.lo = 0;
    if (kind !== WRITE) {
      const frame = this.frames[2 * kind + (packedUser(code) ? 1 : 0)] as number;
      readBytes(m.memory, frame, lo & 0xfff, packedWidth(code), result);
    }
    const r = m.vcpu(thread.actor);
    r.write(R.cpl, packedUser(code) ? 3 : 0);
    r.write(R.op, at - 1);
    r.write(R.outcome, OUTCOME_DONE);
    r.write(R.faults, 0);
    r.write(R.resultHi, result.hi);
    r.write(R.resultLo, result.lo);
    nextOperation(thread, at);
  }
}
