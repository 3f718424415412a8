import type { Word } from '../base';
import { CR4_PSE, indexAt, isLeaf, P, type PagingMode, pagingModes, REAL_GEOMETRY, U, W } from '../machine';

export { frameOf } from '../machine';

/** How a guest's tables are laid out, as the number of the level at which its walks begin tells. */
export interface Geometry {
  /** Level of the first entry that KVM reads: 5 or 4; 3 for PAE, whose four top entries it has kept since CR3 was loaded; 2 for tables of 4-byte entries. */
  readonly top: number;
  readonly entryBytes: 4 | 8;
}

export const geometryOf = (top: number): Geometry => ({ top, entryBytes: top === 2 ? 4 : 8 });

// Of the machine only the widest: what a trace's guest has less of, its entries do not use.
const MODES = pagingModes({
  ...REAL_GEOMETRY,
  maxPhysicalBits: 52,
  vcpus: 1,
  guestFrames: 0,
  machineFrames: 0,
});

/** The processor's 4-level mode with one more table above: all that walks and shadow pages need of 5-level paging (SDM volume 3, "4-level and 5-level paging"). */
const FIVE: PagingMode = {
  ...MODES['64'],
  levels: 5,
  vaBits: 57,
  shift: [...MODES['64'].shift, 48],
  indexMask: [...MODES['64'].indexMask, 511],
  largeLeaf: [...MODES['64'].largeLeaf, false],
};

/** The processor's paging mode whose walks begin at a level. */
export const modeOf = (top: number): PagingMode =>
  top >= 5 ? FIVE : MODES[top === 4 ? '64' : top === 3 ? 'pae' : '32'];

/** Which entry of a guest table an address uses. */
export const guestIndex = (g: Geometry, level: number, va: Word): number =>
  indexAt(modeOf(g.top), level, va.hi, va.lo);

/** Which entry of a shadow page an address uses: shadow pages have 512 entries of 8 bytes whatever the guest's have. */
export const shadowIndex = (level: number, va: Word): number => indexAt(FIVE, level, va.hi, va.lo);

/** Of the four (or two) shadow pages that stand for one guest table of 1,024 entries: the one an address uses. */
export function quadrantOf(g: Geometry, level: number, va: Word): number {
  if (g.entryBytes !== 4) return 0;
  return shadowIndex(level + 1, va) & (level === 1 ? 1 : 3);
}

/** Rights that one more entry leaves of those inherited so far, as KVM's role counts them: x 1, w 2, u 4. */
export const inherit = (access: number, hi: number, lo: number): number =>
  access & ((hi < 0 ? 0 : 1) | ((lo & W) !== 0 ? 2 : 0) | ((lo & U) !== 0 ? 4 : 0));

/** Whether a walk goes on below an entry of this level. CR4.PSE is not printed; guests with 4-byte entries have it set. */
export const leadsOn = (g: Geometry, level: number, lo: number): boolean =>
  (lo & P) !== 0 && !isLeaf(modeOf(g.top), level, lo, CR4_PSE);
