import { P, PS, U, W } from '../machine';

export { frameOf } from '../machine';

/** How a guest's tables are laid out, as the number of the level at which its walks begin tells. */
export interface Geometry {
  /** Level of the first entry that KVM reads: 5 or 4; 3 for PAE, whose four top entries it has kept since CR3 was loaded; 2 for tables of 4-byte entries. */
  readonly top: number;
  readonly entryBytes: 4 | 8;
}

export const geometryOf = (top: number): Geometry => ({ top, entryBytes: top === 2 ? 4 : 8 });

/** The bits of an address that a level of the guest's tables translates begin here. */
export const shiftOf = (g: Geometry, level: number): number =>
  12 + (level - 1) * (g.entryBytes === 4 ? 10 : 9);

/** Which entry of a guest table an address uses. */
export function guestIndex(g: Geometry, level: number, address: number): number {
  const bits = g.entryBytes === 4 ? 1024 : g.top === 3 && level === 3 ? 4 : 512;
  return Math.floor(address / 2 ** shiftOf(g, level)) % bits;
}

/** Which entry of a shadow page an address uses: shadow pages have 512 entries of 8 bytes whatever the guest's have. */
export const shadowIndex = (level: number, address: number): number =>
  Math.floor(address / 2 ** (12 + (level - 1) * 9)) % 512;

/** Of the four (or two) shadow pages that stand for one guest table of 1,024 entries: the one an address uses. */
export function quadrantOf(g: Geometry, level: number, address: number): number {
  if (g.entryBytes !== 4) return 0;
  return Math.floor(address / 2 ** (12 + level * 9)) % (level === 1 ? 2 : 4);
}

/** Rights that one more entry leaves of those inherited so far, as KVM's role counts them: x 1, w 2, u 4. */
export const inherit = (access: number, hi: number, lo: number): number =>
  access & ((hi < 0 ? 0 : 1) | ((lo & W) !== 0 ? 2 : 0) | ((lo & U) !== 0 ? 4 : 0));

/** Whether a walk goes on below an entry of this level. */
export const leadsOn = (level: number, lo: number): boolean =>
  (lo & P) !== 0 && level > 1 && ((lo & PS) === 0 || level > 3);
