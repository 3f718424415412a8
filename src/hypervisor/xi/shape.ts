import { indexAt, type MachineConfig, type PagingMode, type PagingModes } from '../../machine';
import type { ShapeName } from './constants';

/**
 * How a guest of a paging mode is shadowed. The hypervisor is a 64-bit one: its own entries are 64 bits wide, so that a table of a
 * 32-bit guest, of twice as many entries, needs several SPTs: its quadrants (sheet 5.11, RECONSTRUCTED).
 */
export interface Shape {
  readonly name: ShapeName;
  /** The guest's own tables. */
  readonly guest: PagingMode;
  /** Level of the SPTs that a vCPU has loaded: its roots. */
  readonly top: number;
  /** How many roots a vCPU has: one, or one for each gigabyte of 32-bit addresses. */
  readonly roots: 1 | 4;
  /** Entries of an SPT. */
  readonly entries: number;
  /** Address bits below the index of an SPT of the level: a leaf there maps 2^shift bytes. */
  readonly shift: readonly number[];
}

export function shapes(modes: PagingModes, config: MachineConfig): Readonly<Record<ShapeName, Shape>> {
  const bits = config.indexBits;
  const entries = 1 << bits;
  const shift = [0, 1, 2, 3, 4].map((level) => (level === 0 ? 0 : 12 + bits * (level - 1)));
  const of = (name: ShapeName): Shape => ({
    name,
    guest: modes[name],
    top: name === '64' ? modes['64'].levels : 2,
    roots: name === '64' ? 1 : 4,
    entries,
    shift,
  });
  return { '32': of('32'), pae: of('pae'), '64': of('64') };
}

/** How many SPTEs an entry of the guest's table is: two in a 32-bit guest's upper table, whose entries map twice as much. */
export const fanOf = (s: Shape, level: number): 1 | 2 => (s.name === '32' && level === 2 ? 2 : 1);

/** 4 KiB frames that an SPTE of a level maps, if it is a leaf. */
export const spanOf = (s: Shape, level: number): number => 2 ** ((s.shift[level] as number) - 12);

/** Which of the four roots an address begins at. */
export function rootSlot(s: Shape, vaHi: number, vaLo: number): number {
  if (s.roots === 1) return 0;
  return s.name === 'pae' ? indexAt(s.guest, 3, vaHi, vaLo) : quadrantOf(s, 2, vaHi, vaLo);
}

/** Index of the entry of a guest table that translates an address. */
export const guestIndex = (s: Shape, level: number, vaHi: number, vaLo: number): number =>
  indexAt(s.guest, level, vaHi, vaLo);

/** Which quadrant of a guest table of the level an address lies in. */
export function quadrantOf(s: Shape, level: number, vaHi: number, vaLo: number): number {
  if (s.name !== '32') return 0;
  const inSpt = fanOf(s, level) * guestIndex(s, level, vaHi, vaLo);
  return Math.floor(inSpt / s.entries);
}

/** Index of the SPTE of a level that translates an address. */
export function spteIndex(s: Shape, level: number, vaHi: number, vaLo: number): number {
  const page = (vaLo >>> 12) | (vaHi << 20);
  const low = (s.shift[level] as number) - 12;
  // Addresses of 64-bit guests have more than 32 bits of page number from level 4 on.
  return s.name === '64' ? guestIndex(s, level, vaHi, vaLo) : (page >>> low) & (s.entries - 1);
}

/** The first entry of the guest's table that an SPT shadows, and how many. */
export function guestRange(s: Shape, level: number, quadrant: number): { first: number; count: number } {
  if (s.name !== '32') return { first: 0, count: s.entries };
  const count = s.entries / fanOf(s, level);
  return { first: quadrant * count, count };
}

/** The entry of the guest's table that an SPTE was made from. */
export const guestIndexOf = (s: Shape, level: number, quadrant: number, index: number): number =>
  guestRange(s, level, quadrant).first + Math.floor(index / fanOf(s, level));

/** The first SPTE made from an entry of the guest's table. */
export const firstSpteOf = (s: Shape, level: number, quadrant: number, entry: number): number =>
  (entry - guestRange(s, level, quadrant).first) * fanOf(s, level);

/** The quadrant of the table below, seen from an SPTE. */
export const quadrantBelow = (s: Shape, level: number, index: number): number =>
  fanOf(s, level) === 2 ? index & 1 : 0;
