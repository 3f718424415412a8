import { A, D, frameOf, type Halves, makeEntry, NX_HI, P, U, W } from '../../machine';
import { isDirty, logsDirty } from './dirty';
import { Propagated } from './events';
import { GNP_LO, MAGIC_HI, mmioMagicLo } from './magic';
import type { Xen } from './state';
import {
  FT_DEMAND_WRITE,
  FT_PREFETCH,
  isFl1,
  P2M_INVALID,
  P2M_MMIO_DIRECT,
  P2M_MMIO_DM,
  P2M_RAM_RO,
  P2M_RAM_RW,
} from './types';

/** What propagate took away or refused, as bits: for captions. */
export const BECAUSE_NOT_PRESENT = 1;
export const BECAUSE_DEVICE = 2;
export const BECAUSE_NO_FRAME = 4;
export const BECAUSE_NOT_ACCESSED = 8;
export const BECAUSE_NOT_DIRTY = 16;
export const BECAUSE_READ_ONLY_MEMORY = 32;
export const BECAUSE_PAGE_TABLE = 64;
export const BECAUSE_NOT_LOGGED = 128;

/** A derived shadow entry, and why it is not simply the guest's. Overwritten by the next derivation. */
export interface Derivation extends Halves {
  because: number;
}

function result(out: Derivation, hi: number, lo: number, because = 0): Derivation {
  out.hi = hi;
  out.lo = lo;
  out.because = because;
  return out;
}

/** `derive`, and said so where the era traces. */
export function propagate(
  x: Xen,
  level: number,
  hi: number,
  lo: number,
  mfn: number,
  ft: number,
  p2mt: number,
  out: Derivation,
): Derivation {
  derive(x, level, hi, lo, mfn, ft, p2mt, out);
  if (x.era.traces) x.world.emit(Propagated, level, ft, hi, lo, out.hi, out.lo);
  return out;
}

/**
 * _sh_propagate: the shadow entry for a guest entry (halves) whose target is `mfn`: at level 1 the machine frame (-1: none)
 * of p2m type `p2mt`, above it the shadow below. Rules in the order of sheet 2.6.1; that for the caching of passed-through
 * devices (6) does not apply to this domain. Tells nobody: invariants ask, too.
 */
export function derive(
  x: Xen,
  level: number,
  hi: number,
  lo: number,
  mfn: number,
  ft: number,
  p2mt: number,
  out: Derivation,
): Derivation {
  if (p2mt === P2M_INVALID) return result(out, 0, 0, BECAUSE_NO_FRAME); // 1
  if ((lo & P) === 0) {
    // 2. Above level 1 there is no magic: the processor would fault there with nothing to say which entry it was.
    const magic =
      x.era.magic && level === 1 && x.on('fast-fault-path') && !(x.era.outOfSync && x.on('no-gnp'));
    return result(out, magic ? MAGIC_HI : 0, magic ? GNP_LO : 0, BECAUSE_NOT_PRESENT);
  }
  if (level === 1 && p2mt === P2M_MMIO_DM) {
    // 3. A gfn of more than 28 bits has no place in the magic entry.
    x.domain.set('hasMmioEntries', 1);
    const gfn = frameOf(hi, lo);
    const magic = x.era.magic && x.on('fast-fault-path') && gfn < 2 ** 28;
    return result(out, magic ? MAGIC_HI : 0, magic ? mmioMagicLo(gfn, lo) : 0, BECAUSE_DEVICE);
  }
  if (!x.mfnValid(mfn) && !(level === 1 && p2mt === P2M_MMIO_DIRECT))
    return result(out, 0, 0, BECAUSE_NO_FRAME); // 4
  let flags = lo & (A | U | W | P); // 5: caching bits, G, AVL and D never pass
  let because = 0;
  if (level > 1) flags |= A | D; // 7
  if ((lo & A) === 0) {
    flags &= ~P; // 8: the first use must fault
    because |= BECAUSE_NOT_ACCESSED;
  }
  // A large page is what leads to a splintered one: in 2-level mode PS alone does not say.
  const leaf = level === 1 || isFl1(x.pages.type(mfn));
  if (leaf && (lo & D) === 0 && (flags & W) !== 0) {
    flags &= ~W; // 9: the first write must fault
    because |= BECAUSE_NOT_DIRTY;
  }
  // 10: a write fault marks the frame, which whoever handles the fault does: deriving changes nothing but its result.
  const log = level === 1 && logsDirty(x) && ft !== FT_DEMAND_WRITE;
  if (log && (flags & W) !== 0 && x.mfnValid(mfn) && !isDirty(x, mfn)) {
    flags &= ~W;
    because |= BECAUSE_NOT_LOGGED;
  }
  if (p2mt === P2M_RAM_RO && (flags & W) !== 0) {
    flags &= ~W; // 11
    because |= BECAUSE_READ_ONLY_MEMORY;
  }
  if (level === 1 && (flags & W) !== 0 && x.isTable(mfn) && !mayMapTable(x, mfn, ft)) {
    flags &= ~W; // 12
    because |= BECAUSE_PAGE_TABLE;
  }
  if (x.pv) flags |= U; // 13: kernel and programs of a 64-bit PV guest run in one ring
  const entry = makeEntry(mfn, flags, (hi & NX_HI) !== 0); // 14
  return result(out, entry.hi, entry.lo, because);
}

/** Rule 12: a table that is out of sync may be mapped writable; since July 2008 for a write fault only. */
function mayMapTable(x: Xen, mfn: number, ft: number): boolean {
  return x.oosMayWrite(mfn) && (!x.era.demandOnlyRW || ft === FT_DEMAND_WRITE);
}

/** l1e_propagate_from_guest, with the p2m lookup that always goes before it. */
export function propagateL1(x: Xen, hi: number, lo: number, ft: number, out: Derivation): Derivation {
  const gfn = frameOf(hi, lo);
  // A not-present entry names no frame: whatever its address bits say is not looked up.
  const present = (lo & P) !== 0;
  return propagate(
    x,
    1,
    hi,
    lo,
    present ? x.p2m.mfn(gfn) : -1,
    ft,
    present ? x.p2m.type(gfn) : P2M_RAM_RW,
    out,
  );
}

/** A level-1 derivation for whoever looks ahead or compares: prefetch, resync, validate. */
export function prefetchL1(x: Xen, hi: number, lo: number, out: Derivation): Derivation {
  return propagateL1(x, hi, lo, FT_PREFETCH, out);
}

/** The entry above level 1 for a lower shadow (-1: there is none, so the entry is empty). */
export function propagateUpper(
  x: Xen,
  level: number,
  hi: number,
  lo: number,
  smfn: number,
  ft: number,
  out: Derivation,
): Derivation {
  return propagate(x, level, hi, lo, smfn, ft, P2M_RAM_RW, out);
}

export const newDerivation = (): Derivation => ({ hi: 0, lo: 0, because: 0 });
