import { defined, type Word, word } from '../../base';
import type { Thread } from '../../kernel';
import {
  A,
  beginInstruction,
  D,
  guestAccess,
  inDirectMap,
  type LockedOp,
  NX_HI,
  OUTCOME_DONE,
  P,
  U,
  W,
  WRITE,
} from '../../machine';
import { PROT_EXEC, PROT_WRITE, type Pv } from './state';

/**
 * What a change makes of an entry: new protections (the bits of mprotect), or one of these. Protections keep frame, A, D and
 * what else there is (Linux: _PAGE_CHG_MASK).
 */
export const EDIT_WRITE_PROTECT = 0x100;
/** The page has been saved: D goes, and so does W, so that the next store is noticed where D is not the processor's. */
export const EDIT_CLEAN = 0x200;
/** The page goes to swap: a word that is not present and names the place. */
export const EDIT_SWAP = 0x400;
export const EDIT_ZAP = 0x800;
/** A write fault that the process is allowed: W, A and D. */
export const EDIT_GRANT = 0x1000;

/** What stands in a table for a page on disk: not present, and bits that the kernel knows. */
export const swapEntry = (frame: number): Word => word(frame >>> 20, (frame << 12) | 0x200);

/** Whether an entry is such a word, and which place on disk it names: the frame that the page was in; -1 if it is none. */
export const placeOnDisk = (lo: number): number => ((lo & (P | 0x200)) === 0x200 ? lo >>> 12 : -1);

/** The entry for a page that has just been brought in: what the map of the process allows, W only for a store (Linux: do_swap_page). */
export function broughtIn(pv: Pv, v: number, frame: number, prot: number, write: boolean): Word {
  const { hi, lo } = edited(pv, v, prot & ~(write ? 0 : PROT_WRITE), word(frame >>> 20, frame << 12));
  return word(hi, lo | A | (write ? D : 0));
}

/** The entry that an edit makes of another. */
export function edited(pv: Pv, v: number, edit: number, old: Word): Word {
  const nx = pv.mode(v).entryCells === 2 && (pv.machine.vcpu(v).get('efer') & (1 << 11)) !== 0;
  switch (edit) {
    case EDIT_WRITE_PROTECT:
      return word(old.hi, old.lo & ~W);
    case EDIT_CLEAN:
      return word(old.hi, old.lo & ~D);
    case EDIT_SWAP:
      return swapEntry(old.lo >>> 12);
    case EDIT_ZAP:
      return word(0, 0);
    case EDIT_GRANT:
      return word(old.hi, old.lo | W | A | D);
    default: {
      const lo = (edit & PROT_WRITE) === 0 ? old.lo & ~W : old.lo | W;
      const hi = !nx ? old.hi : (edit & PROT_EXEC) === 0 ? old.hi | NX_HI : old.hi & ~NX_HI;
      return word(hi, lo | P | U);
    }
  }
}

/** The address at which the guest's kernel sees an entry: in its direct map. */
export function entryVa(pv: Pv, v: number, table: number, index: number): Word {
  const base = defined(
    pv.machine.directMap,
    'a direct map: paravirt guests write their tables through a line `direct ADDRESS`',
  );
  return inDirectMap(base, table, index * 4 * pv.mode(v).entryCells);
}

export const entryWidth = (pv: Pv, v: number): 4 | 8 => (pv.mode(v).entryCells === 2 ? 8 : 4);

export interface EntryAccess {
  readonly table: number;
  readonly index: number;
  readonly value: Word;
  readonly locked?: LockedOp;
  readonly expected?: Word;
  /** Half of an entry, for kernels of 32 bits: 0 the low one, 1 the high one. */
  readonly half?: 0 | 1;
}

/**
 * The guest's kernel executes one memory instruction on an entry: an ordinary access through the direct map, which may fault and
 * be emulated. Goes on at `label`; the outcome comes into slot `into`, what a locked operation read into the result registers.
 */
export function accessEntry(t: Thread, pv: Pv, label: string, into: number, a: EntryAccess): void {
  const v = t.actor;
  const at = entryVa(pv, v, a.table, a.index);
  const va = a.half === 1 ? word(at.hi, at.lo + 4) : at;
  const width = a.half === undefined ? entryWidth(pv, v) : 4;
  beginInstruction(pv.machine, v, WRITE, va, width, a.value, a.locked, a.expected);
  t.callThen(label, guestAccess, [], into);
}

export const failed = (outcome: number): boolean => outcome !== OUTCOME_DONE;
