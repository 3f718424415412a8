import { type Word, word } from '../../base';
import { FETCH, frameOf, RIGHT_NX, W, WRITE } from '../../machine';

/**
 * How the entries of the nested tables are laid out: AMD's are those of ordinary 64-bit paging, Intel's have three rights of
 * their own and A and D elsewhere. Source: AMD APM volume 2, "Nested Paging"; Intel SDM volume 3, "EPT translation mechanism".
 */
export interface NestedFormat {
  readonly name: 'npt' | 'ept';
  readonly present: (lo: number) => boolean;
  readonly leaf: (level: number, lo: number) => boolean;
  /** Whether an entry of the path lets the access pass. */
  readonly allows: (hi: number, lo: number, access: number) => boolean;
  /** W and RIGHT_NX of an entry, as the machine's rights have them. */
  readonly rights: (hi: number, lo: number) => number;
  readonly accessed: number;
  readonly dirty: number;
  /** The bit that a store needs. */
  readonly write: number;
  readonly table: (frame: number) => Word;
  readonly page: (frame: number, writable: boolean, large: boolean) => Word;
}

const P = 1;
const LARGE = 1 << 7;
const NX_HI = 1 << 31;
const entry = (frame: number, flags: number): Word => word(frame >>> 20, (frame << 12) | flags);
const leaf = (level: number, lo: number): boolean => level === 1 || (lo & LARGE) !== 0;

/** Every access is a user access to the nested tables: hence U everywhere. */
const NPT_ALL = P | W | (1 << 2);

export const npt: NestedFormat = {
  name: 'npt',
  present: (lo) => (lo & P) !== 0,
  leaf,
  allows: (hi, lo, access) =>
    access === WRITE ? (lo & W) !== 0 : access === FETCH ? (hi & NX_HI) === 0 : true,
  rights: (hi, lo) => (lo & W) | ((hi & NX_HI) === 0 ? 0 : RIGHT_NX),
  accessed: 1 << 5,
  dirty: 1 << 6,
  write: W,
  table: (frame) => entry(frame, NPT_ALL),
  page: (frame, writable, large) => entry(frame, (writable ? NPT_ALL : NPT_ALL & ~W) | (large ? LARGE : 0)),
};

const EPT_R = 1;
const EPT_W = 2;
const EPT_X = 4;
/** Write-back memory, in bits 3 to 5 of a leaf. */
const WRITE_BACK = 6 << 3;

export const ept: NestedFormat = {
  name: 'ept',
  present: (lo) => (lo & (EPT_R | EPT_W | EPT_X)) !== 0,
  leaf,
  allows: (_, lo, access) => (lo & (access === WRITE ? EPT_W : access === FETCH ? EPT_X : EPT_R)) !== 0,
  rights: (_, lo) => ((lo & EPT_W) === 0 ? 0 : W) | ((lo & EPT_X) === 0 ? RIGHT_NX : 0),
  accessed: 1 << 8,
  dirty: 1 << 9,
  write: EPT_W,
  table: (frame) => entry(frame, EPT_R | EPT_W | EPT_X),
  page: (frame, writable, large) =>
    entry(frame, EPT_R | EPT_X | (writable ? EPT_W : 0) | WRITE_BACK | (large ? LARGE : 0)),
};

/** The frame of a large page's part that a guest frame falls into. */
export const withinLeaf = (hi: number, lo: number, level: number, indexBits: number, gfn: number): number => {
  const size = 2 ** (indexBits * (level - 1));
  const first = Math.floor(frameOf(hi, lo) / size) * size;
  return first + (gfn % size);
};
