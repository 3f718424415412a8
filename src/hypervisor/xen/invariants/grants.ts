import { frameOf, NX_HI, P, U, W } from '../../../machine';
import { derive, newDerivation } from '../derive';
import type { Xen } from '../state';
import { FT_DEMAND_WRITE, isFl1, P2M_INVALID, P2M_MMIO_DM, P2M_RAM_RW } from '../types';

/** How an entry relates to what it may be at most. */
export type Excess = 'none' | 'present' | 'frame' | 'write' | 'user' | 'execute';

/** sheet 7: x <= y. The first thing the present entry x grants beyond y. */
export function excess(hi: number, lo: number, mostHi: number, mostLo: number): Excess {
  if ((mostLo & P) === 0) return 'present';
  if (frameOf(hi, lo) !== frameOf(mostHi, mostLo)) return 'frame';
  if ((lo & ~mostLo & W) !== 0) return 'write';
  if ((lo & ~mostLo & U) !== 0) return 'user';
  return (mostHi & NX_HI & ~(hi & NX_HI)) === 0 ? 'none' : 'execute';
}

const most = newDerivation();

/**
 * What a present, non-magic L1 shadow entry grants beyond derive(guest entry) = propagate(guest entry, demand_write) as things
 * stand. A device is never mapped, so it is not asked about: deriving would take note of it.
 */
export function excessL1(x: Xen, hi: number, lo: number, guestHi: number, guestLo: number): Excess {
  if ((guestLo & P) === 0) return 'present';
  const gfn = frameOf(guestHi, guestLo);
  const type = x.p2m.type(gfn);
  if (type === P2M_MMIO_DM || type === P2M_INVALID) return 'present';
  derive(x, 1, guestHi, guestLo, x.p2m.mfn(gfn), FT_DEMAND_WRITE, type, most);
  return excess(hi, lo, most.hi, most.lo);
}

/** The same above level 1, where the guest entry names the table, or large page, whose shadow is `below`. */
export function excessUpper(
  x: Xen,
  level: number,
  below: number,
  hi: number,
  lo: number,
  guestHi: number,
  guestLo: number,
): Excess {
  if ((guestLo & P) === 0) return 'present';
  // Frames of a superpage have p2m types of their own: the entries of its splintered shadow heed them, not this one.
  const splintered = isFl1(x.pages.type(below));
  if (!splintered && x.p2m.type(frameOf(guestHi, guestLo)) === P2M_INVALID) return 'present';
  derive(x, level, guestHi, guestLo, below, FT_DEMAND_WRITE, P2M_RAM_RW, most);
  // Of a pair the second entry leads to the second page: which page it is, is not for rights to say.
  return excess((hi & ~0xf_ffff) | (below >>> 20), (lo & 0xfff) | (below << 12), most.hi, most.lo);
}

/** The rest of a sentence: "maps 0x045 writable, but ...". */
export function sayExcess(what: Excess, target: string, by: string): string {
  switch (what) {
    case 'present':
      return `maps ${target}, but ${by} does not map it any more`;
    case 'frame':
      return `maps ${target}, but ${by} leads elsewhere`;
    case 'write':
      return `maps ${target} writable, but ${by} does not allow that`;
    case 'user':
      return `maps ${target} for user mode, but ${by} does not allow that`;
    case 'execute':
      return `maps ${target} executable, but ${by} does not allow that`;
    default:
      return `maps ${target}`;
  }
}
