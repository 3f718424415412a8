import type { Thread } from '../kernel';
import { askTlb, Controls } from './askTlb';
import { readBytes, writeBytes } from './bytes';
import { nextOperation, operationAt } from './guest';
import type { Machine } from './machine';
import { OUTCOME_DONE } from './outcome';
import { R } from './registers';
import { FETCH, WRITE } from './rights';
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
 * Loads, fetches and stores of one page that the TLB allows, from their first step to their last at once. All that the steps of
 * `guest` and `guest_access` leave behind in the store is left behind, by the functions that they call themselves; what they write
 * and clear again is not written. For workloads, where nobody looks in between.
 */
export class AtOnce {
  private readonly controls = new Controls();
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
  ) {}

  /**
   * From the operation that the guest comes to next: as many as can be done at once, up to place `end` of the program, which begins
   * at row `base` of the columns. Returns the place it has come to. `by`, if given, does each of them instead, as it likes.
   */
  go(columns: AccessColumns, base: number, end: number, by?: (row: number) => void): number {
    const { machine: m, thread, controls, result } = this;
    const v = thread.actor;
    const first = operationAt(thread);
    if (m.config.storeBufferDepth > 0 || m.pausedBy >= 0 || m.ahead.pending(v) > 0) return first;
    controls.read(m, v);
    const { code, vaHi, vaLo, valueHi, valueLo } = columns;
    const { tlb, memory, onTranslated } = m;
    const { store } = m.world;
    const { pages, pagesHi, frames, cellsOf } = this;
    pages.fill(NO_PAGE);
    const last = base + end;
    // What the latest of them has read; a store leaves zeros.
    let readHi = 0;
    let readLo = 0;
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
      // Nothing that is done here changes the TLB: what it has said about a page holds until the loop ends.
      const user = (c & USER) === 0 ? 0 : 1;
      const asked = 2 * kind + user;
      const page = lo & -4096;
      if (pages[asked] !== page || pagesHi[asked] !== hi) {
        const slot = askTlb(m, v, controls, hi, lo, kind, user !== 0);
        if (slot < 0) break;
        pages[asked] = page;
        pagesHi[asked] = hi;
        const found = tlb.frame(slot, hi, lo);
        frames[asked] = found;
        cellsOf[asked] = memory.find(found);
      }
      if (by !== undefined) {
        by(at);
        continue;
      }
      if (onTranslated !== undefined) onTranslated(v, hi, lo);
      const cells = cellsOf[asked] as number;
      // Words in their places, as nearly all are: the frame's cells are known.
      if (cells !== 0 && width === 8 && (offset & 3) === 0) {
        const cell = cells + (offset >>> 2);
        if (kind === WRITE) {
          store.set(cell, valueLo[at] as number);
          store.set(cell + 1, valueHi[at] as number);
          readHi = readLo = 0;
        } else {
          readLo = store.get(cell);
          readHi = store.get(cell + 1);
        }
        continue;
      }
      // An instruction is one byte to a fetch.
      if (cells !== 0 && width === 1 && kind !== WRITE) {
        readLo = (store.get(cells + (offset >>> 2)) >>> (8 * (offset & 3))) & 0xff;
        readHi = 0;
        continue;
      }
      const frame = frames[asked] as number;
      if (kind === WRITE) {
        writeBytes(memory, frame, offset, width, valueHi[at] as number, valueLo[at] as number);
        readHi = readLo = 0;
      } else {
        readBytes(memory, frame, offset, width, result);
        readHi = result.hi;
        readLo = result.lo;
      }
    }
    const place = at - base;
    if (place > first && by === undefined) this.leave(place, code[at - 1] as number, readHi, readLo);
    return place;
  }

  /** What the last of them leaves in the registers; that of the others is written over. */
  private leave(at: number, code: number, readHi: number, readLo: number): void {
    const { machine: m, thread } = this;
    const r = m.vcpu(thread.actor);
    r.write(R.cpl, packedUser(code) ? 3 : 0);
    r.write(R.op, at - 1);
    r.write(R.outcome, OUTCOME_DONE);
    r.write(R.faults, 0);
    r.write(R.resultHi, readHi);
    r.write(R.resultLo, readLo);
    nextOperation(thread, at);
  }
}
