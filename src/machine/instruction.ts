import { assertNever, type Word } from '../base';
import type { Machine } from './machine';
import { LOCKED_OPS, type LockedOp, type Width } from './operation';
import { R } from './registers';
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
  r.write(R.insAccess, access);
  r.write(R.insLocked, locked === undefined ? 0 : 1 + LOCKED_OPS.indexOf(locked));
  r.write(R.insVaHi, va.hi);
  r.write(R.insVaLo, va.lo);
  r.write(R.insWidth, width);
  r.write(R.insValueHi, value.hi);
  r.write(R.insValueLo, value.lo);
  r.write(R.insExpectedHi, expected.hi);
  r.write(R.insExpectedLo, expected.lo);
}

/** No instruction in flight: its registers are zero again, so that two states differ only in what is alive. */
export function endInstruction(m: Machine, v: number): void {
  beginInstruction(m, v, 0, ZERO, 0);
}

/** The instruction in flight; undefined when the vCPU's operation is no memory access. */
export function instruction(m: Machine, v: number): Instruction | undefined {
  const r = m.vcpu(v);
  const width = r.read(R.insWidth);
  if (width === 0) return undefined;
  return {
    access: r.read(R.insAccess),
    locked: LOCKED_OPS[r.read(R.insLocked) - 1],
    va: { hi: r.read(R.insVaHi), lo: r.read(R.insVaLo) },
    width: width as Width,
    value: { hi: r.read(R.insValueHi), lo: r.read(R.insValueLo) },
    expected: { hi: r.read(R.insExpectedHi), lo: r.read(R.insExpectedLo) },
  };
}

/** How many pages the instruction touches: 1 or 2. */
export function parts(m: Machine, v: number): 1 | 2 {
  const r = m.vcpu(v);
  return (r.read(R.insVaLo) & 0xfff) + r.read(R.insWidth) > 4096 ? 2 : 1;
}

/** Byte offset of a part in its frame. */
export const partOffset = (m: Machine, v: number, part: number): number =>
  part === 0 ? m.vcpu(v).read(R.insVaLo) & 0xfff : 0;

/** Bytes of a part. */
export function partBytes(m: Machine, v: number, part: number): number {
  const r = m.vcpu(v);
  const first = Math.min(r.read(R.insWidth), 4096 - (r.read(R.insVaLo) & 0xfff));
  return part === 0 ? first : r.read(R.insWidth) - first;
}

/** Address of the first byte of a part. In modes of 32-bit addresses the page after the last one is the first. */
export function partVa(m: Machine, v: number, part: number, out: Halves): void {
  const r = m.vcpu(v);
  const hi = r.read(R.insVaHi);
  const lo = r.read(R.insVaLo);
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
  const hi = whole?.hi ?? r.read(R.insValueHi);
  const lo = whole?.lo ?? r.read(R.insValueLo);
  shiftRight(out, hi, lo, part === 0 ? 0 : 8 * partBytes(m, v, 0));
  truncate(out, out.hi, out.lo, partBytes(m, v, part));
}

/** Adds what a part has read to the result registers. */
export function joinParts(m: Machine, v: number, part: number, read: Word): void {
  const r = m.vcpu(v);
  const placed: Halves = { hi: 0, lo: 0 };
  shiftLeft(placed, read.hi, read.lo, part === 0 ? 0 : 8 * partBytes(m, v, 0));
  r.write(R.resultHi, part === 0 ? placed.hi : r.read(R.resultHi) | placed.hi);
  r.write(R.resultLo, part === 0 ? placed.lo : r.read(R.resultLo) | placed.lo);
}

/** What a locked operation writes, given what it read. A CMPXCHG that fails writes back what it read. */
export function combine(m: Machine, v: number, old: Word, out: Halves): void {
  const r = m.vcpu(v);
  const hi = r.read(R.insValueHi);
  const lo = r.read(R.insValueLo);
  const op = LOCKED_OPS[r.read(R.insLocked) - 1] as LockedOp;
  const width = r.read(R.insWidth);
  switch (op) {
    case 'xchg':
      truncate(out, hi, lo, width);
      return;
    case 'cmpxchg': {
      truncate(out, r.read(R.insExpectedHi), r.read(R.insExpectedLo), width);
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
