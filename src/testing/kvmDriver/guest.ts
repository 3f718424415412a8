import { Random } from '../../base';

/** A world as lines: those in front are how it is made, the others what is done in it, each as `actor: operation`. */
export interface KvmWorld {
  readonly seed: number;
  readonly head: readonly string[];
  readonly done: readonly { readonly who: string; readonly what: string }[];
  readonly tail: readonly string[];
}

const PROFILES = ['linux-6.1', 'merged-3.6', 'proposal-2012'] as const;
const MODES = ['x86-64', 'pae', '32-bit'] as const;
type Mode = (typeof MODES)[number];

const FRAMES = 512;
const LOG = 1;
/** Level-1 tables of the user; all lie in the direct map. */
const TABLES = ['0x030', '0x031', '0x032'] as const;
const DATA = [0x100, 0x101, 0x102, 0x103] as const;
/** The level-2 table that leads to them, and its entries for the three (in 32-bit mode: the root). */
const UPPER: Readonly<Record<Mode, { readonly frame: string; readonly first: number }>> = {
  'x86-64': { frame: '0x012', first: 2 },
  pae: { frame: '0x012', first: 2 },
  '32-bit': { frame: '0x010', first: 2 },
};
/** What one level-1 table covers. */
const SPAN: Readonly<Record<Mode, number>> = { 'x86-64': 0x20_0000, pae: 0x20_0000, '32-bit': 0x40_0000 };
const DIRECT: Readonly<Record<Mode, string>> = {
  'x86-64': '0xffff_8100_0000_0000',
  pae: '0xc000_0000',
  '32-bit': '0xc000_0000',
};
const INDICES = [0, 1, 2, 3, 9] as const;

const hex = (n: number): string => `0x${n.toString(16)}`;

function head(random: Random, mode: Mode, vcpus: number, switches: readonly string[]): string[] {
  const { first } = UPPER[mode];
  const at = (nth: number): string => hex((first + nth) * SPAN[mode]);
  const tables = TABLES.map((frame, nth) => `table l1 ${frame} at ${at(nth)}`);
  return [
    'scenario "A random world"',
    'about "Made by the random driver of KVM\'s guests."',
    `design kvm${switches.length === 0 ? '' : ` without ${switches.join(', ')}`}`,
    `profile ${random.pick(PROFILES)}`,
    `paging ${mode}, ${FRAMES} frames`,
    ...(random.chance(0.3) ? ['tlb off'] : []),
    'root 0x010',
    ...(mode === '32-bit' ? [] : [`table l2 0x012 at ${at(0)}`]),
    ...tables,
    `direct ${DIRECT[mode]} frames 128 tables 0x061`,
    ...TABLES.flatMap((frame) =>
      INDICES.map((i) => `entry ${frame}[${i}] = ${hex(random.pick(DATA))} ${random.pick(RIGHTS)}`),
    ),
    `vcpus ${vcpus}`,
  ];
}

const RIGHTS = ['rw user a d', 'rw user', 'r user a', 'rw user a', 'rw a d', 'r user a d'] as const;

/** One operation of a guest. `paging`: whether the vCPU pages just now, which some operations change. */
function guestOperation(random: Random, mode: Mode, state: { paging: boolean }): string {
  const { frame: upper, first } = UPPER[mode];
  const address = (): string =>
    state.paging
      ? hex((first + random.below(3)) * SPAN[mode] + random.pick(INDICES) * 0x1000 + 8 * random.below(4))
      : hex(random.pick(DATA) * 0x1000 + 8 * random.below(4));
  const value = String(random.below(1000));
  if (!state.paging) {
    switch (random.below(8)) {
      case 0:
        state.paging = true;
        return 'cr0 set pg';
      case 1:
        // A table, as memory like any other.
        return `store ${hex(Number(random.pick(TABLES)) * 0x1000 + 8 * random.below(4))} = ${hex(0x10_0025)}`;
      case 2:
        return `load ${address()}`;
      default:
        return `store ${address()} = ${value}`;
    }
  }
  const entry = `${random.pick(TABLES)}[${random.pick(INDICES)}]`;
  switch (random.below(20)) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
      return `store ${address()} = ${value}`;
    case 5:
    case 6:
    case 7:
      return `load ${address()}`;
    case 8:
    case 9:
    case 10:
      return `store ${entry} = ${hex(random.pick(DATA))} ${random.pick(RIGHTS)}`;
    case 11:
      return `store ${entry} = 0`;
    case 12:
      return random.chance(0.5) ? `clear ${entry} w d` : `clear ${entry} a`;
    case 13:
      return `store ${upper}[${first + random.below(3)}] = ${random.pick(TABLES)} rwx user a`;
    case 14:
      return `invlpg ${address()}`;
    case 15:
    case 16:
      return 'cr3 0x010';
    case 17:
      return `stos ${random.pick(TABLES)}[0] = 0 count 4`;
    case 18:
      return random.pick(['cr0 clear wp', 'cr0 set wp', 'cr4 set pge', 'cr4 clear pge']);
    default:
      state.paging = false;
      return 'cr0 clear pg';
  }
}

function hostOperation(random: Random): string {
  const [a, b] = [random.pick(DATA), random.pick(DATA)];
  switch (random.below(8)) {
    case 0:
    case 1:
    case 2:
      return 'call get-dirty-log 0';
    case 3:
      return `call memslot 0 0 ${FRAMES} 0 ${LOG}`;
    case 4:
      return `call memslot 0 0 ${FRAMES} 0 0`;
    case 5:
      return `call dontneed ${hex(a)} 1`;
    case 6:
      return a === b ? 'call get-dirty-log 0' : `call swap-pages ${hex(a)} ${hex(b)}`;
    default:
      return 'call set-sregs 0';
  }
}

/** The world of a seed, with some protections off. */
export function kvmWorld(seed: number, without: readonly string[] = []): KvmWorld {
  const random = new Random(seed);
  const mode = random.pick(MODES);
  const vcpus = 1 + random.below(3);
  const made = head(random, mode, vcpus, without);
  const done: { who: string; what: string }[] = [];
  if (random.chance(0.7)) done.push({ who: 'prologue host', what: `call memslot 0 0 ${FRAMES} 0 ${LOG}` });
  const states = Array.from({ length: vcpus }, () => ({ paging: true }));
  const count = 10 + random.below(30);
  for (let i = 0; i < count; i++) {
    if (random.chance(0.2)) done.push({ who: 'host', what: hostOperation(random) });
    else {
      const v = random.below(vcpus);
      const state = states[v] as { paging: boolean };
      done.push({ who: `vcpu ${v}`, what: guestOperation(random, mode, state) });
    }
  }
  return { seed, head: made, done, tail: [`schedule random ${seed >>> 0}`] };
}

/** A world as the text of a scenario. */
export const kvmText = ({ head: lines, done, tail }: KvmWorld): string =>
  [...lines, '', ...done.flatMap(({ who, what }) => [who, `  ${what}`]), '', ...tail, ''].join('\n');
