import { type Word, word, wordOfBigInt } from '../base';
import {
  A,
  CR0_PE,
  CR0_PG,
  CR0_WP,
  CR4_PAE,
  CR4_PSE,
  D,
  EFER_LMA,
  EFER_LME,
  EFER_NXE,
  type GuestOp,
  type Machine,
  P,
  U,
  W,
} from '../machine';

/** How the lab's guest pages at the start. Without paging it has the tables of all modes in memory, and can switch to any. */
export type LabMode = '64' | 'pae' | '32' | 'off';

/** CR0 of a guest that pages, with WP. */
export const CR0 = CR0_PE | CR0_WP | CR0_PG;

const TABLE = P | W | U | A;
const KERNEL = P | W | A;

/** An entry: frame and low flags. */
const e = (frame: number, flags: number): Word => word(frame >>> 20, (frame << 12) | flags);

/** Where things are in the guest of a mode. L1 tables are named by their frames. */
export interface GuestShape {
  readonly mode: LabMode;
  /** What CR3 names. */
  readonly root: number;
  /** The kernel's L1, which maps table page g writable at `direct(g)`. */
  readonly kernel: number;
  /** The user's L2, and its first entry that leads to a table of `tables`. */
  readonly upper: { readonly frame: number; readonly first: number };
  readonly tables: readonly number[];
  readonly entryBytes: 4 | 8;
  /** Entries of a table. */
  readonly entries: number;
  /** Type of an L1 shadow, and of a top-level one (SH_*). */
  readonly l1Type: number;
  readonly topType: number;
  /** The VA that entry i of table page p translates. */
  readonly vaOf: (p: number, i: number) => Word;
  /** Where the kernel sees entry i of page g. */
  readonly direct: (g: number, i?: number) => Word;
  readonly registers: { readonly cr0: number; readonly cr4: number; readonly efer: number };
}

const WIDE_TABLES = [0x30, 0x31, 0x32, 0x33, 0x34, 0x36] as const;
const NARROW_TABLES = [0x40, 0x41, 0x42, 0x43, 0x44, 0x46] as const;
const ROOT_32 = 0x15;
const KERNEL_32 = 0x65;

function shape(
  s: Omit<GuestShape, 'vaOf' | 'direct' | 'entries'> & {
    readonly user: bigint;
    readonly kernelAt: bigint;
  },
): GuestShape {
  const shift = s.entryBytes === 4 ? 22n : 21n;
  return {
    ...s,
    entries: 4096 / s.entryBytes,
    vaOf: (p, i) => wordOfBigInt(s.user + (BigInt(s.tables.indexOf(p)) << shift) + (BigInt(i) << 12n)),
    direct: (g, i = 0) => wordOfBigInt(s.kernelAt + (BigInt(g) << 12n) + BigInt(s.entryBytes * i)),
  };
}

const SHAPES: Readonly<Record<LabMode, GuestShape>> = {
  '64': shape({
    mode: '64',
    root: 0x10,
    kernel: 0x61,
    upper: { frame: 0x12, first: 0x41 },
    tables: WIDE_TABLES,
    entryBytes: 8,
    l1Type: 8,
    topType: 13,
    user: 0x7f80_8820_0000n,
    kernelAt: 0xffff_8100_0000_0000n,
    registers: { cr0: CR0, cr4: CR4_PAE, efer: EFER_LME | EFER_LMA | EFER_NXE },
  }),
  pae: shape({
    mode: 'pae',
    root: 0x14,
    kernel: 0x61,
    upper: { frame: 0x12, first: 0x41 },
    tables: WIDE_TABLES,
    entryBytes: 8,
    l1Type: 4,
    topType: 6,
    user: 0x4820_0000n,
    kernelAt: 0xc000_0000n,
    registers: { cr0: CR0, cr4: CR4_PAE, efer: EFER_NXE },
  }),
  '32': shape({
    mode: '32',
    root: ROOT_32,
    kernel: KERNEL_32,
    upper: { frame: ROOT_32, first: 0x121 },
    tables: NARROW_TABLES,
    entryBytes: 4,
    l1Type: 1,
    topType: 3,
    user: 0x4840_0000n,
    kernelAt: 0xc000_0000n,
    registers: { cr0: CR0, cr4: CR4_PSE, efer: 0 },
  }),
  // Addresses are physical: entry i of a table lies where it lies, and "what it translates" is a frame of that number.
  off: {
    mode: 'off',
    root: ROOT_32,
    kernel: KERNEL_32,
    upper: { frame: ROOT_32, first: 0x121 },
    tables: NARROW_TABLES,
    entryBytes: 4,
    entries: 1024,
    l1Type: 1,
    topType: 3,
    vaOf: (p, i) => word(0, ((0x200 + NARROW_TABLES.indexOf(p as 0x40) * 16 + (i & 15)) << 12) | 0),
    direct: (g, i = 0) => word(0, (g << 12) + 4 * i),
    registers: { cr0: CR0_PE | CR0_WP, cr4: CR4_PSE, efer: 0 },
  },
};

export const guestOf = (mode: LabMode): GuestShape => SHAPES[mode];

/** Whether the entries of a table page are 32 bits wide, of the labs that have 2-level tables. */
const isNarrowPage = (page: number): boolean =>
  page === ROOT_32 || page === KERNEL_32 || (NARROW_TABLES as readonly number[]).includes(page);

export interface GuestEntry {
  readonly page: number;
  readonly index: number;
  readonly value: Word;
}

function putEntry(machine: Machine, { page, index, value }: GuestEntry, mode: LabMode): void {
  if (mode !== '64' && isNarrowPage(page)) machine.memory.write32(page, index, value.lo);
  else machine.memory.write64(page, index, value.hi, value.lo);
}

/** The kernel's store to an entry of a table page, as wide as an entry. */
export const storeEntry = (s: GuestShape, p: number, i: number, value: Word): GuestOp => ({
  kind: 'store',
  va: s.direct(p, i),
  value,
  width: s.entryBytes,
  cpl: 0,
});

/** The tables of a mode, as a boot loader would leave them. PAE shares its L2 and L1 tables with the 64-bit guest. */
function tablesOf(mode: '64' | 'pae' | '32'): GuestEntry[] {
  const { upper, tables, kernel, root } = SHAPES[mode];
  const out: GuestEntry[] = tables.map((p, i) => ({
    page: upper.frame,
    index: upper.first + i,
    value: e(p, TABLE),
  }));
  const put = (page: number, index: number, frame: number, flags: number): void => {
    out.push({ page, index, value: e(frame, flags) });
  };
  switch (mode) {
    case '64':
      put(root, 0xff, 0x11, TABLE);
      put(0x11, 2, upper.frame, TABLE);
      put(root, 0x102, 0x62, KERNEL);
      put(0x62, 0, 0x63, KERNEL);
      put(0x63, 0, kernel, KERNEL);
      break;
    case 'pae':
      put(root, 1, upper.frame, P);
      put(root, 3, 0x63, P);
      put(0x63, 0, kernel, KERNEL);
      break;
    case '32':
      put(root, 0x300, kernel, KERNEL);
      break;
    default:
      return mode satisfies never;
  }
  for (let g = 0; g < SHAPES[mode].entries; g++) put(kernel, g, g, KERNEL | D);
  return out;
}

/** The guest's tables and registers as they are before the first step. */
export function prepareGuest(machine: Machine, entries: readonly GuestEntry[], mode: LabMode = '64'): void {
  const modes = mode === '64' ? (['64'] as const) : (['64', 'pae', '32'] as const);
  for (const entry of [...modes.flatMap(tablesOf), ...entries]) putEntry(machine, entry, mode);
  const { root, registers, direct } = SHAPES[mode];
  machine.directMap = direct(0);
  for (const r of machine.regs) {
    r.set('cr0', registers.cr0);
    r.set('cr3Lo', root << 12);
    r.set('cr4', registers.cr4);
    r.set('efer', registers.efer);
  }
}
