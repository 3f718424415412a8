import { type Word, word } from '../base';
import * as bits from './bits';
import type { MachineConfig } from './config';

/** How linear addresses are translated. `off` is CR0.PG = 0: linear addresses are physical. */
export type ModeName = 'off' | '32' | 'pae' | '64';

/**
 * One paging mode as tables, indexed by level (1 is the table whose entries map 4 KiB pages; index 0 is unused).
 * Source: Intel SDM volume 3, "Paging": 32-bit, PAE and 4-level.
 */
export interface PagingMode {
  readonly name: ModeName;
  /** Levels of tables: 0, 2, 3 or 4 (2 to 4 in a teaching geometry of the 4-level mode). In PAE mode level 3 is the four PDPTE registers. */
  readonly levels: number;
  /** Cells of an entry: 1 (32 bits) or 2. */
  readonly entryCells: 1 | 2;
  /** Bits of a linear address that are translated; the rest must repeat the topmost (4-level) or be absent. */
  readonly vaBits: number;
  /** Lowest address bit of the index into a table of the level; also the page shift of a leaf there. */
  readonly shift: readonly number[];
  /** Entries of a table of the level, less one. */
  readonly indexMask: readonly number[];
  /** PS makes an entry of the level a leaf (32-bit: only with CR4.PSE; 4-level L3: only with 1 GiB pages). */
  readonly largeLeaf: readonly boolean[];
  /** Must-be-zero bits of entries that reference a table, and of leaves. NX without EFER.NXE is checked apart. */
  readonly tableReservedHi: readonly number[];
  readonly tableReservedLo: readonly number[];
  readonly leafReservedHi: readonly number[];
  readonly leafReservedLo: readonly number[];
}

export type PagingModes = Readonly<Record<ModeName, PagingMode>>;

/** Bits `from` to `to` of the high half (numbered 32 to 63), as a mask; nothing if the range is empty. */
function highBits(from: number, to: number): number {
  let mask = 0;
  for (let bit = Math.max(from, 32); bit <= to; bit++) mask |= 1 << (bit - 32);
  return mask;
}

function lowBits(from: number, to: number): number {
  let mask = 0;
  for (let bit = from; bit <= to; bit++) mask |= 1 << bit;
  return mask;
}

/** Bit 12 of a large leaf is its PAT bit; the bits from there to the page's own size must be zero. */
const largeLow = (shift: number): number => lowBits(13, Math.min(shift, 32) - 1);

function mode64(config: MachineConfig): PagingMode {
  const { indexBits, levels = 4, maxPhysicalBits, pdpe1gb } = config;
  const shift = [0, 1, 2, 3, 4]
    .slice(0, levels + 1)
    .map((level) => (level === 0 ? 0 : 12 + indexBits * (level - 1)));
  const address = highBits(maxPhysicalBits, 51);
  return {
    name: '64',
    levels,
    entryCells: 2,
    vaBits: 12 + levels * indexBits,
    shift,
    indexMask: shift.map(() => (1 << indexBits) - 1),
    largeLeaf: [false, false, true, pdpe1gb, false],
    tableReservedHi: [0, address, address, address, address],
    tableReservedLo: [0, 0, 0, pdpe1gb ? 0 : bits.PS, bits.PS],
    leafReservedHi: [0, address, address, address, address],
    leafReservedLo: [0, 0, largeLow(shift[2] as number), largeLow(shift[3] as number), 0],
  };
}

/** In a teaching geometry of b bits a table has 2^b entries, the top one four: addresses have 2 + 2b bits of page number, as in 32-bit mode. */
function modePae(config: MachineConfig): PagingMode {
  const { indexBits } = config;
  const address = highBits(config.maxPhysicalBits, 62);
  return {
    name: 'pae',
    levels: 3,
    entryCells: 2,
    vaBits: 14 + 2 * indexBits,
    shift: [0, 12, 12 + indexBits, 12 + 2 * indexBits],
    indexMask: [0, (1 << indexBits) - 1, (1 << indexBits) - 1, 3],
    largeLeaf: [false, false, true, false],
    // The PDPTEs are checked when MOV CR3 loads them: bits 1-2, 5-8 and everything from MAXPHYADDR up, NX included.
    tableReservedHi: [0, address, address, highBits(config.maxPhysicalBits, 63)],
    tableReservedLo: [0, 0, 0, lowBits(1, 2) | lowBits(5, 8)],
    leafReservedHi: [0, address, address, 0],
    leafReservedLo: [0, 0, largeLow(12 + indexBits), 0],
  };
}

/** In a teaching geometry of b bits a table has 2^(b + 1) entries, and no PSE-36. PSE-36: bits 13 to 20 of a 4 MiB leaf are physical address bits 32 to 39, as far as the processor has them; bit 21 is reserved. */
function mode32(config: MachineConfig): PagingMode {
  const bits = config.indexBits + 1;
  const mask = (1 << bits) - 1;
  const highest = Math.min(config.maxPhysicalBits, 40);
  return {
    name: '32',
    levels: 2,
    entryCells: 1,
    vaBits: 12 + 2 * bits,
    shift: [0, 12, 12 + bits],
    indexMask: [0, mask, mask],
    largeLeaf: [false, false, true],
    tableReservedHi: [0, 0, 0],
    tableReservedLo: [0, 0, 0],
    leafReservedHi: [0, 0, 0],
    leafReservedLo: [0, 0, bits === 10 ? lowBits(highest - 19, 21) : largeLow(12 + bits)],
  };
}

/** CR0.PG = 0: nothing is translated. */
export const PAGING_OFF: PagingMode = {
  name: 'off',
  levels: 0,
  entryCells: 1,
  vaBits: 32,
  shift: [0],
  indexMask: [0],
  largeLeaf: [false],
  tableReservedHi: [0],
  tableReservedLo: [0],
  leafReservedHi: [0],
  leafReservedLo: [0],
};

/** The modes of one machine: what is reserved depends on its physical address bits, its page sizes and its geometry. */
export function pagingModes(config: MachineConfig): PagingModes {
  return { off: PAGING_OFF, '32': mode32(config), pae: modePae(config), '64': mode64(config) };
}

/** The mode that the control registers select (SDM volume 3, "Paging-mode enabling"). */
export function modeOf(cr0: number, cr4: number, efer: number): ModeName {
  if ((cr0 & bits.CR0_PG) === 0) return 'off';
  if ((cr4 & bits.CR4_PAE) === 0) return '32';
  return (efer & bits.EFER_LME) === 0 ? 'pae' : '64';
}

/** Index of the entry that translates an address in a table of the level. */
export function indexAt(mode: PagingMode, level: number, vaHi: number, vaLo: number): number {
  const shift = mode.shift[level] as number;
  const from =
    shift >= 32 ? vaHi >>> (shift - 32) : (vaLo >>> shift) | (shift === 0 ? 0 : vaHi << (32 - shift));
  return from & (mode.indexMask[level] as number);
}

/** Whether the bits above the translated ones repeat the topmost of these; in modes of 32-bit addresses, whether they are absent. */
export function canonical(mode: PagingMode, vaHi: number, vaLo: number): boolean {
  if (mode.name !== '64') return vaHi === 0 && (mode.vaBits >= 32 || vaLo >>> mode.vaBits === 0);
  const above = mode.vaBits > 32 ? vaHi >> (mode.vaBits - 33) : vaLo >> (mode.vaBits - 1);
  if (above !== 0 && above !== -1) return false;
  return mode.vaBits > 32 || vaHi === above;
}

export const present = (lo: number): boolean => (lo & bits.P) !== 0;

/** The frame that an entry names: bits 12 to 51. Exact as a number also where a reserved bit is set. */
export const frameOf = (hi: number, lo: number): number => (hi & 0xf_ffff) * 0x10_0000 + (lo >>> 12);

/** An entry for a frame (below 2^31) with the given low flags. */
export function makeEntry(frame: number, flags: number, nx = false): Word {
  return word((frame >>> 20) | (nx ? bits.NX_HI : 0), (frame << 12) | flags);
}

/** Whether a present entry maps a page rather than naming a table. */
export function isLeaf(mode: PagingMode, level: number, lo: number, cr4: number): boolean {
  if (level === 1) return true;
  if ((lo & bits.PS) === 0 || mode.largeLeaf[level] !== true) return false;
  return mode.name !== '32' || (cr4 & bits.CR4_PSE) !== 0;
}

/** Whether a present entry has a bit set that must be zero. `leaf` as `isLeaf` says; NX counts as reserved without EFER.NXE. */
export function reservedViolation(
  mode: PagingMode,
  level: number,
  leaf: boolean,
  hi: number,
  lo: number,
  efer: number,
): boolean {
  const maskHi = (leaf ? mode.leafReservedHi : mode.tableReservedHi)[level] as number;
  const maskLo = (leaf ? mode.leafReservedLo : mode.tableReservedLo)[level] as number;
  if ((hi & maskHi) !== 0 || (lo & maskLo) !== 0) return true;
  return mode.entryCells === 2 && hi < 0 && (efer & bits.EFER_NXE) === 0;
}

/** First 4 KiB frame of the page that a leaf maps. */
export function leafFrame(mode: PagingMode, level: number, hi: number, lo: number): number {
  if (level === 1) return frameOf(hi, lo);
  if (mode.name === '32' && mode.vaBits === 32) return (((lo >>> 13) & 0xff) << 20) | ((lo >>> 22) << 10);
  const pages = 2 ** ((mode.shift[level] as number) - 12);
  return Math.floor(frameOf(hi, lo) / pages) * pages;
}

/** The 4 KiB frame of an address inside a page of 2^shift bytes that begins at frame `base`. */
export function frameWithin(base: number, shift: number, vaHi: number, vaLo: number): number {
  if (shift === 12) return base;
  const page = (vaLo >>> 12) | (vaHi << 20);
  return base + (page & ((1 << (shift - 12)) - 1));
}
