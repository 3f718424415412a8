import { type Word, word } from '../base';
import type { ScenarioSpec, Schedule } from '../engine';
import {
  A,
  CR0_PE,
  CR0_PG,
  CR0_WP,
  CR4_PAE,
  D,
  EFER_LMA,
  EFER_LME,
  EFER_NXE,
  type GuestOp,
  P,
  REAL_GEOMETRY,
  U,
  W,
} from '../machine';

/** Where the small test guest maps its pages: entry i of the one L1 table maps frame 0x40 + i, user, writable. */
export const TEST_VA = 0x40_0000;
const TABLES = [0x10, 0x11, 0x12, 0x13] as const;

export const va = (lo: number): Word => word(0, lo);
export const load = (lo: number): GuestOp => ({ kind: 'load', va: va(lo), width: 8, cpl: 3 });
export const store = (lo: number, value: number): GuestOp => ({
  kind: 'store',
  va: va(lo),
  value: word(0, value),
  width: 8,
  cpl: 3,
});

/** A 64-bit guest on bare hardware with one L1 table at 0x13 and the given programs: enough for tests of the engine itself. */
export function nativeSpec(programs: readonly (readonly GuestOp[])[], schedule?: Schedule): ScenarioSpec {
  const entry = (frame: number, index: number, value: number) => ({ frame, cell: 2 * index, value });
  return {
    title: 'a test',
    about: [],
    topic: 'test',
    level: 'test',
    design: 'native',
    options: { profile: '', switches: {}, p2m: [], poolFrames: 0, knobs: {} },
    paging: 'x86-64',
    machine: { ...REAL_GEOMETRY, vcpus: programs.length, guestFrames: 128, machineFrames: 128 },
    vcpus: programs.map(() => ({
      cr0: CR0_PE | CR0_WP | CR0_PG,
      cr3: word(0, 0x10 << 12),
      cr4: CR4_PAE,
      efer: EFER_LME | EFER_LMA | EFER_NXE,
      cpl: 0,
      rflags: 0,
    })),
    memory: [
      entry(TABLES[0], 0, (0x11 << 12) | P | W | U | A),
      entry(TABLES[1], 0, (0x12 << 12) | P | W | U | A),
      entry(TABLES[2], 2, (0x13 << 12) | P | W | U | A),
      ...Array.from({ length: 16 }, (_, i) =>
        entry(TABLES[3], i, ((0x40 + i) << 12) | P | W | U | (i % 2 === 0 ? A | D : 0)),
      ),
    ],
    tables: TABLES.map((frame, i) => ({ frame, level: 4 - i })),
    programs,
    host: [],
    prologue: [],
    schedule: schedule ?? { segments: [], rest: { kind: 'in-order' } },
    notes: [],
    asks: [],
    expect: [],
    violates: [],
    sources: programs.map((p) => p.map(() => ({ from: 0, to: 0, text: '' }))),
  };
}
