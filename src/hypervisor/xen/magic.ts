import { P, U, W } from '../../machine';

/**
 * Magic entries: present, with the whole high half set, so that the processor takes a reserved-bit fault on them.
 * GNP: the guest has the entry not present. MMIO: the frame is a device's; its gfn is in bits 4 to 31. Sheet 2.2.
 */
export const MAGIC_HI = -1;
export const GNP_LO = -1;

export const isMagic = (hi: number, lo: number): boolean => hi === MAGIC_HI && (lo & P) !== 0;

export const isGnp = (hi: number, lo: number): boolean => hi === MAGIC_HI && lo === GNP_LO;

export const isMmioMagic = (hi: number, lo: number): boolean => isMagic(hi, lo) && (lo & 8) === 0;

/** Low half of an MMIO magic entry: the gfn's low 28 bits, and the rights of the guest's entry. */
export const mmioMagicLo = (gfn: number, guestLo: number): number => (gfn << 4) | P | (guestLo & (W | U));

export const gfnOfMmioMagic = (lo: number): number => lo >>> 4;

/** Present and not magic: an entry the processor can use. */
export const isUsable = (hi: number, lo: number): boolean => (lo & P) !== 0 && hi !== MAGIC_HI;
