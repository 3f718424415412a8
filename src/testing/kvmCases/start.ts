import type { Random } from '../../base';
import type { KvmCase } from '../../oracle/kvm/format';

/** Where things are in a made-up case: the layout that the recorded ones have too. Nothing of the replay knows it. */
export type CaseMode = KvmCase['mode'];

export const hex = (n: number | bigint): string => `0x${n.toString(16)}`;

/** Tables of the test region, lowest level first; the last two belong to a second address space. */
export const L1_TABLES = [0x15, 0x16, 0x17, 0x1b] as const;
export const L2_TABLE = 0x14;
export const ROOTS = [0x10, 0x18, 0x1c] as const;
export const REGION = 0x4000_0000;
/** Frames of data, of a large page that the host may back by one of its own, and of nothing at all (or of slot 2). */
const DATA = Array.from({ length: 16 }, (_, i) => 0x800 + i);
const LARGE = [0xc00, 0x800] as const;
const NOWHERE = [0x1000, 0x1001, 0x3000] as const;
/** Of a slot that may only be read. */
const READ_ONLY = [0x2000, 0x2001] as const;

export const span = (mode: CaseMode): number => (mode === '32' ? 0x40_0000 : 0x20_0000);
export const wordBytes = (mode: CaseMode): number => (mode === '32' ? 4 : 8);

/** What a program may contain. */
export interface Appetite {
  readonly vcpus: 1 | 2;
  readonly alias: boolean;
  readonly large: boolean;
  readonly reserved: boolean;
  readonly noExecute: boolean;
  readonly mmio: boolean;
  readonly slots: boolean;
  readonly upper: boolean;
  readonly control: boolean;
  readonly pool: boolean;
}

export function appetite(random: Random): Appetite {
  const some = (): boolean => random.chance(0.5);
  return {
    vcpus: random.chance(0.3) ? 2 : 1,
    ...{ alias: some(), large: some(), reserved: some(), noExecute: some(), mmio: some() },
    ...{ slots: some(), upper: some(), control: some(), pool: random.chance(0.15) },
  };
}

const FLAGS = [
  0x67, 0x67, 0x27, 0x25, 0x07, 0x65, 0x05, 0x63, 0x23, 0x03, 0x61, 0x21, 0x01, 0x167, 0x47, 0x04,
];

/** An entry of a lowest table, of any kind that the appetite allows. */
export function leafEntry(random: Random, mode: CaseMode, a: Appetite): bigint {
  if (random.chance(0.08)) return 0n;
  const frames = [
    ...DATA,
    ...(a.alias ? [...L1_TABLES, L2_TABLE, ROOTS[0]] : []),
    ...(a.mmio ? NOWHERE : []),
    ...(a.slots ? READ_ONLY : []),
  ];
  let entry = BigInt(random.pick(frames) * 4096 + random.pick(FLAGS));
  if (mode !== '32') {
    if (a.noExecute && random.chance(0.2)) entry |= 1n << 63n;
    if (a.reserved && random.chance(0.1)) entry |= 1n << BigInt(random.pick([40, 45, 51]));
  }
  return entry;
}

/** An entry above: a table with some rights, or a large page. */
export function upperEntry(random: Random, mode: CaseMode, a: Appetite): bigint {
  if (random.chance(0.08)) return 0n;
  if (a.large && random.chance(0.35)) {
    const frame = random.pick(LARGE);
    const first = mode === '32' ? frame & ~0x3ff : frame & ~0x1ff;
    const odd = a.reserved && random.chance(0.15) ? (mode === '32' ? 0x2_0000 : 0x4000) : 0;
    return BigInt(first * 4096 + odd + (0x80 | random.pick(FLAGS)));
  }
  const frame = random.pick(a.alias ? [...L1_TABLES, L2_TABLE] : L1_TABLES);
  return BigInt(frame * 4096 + random.pick([0x67, 0x67, 0x27, 0x25, 0x07, 0x63, 0x65]));
}

type Rows = (readonly (number | string)[])[];

function identity(mode: CaseMode): Rows {
  const words = mode === '32' ? 1024 : 512;
  return [[0, words, '0x67', '0x1000']];
}

function tables(random: Random, mode: CaseMode, a: Appetite): Record<string, Rows> {
  const out: Record<string, Rows> = { '0x13': identity(mode) };
  for (const table of L1_TABLES)
    out[hex(table)] = Array.from({ length: 10 }, (_, i) => [i, hex(leafEntry(random, mode, a))]);
  const upper = (): Rows => [0, 1, 2, 3].map((i) => [i, hex(upperEntry(random, mode, a))]);
  if (mode === '32') {
    // The region is the second quarter of a root.
    for (const root of ROOTS)
      out[hex(root)] = [[0, '0x13067'], ...upper().map(([i, entry]) => [256 + Number(i), entry as string])];
    return out;
  }
  out['0x12'] = [[0, '0x13067']];
  out[hex(L2_TABLE)] = upper();
  out['0x1a'] = upper();
  if (mode === 'pae') {
    for (const root of ROOTS)
      out[hex(root)] = [
        [0, '0x12001'],
        [1, root === 0x18 ? '0x1a001' : '0x14001'],
      ];
    return out;
  }
  out['0x11'] = [
    [0, '0x12067'],
    [1, '0x14067'],
  ];
  out['0x19'] = [
    [0, '0x12067'],
    [1, random.chance(0.2) ? '0x800000e7' : '0x1a067'],
  ];
  out['0x10'] = [[0, '0x11067']];
  out['0x18'] = [[0, '0x19067']];
  out['0x1c'] = [[0, '0x11067']];
  return out;
}

const EFER = { '64': '0xd00', pae: '0x800', '32': '0x0' } as const;
const CR4 = { '64': '0x20', pae: '0x20', '32': '0x10' } as const;

/** A case without operations. */
export function startCase(random: Random, mode: CaseMode, a: Appetite): KvmCase {
  const vcpu = { cr0: '0x80010033', cr3: '0x10000', cr4: CR4[mode], efer: EFER[mode], cpl: 0 };
  const log = (p: number): readonly string[] => (a.slots && random.chance(p) ? ['log_dirty'] : []);
  return {
    name: `made up, ${mode}`,
    mode,
    maxphyaddr: 40,
    vcpus: Array.from({ length: a.vcpus }, () => vcpu),
    memslots: [
      { slot: 0, gpa: '0x0', size: '0x800000', ram: '0x0', flags: log(0.3) },
      { slot: 1, gpa: '0x800000', size: '0x800000', ram: '0x800000', flags: log(0.3) },
      ...(a.slots
        ? [{ slot: 3, gpa: '0x2000000', size: '0x100000', ram: '0xe00000', flags: ['readonly'] }]
        : []),
    ],
    ...(a.pool ? { nrMmuPages: 64 } : {}),
    ...(a.large && random.chance(0.6) ? { hostHugePages: [{ gpa: '0xc00000', size: '0x200000' }] } : {}),
    stamp: {
      ...{ firstFrame: '0x800', frames: 2048, words: 3, first: '0x10000', perFrame: '0x10', perWord: '0x2' },
      wordAt0x200: '0x10e6',
    },
    tables: tables(random, mode, a),
    ops: [],
    final: {},
  };
}
