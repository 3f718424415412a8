import { type Word, word } from '../base';
import type { ScenarioSpec } from '../engine';
import {
  A,
  CR0_PE,
  CR0_PG,
  CR0_WP,
  CR4_PAE,
  CR4_PGE,
  D,
  EFER_LMA,
  EFER_LME,
  EFER_NXE,
  type GuestOp,
  P,
  PS,
  REAL_GEOMETRY,
  U,
  W,
} from '../machine';

/** First page of the user's 16: page n is at `pageVa(n)` and maps frame 0x20 + n, read, write, user. */
const USER = 0x40_0000;
/** Where the kernel sees guest frame 0, by one 2 MiB page. */
export const DIRECT: Word = word(0xffff_8100, 0);

export const L4 = 0x10;
export const L1 = 0x13;
export const PAGES = 16;
export const dataFrame = (n: number): number => 0x20 + n;
export const pageVa = (n: number, offset = 0): Word => word(0, USER + n * 0x1000 + offset);
/** Index of a page's entry in the L1 table. */
export const entryOf = (n: number): number => n;
/** Where the kernel sees entry `index` of a table. */
export const entryVa = (frame: number, index: number): Word => word(DIRECT.hi, frame * 0x1000 + index * 8);

export const load = (n: number, offset = 0): GuestOp => ({
  kind: 'load',
  va: pageVa(n, offset),
  width: 8,
  cpl: 3,
});
export const store = (n: number, value: number, offset = 0): GuestOp => ({
  kind: 'store',
  va: pageVa(n, offset),
  value: word(0, value),
  width: 8,
  cpl: 3,
});
/** The kernel writes an entry of the L1 table through its direct map. */
export const writeEntry = (n: number, value: number): GuestOp => ({
  kind: 'store',
  va: entryVa(L1, entryOf(n)),
  value: word(0, value),
  width: 8,
  cpl: 0,
  entry: { frame: L1, index: entryOf(n) },
});

export const invlpg = (n: number): GuestOp => ({ kind: 'invlpg', va: pageVa(n) });

const TABLES: readonly (readonly [frame: number, index: number, value: number])[] = [
  [L4, 0, (0x11 << 12) | P | W | U | A],
  [0x11, 0, (0x12 << 12) | P | W | U | A],
  [0x12, 2, (L1 << 12) | P | W | U | A],
  [L4, 0x102, (0x14 << 12) | P | W | A],
  [0x14, 0, (0x15 << 12) | P | W | A],
  [0x15, 0, P | W | A | D | PS],
  ...Array.from({ length: PAGES }, (_, n) => [L1, entryOf(n), (dataFrame(n) << 12) | P | W | U] as const),
];

/** A 64-bit guest of 128 frames with 16 user pages and a direct map, given its programs; everything else may be set otherwise. */
export function tinySpec(
  programs: readonly (readonly GuestOp[])[],
  other: Partial<ScenarioSpec> = {},
): ScenarioSpec {
  const guestFrames = 128;
  const poolFrames = other.options?.poolFrames ?? 0;
  return {
    title: 'Tiny',
    about: [],
    topic: 'tests',
    level: 'beginner',
    design: 'native',
    options: { profile: '', switches: {}, p2m: [], poolFrames, knobs: {} },
    paging: 'x86-64',
    machine: {
      ...REAL_GEOMETRY,
      vcpus: programs.length,
      guestFrames,
      machineFrames: guestFrames + poolFrames,
    },
    vcpus: programs.map(() => ({
      cr0: CR0_PE | CR0_WP | CR0_PG,
      cr3: word(0, L4 << 12),
      cr4: CR4_PAE | CR4_PGE,
      efer: EFER_LME | EFER_LMA | EFER_NXE,
      cpl: 3,
      rflags: 2,
    })),
    memory: TABLES.map(([frame, index, value]) => ({ frame, cell: 2 * index, value })),
    directMap: DIRECT,
    tables: [
      { frame: L4, level: 4 },
      { frame: 0x11, level: 3 },
      { frame: 0x12, level: 2 },
      { frame: L1, level: 1 },
    ],
    programs,
    host: [],
    prologue: [],
    schedule: { segments: [], rest: { kind: 'in-order' } },
    notes: [],
    asks: [],
    expect: [],
    violates: [],
    sources: [...programs.map((ops) => ops.map(() => ({ from: 0, to: 0, text: '' }))), []],
    ...other,
  };
}
