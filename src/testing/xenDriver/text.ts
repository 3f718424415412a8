import { assertNever, type Word } from '../../base';
import { CR0_PE, CR0_PG, CR0_WP, CR4_PAE, CR4_PGE, CR4_PSE, type GuestOp } from '../../machine';
import { design } from './design';
import { DEVICE, FRAMES, layoutOf, READ_ONLY, ROOTS } from './layout';
import { type DriverWorld, sayWorld } from './settings';

/** Steps of one actor in a row. The host is the actor after the last vCPU. */
export interface Segment {
  readonly actor: number;
  readonly steps: number;
}

const PAGING = { '64': 'x86-64', pae: 'pae', '32': '32-bit' } as const;
const WIDTH = { 1: 'byte', 2: 'half', 4: 'dword', 8: 'qword' } as const;
const CPL = { 0: 'kernel', 3: 'user' } as const;

const hex = (n: number | bigint): string => `0x${n.toString(16)}`;
const long = (w: Word): string => hex((BigInt(w.hi >>> 0) << 32n) | BigInt(w.lo >>> 0));
/** A value as wide as the access. */
const value = (w: Word, width: number): string =>
  width === 8 ? long(w) : hex((w.lo >>> 0) % 2 ** (8 * width));

const BITS = {
  cr0: { pe: CR0_PE, wp: CR0_WP, pg: CR0_PG },
  cr4: { pse: CR4_PSE, pae: CR4_PAE, pge: CR4_PGE },
} as const;

/** A control register's new value as changes of the old one. */
function change(register: 'cr0' | 'cr4', old: number, now: number): string[] {
  const all = Object.entries(BITS[register]);
  const set = all.filter(([, bit]) => (now & ~old & bit) !== 0).map(([name]) => name);
  const clear = all.filter(([, bit]) => (old & ~now & bit) !== 0).map(([name]) => name);
  const lines = [
    ...(clear.length === 0 ? [] : [`${register} clear ${clear.join(', ')}`]),
    ...(set.length === 0 ? [] : [`${register} set ${set.join(', ')}`]),
  ];
  // A load of the same value still is a load.
  return lines.length === 0 ? [`${register} set ${all.find(([, bit]) => (now & bit) !== 0)?.[0]}`] : lines;
}

/** A text gives a wide argument as one number. */
function callArguments({ name, args }: Extract<GuestOp, { kind: 'call' }>): string[] {
  const rest = [...args];
  const take = (): number => rest.shift() ?? 0;
  const specs = design.operations?.find((one) => one.name === name)?.args ?? [];
  return specs.map(({ wide }) => {
    const first = take();
    return wide === true ? long({ hi: first, lo: take() }) : hex(first >>> 0);
  });
}

interface Registers {
  cr0: number;
  cr4: number;
}

function statements(op: GuestOp, regs: Registers): string[] {
  switch (op.kind) {
    case 'load':
      return [`load ${long(op.va)} ${WIDTH[op.width]} ${CPL[op.cpl]}`];
    case 'fetch':
      return [`fetch ${long(op.va)} ${CPL[op.cpl]}`];
    case 'store':
      return [`store ${long(op.va)} = ${value(op.value, op.width)} ${WIDTH[op.width]} ${CPL[op.cpl]}`];
    case 'locked': {
      const name = op.op === 'xchg' || op.op === 'cmpxchg' ? op.op : `lock-${op.op}`;
      const from = op.op === 'cmpxchg' ? `${value(op.expected, op.width)} -> ` : '';
      return [
        `${name} ${long(op.va)} = ${from}${value(op.value, op.width)} ${WIDTH[op.width]} ${CPL[op.cpl]}`,
      ];
    }
    case 'stos':
      return [
        `stos ${long(op.va)} = ${value(op.value, op.width)} count ${op.count} ${WIDTH[op.width]} ${CPL[op.cpl]}`,
      ];
    case 'cr3':
      return [`cr3 ${hex(op.value.lo >>> 12)}`];
    case 'cr0':
    case 'cr4': {
      const old = regs[op.kind];
      regs[op.kind] = op.value;
      return change(op.kind, old, op.value);
    }
    case 'invlpg':
      return [`invlpg ${long(op.va)}`];
    case 'pte':
      return [`pte ${long(op.va)} = word ${long(op.value)} level ${op.level}`];
    case 'mfence':
      return ['mfence'];
    case 'switch':
      return [`switch ${op.name} ${op.on ? 'on' : 'off'}`];
    case 'call':
      return [`call ${[op.name, ...callArguments(op)].join(' ')}`];
    case 'efer':
    case 'poke':
    case 'move':
      throw new Error(`a random guest does no ${op.kind}`);
    default:
      return assertNever(op);
  }
}

/** The world before its programs, as the first lines of a scenario. */
export function worldText(w: DriverWorld, title: string): string {
  const off = new Set(w.off);
  const on = design.switches.filter((s) => !off.has(s.name)).map((s) => s.name);
  return [
    `scenario "${title}"`,
    'topic "Random guests"',
    `about "${sayWorld(w)}."`,
    '',
    `design xen with ${on.join(', ')}${off.size === 0 ? '' : ` without ${[...off].join(', ')}`}`,
    `profile ${w.era}`,
    ...(w.l3TopLevel ? [] : ['knob l3-top-level 0']),
    `paging ${PAGING[w.mode]}, ${FRAMES} frames`,
    `tlb ${w.tlb === 0 ? 'off' : w.tlb}`,
    `pool ${w.pool} frames`,
    `vcpus ${w.vcpus}`,
    `p2m ${hex(READ_ONLY)} -> ${hex(READ_ONLY)} ro`,
    `p2m ${hex(DEVICE)} mmio`,
    ...layoutOf(w.mode).lines,
    ...w.starts.flatMap((space, v) => (space === 0 ? [] : [`start vcpu ${v} in ${hex(ROOTS[space] ?? 0)}`])),
    '',
  ].join('\n');
}

/** The whole of what happened, as a scenario that anybody can open. `boot`: the registers each vCPU starts with. */
export function scenarioText(
  w: DriverWorld,
  title: string,
  programs: readonly (readonly GuestOp[])[],
  segments: readonly Segment[],
  boot: Registers,
  violates: readonly string[],
): string {
  const blocks = programs.flatMap((program, actor) => {
    if (program.length === 0) return [];
    const regs = { ...boot };
    const head = actor === w.vcpus ? 'host' : `vcpu ${actor}`;
    return [head, ...program.flatMap((op) => statements(op, regs)).map((line) => `  ${line}`)];
  });
  const who = (actor: number): string => (actor === w.vcpus ? 'host' : String(actor));
  const plan = segments.map(({ actor, steps }) => `${who(actor)} until ${steps} steps`).join(', ');
  return `${[
    worldText(w, title),
    ...blocks,
    '',
    ...(plan === '' ? [] : [`schedule ${plan}`]),
    `violates ${violates.length === 0 ? 'none' : violates.join(', ')}`,
  ].join('\n')}\n`;
}
