import { assertNever, type Word } from '../base';
import type { Machine } from './machine';
import { LOCKED_OPS, type LockedOp, type Width } from './operation';
import { type Halves, shiftLeft, shiftRight, truncate } from './wide';

/** The memory instruction in flight of a vCPU, as plain data: what a hypervisor needs that performs it for the guest. */
export interface Instruction {
  /** READ, WRITE or FETCH. */
  readonly access: number;
  readonly locked: LockedOp | undefined;
  readonly va: Word;
  readonly width: Width;
  readonly value: Word;
  readonly expected: Word;
}

const ZERO: Word = { hi: 0, lo: 0 };

/** Puts an instruction into the vCPU's ins registers. */
export function beginInstruction(
  m: Machine,
  v: number,
  access: number,
  va: Word,
  width: number,
  value: Word = ZERO,
  locked?: LockedOp,
  expected: Word = ZERO,
): void {
  const r = m.vcpu(v);
  r.set('insAccess', access);
  r.set('insLocked', locked === undefined ? 0 : 1 + LOCKED_OPS.indexOf(locked));
  r.set('insVaHi', va.hi);
  r.set('insVaLo', va.lo);
  r.set('insWidth', width);
  r.set('insValueHi', value.hi);
  r.set('insValueLo', value.lo);
  r.set('insExpectedHi', expected.hi);
  r.set('insExpectedLo', expected.lo);
}

/** No instruction in flight: its registers are zero again, so that two states differ only in what is alive. */
export function endInstruction(m: Machine, v: number): void {
  beginInstruction(m, v, 0, ZERO, 0);
}

/** The instruction in flight; undefined when the vCPU's operation is no memory access. */
export function instruction(m: Machine, v: number): Instruction | undefined {
  const r = m.vcpu(v);
  const width = r.get('insWidth');
  if (width === 0) return undefined;
  return {
    access: r.get('insAccess'),
    locked: LOCKED_OPS[r.get('insLocked') - 1],
    va: { hi: r.get('insVaHi'), lo: r.get('insVaLo') },
    width: width as Width,
    value: { hi: r.get('insValueHi'), lo: r.get('insValueLo') },
    expected: { hi: r.get('insExpectedHi'), lo: r.get('insExpectedLo') },
  };
}

/** How many pages the instruction touches: 1 or 2. */
export function parts(m: Machine, v: number): 1 | 2 {
  const r = m.vcpu(v);
  return (r.get('insVaLo') & 0xfff) + r.get('insWidth') > 4096 ? 2 : 1;
}

/** Byte offset of a part in its frame. */
export const partOffset = (m: Machine, v: number, part: number): number =>
  part === 0 ? m.vcpu(v).get('insVaLo') & 0xfff : 0;

/** Bytes of a part. */
export function partBytes(m: Machine, v: number, part: number): number {
  const r = m.vcpu(v);
  const first = Math.min(r.get('insWidth'), 4096 - (r.get('insVaLo') & 0xfff));
  return part === 0 ? first : r.get('insWidth') - first;
}

/** Address of the first byte of a part. In modes of 32-bit addresses the page after the last one is the first. */
export function partVa(m: Machine, v: number, part: number, out: Halves): void {
  const r = m.vcpu(v);
  const hi = r.get('insVaHi');
  const lo = r.get('insVaLo');
  if (part === 0) {
    out.hi = hi;
    out.lo = lo;
    return;
  }
  out.lo = ((lo | 0xfff) + 1) | 0;
  out.hi = out.lo === 0 && m.hwMode(v).name === '64' ? (hi + 1) | 0 : hi;
}

/** A part's share of a value (of the instruction's own, if none is given). */
export function partValue(m: Machine, v: number, part: number, out: Halves, whole?: Word): void {
  const r = m.vcpu(v);
  const hi = whole?.hi ?? r.get('insValueHi');
  const lo = whole?.lo ?? r.get('insValueLo');
  shiftRight(out, hi, lo, part === 0 ? 0 : 8 * partBytes(m, v, 0));
  truncate(out, out.hi, out.lo, partBytes(m, v, part));
}

/** Adds what a part has read to the result registers. */
export function joinParts(m: Machine, v: number, part: number, read: Word): void {
  const r = m.vcpu(v);
  const placed: Halves = { hi: 0, lo: 0 };
  shiftLeft(placed, read.hi, read.lo, part === 0 ? 0 : 8 * partBytes(m, v, 0));
  r.set('resultHi', part === 0 ? placed.hi : r.get('resultHi') | placed.hi);
  r.set('resultLo', part === 0 ? placed.lo : r.get('resultLo') | placed.lo);
}

/** What a locked operation writes, given what it read. A CMPXCHG that fails writes back what it read. */
export function combine(m: Machine, v: number, old: Word, out: Halves): void {
  const r = m.vcpu(v);
  const hi = r.get('insValueHi');
  const lo = r.get('insValueLo');
  const op = LOCKED_OPS[r.get('insLocked') - 1] as LockedOp;
  const width = r.get('insWidth');
  switch (op) {
    case 'xchg':
      truncate(out, hi, lo, width);
      return;
    case 'cmpxchg': {
      truncate(out, r.get('insExpectedHi'), r.get('insExpectedLo'), width);
      const equal = out.hi === old.hi && out.lo === old.lo;
      truncate(out, equal ? hi : old.hi, equal ? lo : old.lo, width);
      return;
    }
    case 'xor':
      truncate(out, old.hi ^ hi, old.lo ^ lo, width);
      return;
    case 'or':
      truncate(out, old.hi | hi, old.lo | lo, width);
      return;
    case 'and':
      truncate(out, old.hi & hi, old.lo & lo, width);
      return;
    case 'add': {
      const low = (old.lo >>> 0) + (lo >>> 0);
      truncate(out, old.hi + hi + (low > 0xffff_ffff ? 1 : 0), low, width);
      return;
    }
    default:
      assertNever(op, 'locked operation');
  }
}
