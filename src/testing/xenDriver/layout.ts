import { type Word, word, wordOfBigInt } from '../../base';
import { A, D, P, U, W } from '../../machine';

/** How the guest of a random world pages. */
export const DRIVER_MODES = ['64', 'pae', '32'] as const;
export type DriverMode = (typeof DRIVER_MODES)[number];

/** The guest's L1 tables that everything turns on. They share home slots, are mapped in each other, and change all the time. */
export const PAGES = [0x30, 0x31, 0x32, 0x33, 0x34] as const;
/** Serves as an L1 (its entries map table pages) and at a higher level too. Its own entries never change. */
export const BOTH = 0x36;
/** All L1 tables, by their numbers. */
export const TABLES = [...PAGES, BOTH] as const;
/** Entries of BOTH below this one are its mappings of tables; the others are like any. */
const FREE_IN_BOTH = 7;
export const freeIndex = (table: number, index: number): number =>
  table === PAGES.length && index < FREE_IN_BOTH ? index + FREE_IN_BOTH : index;
/** Root tables of the guest's address spaces; all share the kernel's half. */
export const ROOTS = [0x10, 0x18, 0x1c, 0x20] as const;
/** The L2 tables (in 32-bit mode: the roots) under which the L1 tables hang. */
const L2_OF_64 = [0x12, 0x1a] as const;
/**
 * Entries from here on map table pages for user and kernel. They are never changed: a guest that takes a mapping of a table away
 * without flushing may go on writing the table through its TLB, on Xen as on any other machine.
 */
export const ALIASES = 500;
/**
 * Entries in which an L1 table may come to map other tables while the guest runs: one after the other, and for good, for the same
 * reason. Each index has its own table.
 */
export const TABLE_ENTRIES = [0x30, 0x31, 0x32, 0x12, 0x1a, 0x11, 0x19].map((frame, i) => ({
  index: 36 + i,
  frame,
}));
/** Ordinary memory: eight frames, of which one is read-only in the p2m and one a device. */
export const DATA = 0x200;
export const READ_ONLY = DATA + 6;
export const DEVICE = DATA + 7;
export const FRAMES = 1024;
/** Frames that the kernel's direct map shows. */
const DIRECT_FRAMES = 512;
/** An entry of the roots that means nothing to anybody. */
export const IDLE_ROOT_ENTRY = 9;
/** Where a superpage may lead: memory with the tables in it, and memory without. */
export const SUPERPAGE_BASES = [0, DATA] as const;

const TABLE = P | W | U | A;
const KERNEL = P | W | A;

/** An entry: frame and low flags. */
export const entry = (frame: number, flags: number): Word => word(frame >>> 20, (frame << 12) | flags);

/** Where things are in the guest of a paging mode, and which entries make it so. */
export interface Layout {
  readonly mode: DriverMode;
  readonly entries: number;
  readonly entryBytes: 4 | 8;
  /** Upper tables whose entries the guest changes, with the first of the entries that lead to the L1 tables. */
  readonly uppers: readonly { readonly frame: number; readonly first: number }[];
  /** Entries above those, which the guest switches between two tables of the level below. Not in 32-bit mode. */
  readonly tops: readonly {
    readonly frame: number;
    readonly index: number;
    readonly targets: readonly number[];
  }[];
  /** The address that entry i of the nth L1 table translates (the last is BOTH). */
  readonly va: (nth: number, i: number) => Word;
  /** The same through BOTH as a table of level 2; in 32-bit mode only while BOTH is the root. */
  readonly through: (nth: number, i: number) => Word;
  /** Where the kernel sees entry i of a table. */
  readonly direct: (frame: number, i: number) => Word;
  /** An address in the superpage that the guest maps now and then: its frame, and a byte in it. */
  readonly large: (frame: number, byte: number) => Word;
  /** Index, in each upper table, of the superpage's entry. */
  readonly largeIndex: number;
  /** The lines of the scenario that say where tables lie. */
  readonly lines: readonly string[];
}

const hex = (n: bigint | number): string => `0x${n.toString(16)}`;
const wordText = (w: Word): string => hex((BigInt(w.hi >>> 0) << 32n) | BigInt(w.lo >>> 0));

const put = (frame: number, index: number, value: Word): string =>
  `entry ${hex(frame)}[${index}] = word ${wordText(value)}`;

interface Shape {
  readonly user: bigint;
  readonly direct: bigint;
  readonly shift: bigint;
  readonly firstIndex: number;
  readonly flags: number;
}

const SHAPES: Readonly<Record<DriverMode, Shape>> = {
  '64': {
    user: 0x7f80_8820_0000n,
    direct: 0xffff_8100_0000_0000n,
    shift: 21n,
    firstIndex: 0x41,
    flags: TABLE,
  },
  pae: { user: 0x4820_0000n, direct: 0xc000_0000n, shift: 21n, firstIndex: 0x41, flags: TABLE },
  '32': { user: 0x4000_0000n, direct: 0xc000_0000n, shift: 22n, firstIndex: 0x100, flags: TABLE },
};

/** Entries of the L1 tables: each maps all of them, and BOTH maps them where nothing ever changes. */
function aliasLines(): string[] {
  return PAGES.flatMap((page, k) => [
    put(BOTH, k, entry(page, TABLE | D)),
    ...PAGES.map((other) => put(other, ALIASES + k, entry(page, TABLE | D))),
  ]);
}

/** The L1 tables under an upper table, in an order of its own. */
const l1Lines = (frame: number, first: number, turn: number): string[] => [
  ...PAGES.map((page, i) => put(frame, first + ((i + turn) % PAGES.length), entry(page, TABLE))),
  put(frame, first + PAGES.length, entry(BOTH, TABLE)),
];

export function layoutOf(mode: DriverMode): Layout {
  const shape = SHAPES[mode];
  const bytes = mode === '32' ? 4 : 8;
  const at = (base: bigint, nth: number, i: number): Word =>
    wordOfBigInt(base + (BigInt(nth) << shape.shift) + (BigInt(i) << 12n));
  const uppers = (mode === '32' ? [ROOTS[0], ROOTS[1]] : L2_OF_64).map((frame) => ({
    frame,
    first: shape.firstIndex,
  }));
  const [upper, upper1] = [uppers[0]?.frame ?? 0, uppers[1]?.frame ?? 0];
  const largeIndex = shape.firstIndex + 16;
  const lines = [
    `root ${hex(ROOTS[0])}`,
    'tables from 0x050',
    `direct ${hex(shape.direct)} frames ${DIRECT_FRAMES} tables 0x061`,
    ...ROOTS.slice(1).map((root, i) => `space T${i + 1} ${hex(root)}`),
    ...PAGES.map((page) => `table l1 ${hex(page)}`),
    ...(mode === '32' ? [] : L2_OF_64.map((frame) => `table l2 ${hex(frame)}`)),
    ...(mode === '64' ? [0x11, 0x19].map((frame) => `table l3 ${hex(frame)}`) : []),
    `table l${mode === '32' ? 2 : 1} ${hex(BOTH)}`,
    ...topLines(mode),
    ...l1Lines(upper, shape.firstIndex, 0),
    ...l1Lines(upper1, shape.firstIndex, 2),
    ...aliasLines(),
  ];
  return {
    mode,
    entries: mode === '32' ? 1024 : 512,
    entryBytes: bytes,
    uppers,
    tops: topsOf(mode),
    va: (nth, i) => at(shape.user, nth, i),
    through: (nth, i) => at(mode === '32' ? 0n : (shape.user & ~0x3fff_ffffn) + 0x4000_0000n, nth, i),
    direct: (frame, i) => wordOfBigInt(shape.direct + (BigInt(frame) << 12n) + BigInt(bytes * i)),
    large: (frame, byte) =>
      wordOfBigInt(
        (shape.user & ~0x3fff_ffffn) +
          (BigInt(mode === '32' ? 16 : largeIndex) << shape.shift) +
          (BigInt(frame) << 12n) +
          BigInt(byte),
      ),
    largeIndex,
    lines,
  };
}

/** Above level 2: the user's half of T and of the other address spaces. */
function topLines(mode: DriverMode): string[] {
  switch (mode) {
    case '64':
      return [
        put(0x10, 0xff, entry(0x11, TABLE)),
        put(0x11, 2, entry(0x12, TABLE)),
        put(0x11, 3, entry(BOTH, TABLE)),
        put(0x18, 0xff, entry(0x19, TABLE)),
        put(0x19, 2, entry(0x1a, TABLE)),
        put(0x1c, 0xff, entry(0x11, TABLE)),
        put(0x20, 0xff, entry(0x19, TABLE)),
      ];
    case 'pae':
      // The four entries of a PAE root have neither rights nor marks.
      return [
        put(0x10, 1, entry(0x12, P)),
        put(0x10, 2, entry(BOTH, P)),
        put(0x18, 1, entry(0x1a, P)),
        put(0x1c, 1, entry(0x12, P)),
        put(0x20, 1, entry(0x1a, P)),
      ];
    case '32':
      return [
        ...l1Lines(0x1c, 0x100, 1),
        ...l1Lines(0x20, 0x100, 3),
        // As a root, BOTH has the kernel's half too.
        put(BOTH, 0x300, entry(0x61, KERNEL)),
      ];
    default:
      return mode satisfies never;
  }
}

function topsOf(mode: DriverMode): Layout['tops'] {
  if (mode === '32') return [];
  if (mode === 'pae')
    return [ROOTS[0], ROOTS[1]].map((frame) => ({ frame, index: 1, targets: [0x12, 0x1a] }));
  return [
    { frame: 0x10, index: 0xff, targets: [0x11, 0x19] },
    { frame: 0x18, index: 0xff, targets: [0x11, 0x19] },
    { frame: 0x11, index: 2, targets: [0x12, 0x1a] },
    { frame: 0x19, index: 2, targets: [0x12, 0x1a] },
  ];
}
