import { frameName } from '../../base';
import { frameOf, isLeaf, present, reservedViolation, W } from '../../machine';
import type { Pv } from './state';

/** Why a new entry is refused, as UpdateRefused gives it. */
export const OK = 0;
export const NOT_OWNED = 1;
export const NO_TABLE = 2;
export const WRITABLE_TABLE = 3;
export const RESERVED = 4;
export const WRONG_TYPE = 5;
export const MAPPED_WRITABLE = 6;
export const NOT_LEVEL_1 = 7;

export function sayReason(reason: number, frame: number): string {
  switch (reason) {
    case NOT_OWNED:
      return `frame ${frameName(frame)} does not belong to this guest. Map a frame of its own`;
    case NO_TABLE:
      return `frame ${frameName(frame)} is not validated as a page table. Pin it first`;
    case WRITABLE_TABLE:
      return `frame ${frameName(frame)} is a page table, and the new entry would let the guest write it. Map it read-only`;
    case RESERVED:
      return 'the new entry sets a bit that must be zero. Clear it';
    case WRONG_TYPE:
      return `frame ${frameName(frame)} is validated as a table of another level. Use it at its own level`;
    case MAPPED_WRITABLE:
      return `frame ${frameName(frame)} is mapped writable somewhere, so it cannot be a page table. Make that mapping read-only first`;
    case NOT_LEVEL_1:
      return `table ${frameName(frame)} is not of level 1: stores to it are not emulated. Use a hypercall`;
    default:
      return 'nothing';
  }
}

/** What speaks against a new entry of a table of the level: a reason, and the frame that it is about. Source: sheet P5, P6, J7. */
export function refusal(
  pv: Pv,
  v: number,
  level: number,
  hi: number,
  lo: number,
): { readonly reason: number; readonly frame: number } {
  const fine = { reason: OK, frame: 0 };
  if (!pv.on('validation') || !present(lo)) return fine;
  const mode = pv.mode(v);
  const r = pv.machine.vcpu(v);
  const frame = mode.entryCells === 2 ? frameOf(hi, lo) : lo >>> 12;
  const leaf = isLeaf(mode, level, lo, r.get('cr4'));
  if (reservedViolation(mode, level, leaf, hi, lo, r.get('efer'))) return { reason: RESERVED, frame };
  if (!pv.owned(frame)) return { reason: NOT_OWNED, frame };
  const type = pv.type(frame);
  if (leaf) return type !== 0 && (lo & W) !== 0 ? { reason: WRITABLE_TABLE, frame } : fine;
  return type === level - 1 ? fine : { reason: type === 0 ? NO_TABLE : WRONG_TYPE, frame };
}

/** Writable mappings of a frame in the level-1 tables that are validated: where. */
export function writableMappings(pv: Pv, v: number, frame: number): { table: number; index: number }[] {
  const out: { table: number; index: number }[] = [];
  const mask = pv.mode(v).indexMask[1] as number;
  for (const table of pv.validated) {
    if (pv.type(table) !== 1 || pv.machine.memory.find(table) === 0) continue;
    for (let index = 0; index <= mask; index++) {
      const { hi, lo } = pv.entry(v, table, index);
      const target = pv.mode(v).entryCells === 2 ? frameOf(hi, lo) : lo >>> 12;
      if (present(lo) && (lo & W) !== 0 && target === frame) out.push({ table, index });
    }
  }
  return out;
}

/** What speaks against validating a frame as a table of a level, all its entries included. */
export function tableRefusal(
  pv: Pv,
  v: number,
  frame: number,
  level: number,
): { readonly reason: number; readonly frame: number } {
  if (!pv.on('validation')) return { reason: OK, frame };
  if (!pv.owned(frame)) return { reason: NOT_OWNED, frame };
  const type = pv.type(frame);
  if (type !== 0 && type !== level) return { reason: WRONG_TYPE, frame };
  if (writableMappings(pv, v, frame).length > 0) return { reason: MAPPED_WRITABLE, frame };
  const mask = pv.mode(v).indexMask[level] as number;
  for (let i = 0; i <= mask; i++) {
    const { hi, lo } = pv.entry(v, frame, i);
    const why = refusal(pv, v, level, hi, lo);
    if (why.reason !== OK) return why;
  }
  return { reason: OK, frame };
}
