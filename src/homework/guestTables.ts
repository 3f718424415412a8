import { A, D, NX_HI, P, PS, U, W } from '../machine';
import type { Block } from './exercise';
import { frameText, long, table, wordText } from './paper';

/** One entry as an exercise draws it: raw bits, for students must read them. */
export interface DrawnEntry {
  readonly index: number;
  readonly word: bigint;
}

/** A guest's table that an exercise prints and its scenario builds. */
export interface DrawnTable {
  readonly frame: number;
  readonly level: number;
  readonly entries: readonly DrawnEntry[];
}

export type PagingName = 'x86-64' | 'pae' | '32-bit';

/** What an exercise has to know of a paging mode to draw addresses and entries. The machine translates; this only draws. */
export interface Shape {
  readonly name: PagingName;
  /** In a few letters, and in a line. */
  readonly short: string;
  readonly title: string;
  readonly levels: number;
  /** Bits of the index of each level; of level 1 first. */
  readonly bits: readonly number[];
  /** Hex digits of an entry. */
  readonly digits: number;
}

export const SHAPES: Readonly<Record<PagingName, Shape>> = {
  'x86-64': {
    name: 'x86-64',
    short: '4-level',
    title: '4-level paging (48-bit addresses, entries of 64 bits, 512 per table)',
    levels: 4,
    bits: [9, 9, 9, 9],
    digits: 16,
  },
  pae: {
    name: 'pae',
    short: 'PAE',
    title: 'PAE paging (32-bit addresses, entries of 64 bits, 512 per table, 4 in the top table)',
    levels: 3,
    bits: [9, 9, 2],
    digits: 16,
  },
  '32-bit': {
    name: '32-bit',
    short: '32-bit',
    title: '32-bit paging (32-bit addresses, entries of 32 bits, 1,024 per table)',
    levels: 2,
    bits: [10, 10],
    digits: 8,
  },
};

/** The address with these indices (of level 1 first) and this offset; canonical in 4-level mode. */
export function addressOf(shape: Shape, indices: readonly number[], offset: number): bigint {
  let va = BigInt(offset);
  let shift = 12n;
  shape.bits.forEach((bits, i) => {
    va |= BigInt(indices[i] ?? 0) << shift;
    shift += BigInt(bits);
  });
  const negative = shape.name === 'x86-64' && (va & (1n << 47n)) !== 0n;
  return negative ? va | 0xffff_0000_0000_0000n : va;
}

/** The address as a sheet prints it: all eight digits where there are no more. */
export const vaText = (shape: Shape, va: bigint): string =>
  shape.name === 'x86-64' ? long(va) : wordText(va, 8);

export interface Flags {
  readonly p?: boolean;
  readonly w?: boolean;
  readonly u?: boolean;
  readonly a?: boolean;
  readonly d?: boolean;
  readonly ps?: boolean;
  readonly nx?: boolean;
}

/** Entry bits in the processor's own layout. */
export function entryOf(frame: number, f: Flags): bigint {
  const low =
    (f.p === false ? 0 : P) |
    (f.w === true ? W : 0) |
    (f.u === true ? U : 0) |
    (f.a === true ? A : 0) |
    (f.d === true ? D : 0) |
    (f.ps === true ? PS : 0);
  const high = f.nx === true ? BigInt(NX_HI >>> 0) << 32n : 0n;
  return high | (BigInt(frame) << 12n) | BigInt(low);
}

/** The tables as lines of a scenario: each linked by raw entries, so that nothing is in memory that the sheet does not print. */
export function tableLines(shape: Shape, tables: readonly DrawnTable[]): string[] {
  return tables.flatMap(({ frame, level, entries }) => [
    ...(level === shape.levels ? [`root ${frameText(frame)}`] : [`table l${level} ${frameText(frame)}`]),
    ...entries.map(({ index, word }) => `entry ${frameText(frame)}[${index}] = word ${long(word)}`),
  ]);
}

/** The tables as a sheet prints them. */
export function printTables(shape: Shape, tables: readonly DrawnTable[]): Block[] {
  return tables.map(({ frame, entries }) =>
    table(
      `Frame ${frameText(frame)}`,
      ['index', 'entry'],
      [...entries]
        .sort((a, b) => a.index - b.index)
        .map(({ index, word }) => [`0x${index.toString(16)}`, wordText(word, shape.digits)]),
    ),
  );
}
