import { type GuestOp, OUTCOME_DONE } from '../../machine';
import { fetch, load, ROOT, store, va } from '../bareMachine';
import { type Reference, reference, tablesNow } from './reference';
import { SECOND_ROOT, type XiWorld } from './world';

/** What went wrong first, or nothing. */
export interface Finding {
  readonly seed: number;
  readonly op: number;
  readonly what: string;
  /** The invariant that broke; `transparency` where the guest saw what bare hardware would not have shown it. */
  readonly name: string;
}

/** No operation needs as many steps, unless it never ends. */
const MOST_STEPS = 400_000;

type Access = {
  readonly kind: 'load' | 'store' | 'fetch';
  readonly address: bigint;
  readonly user: boolean;
  readonly value: bigint;
};

function randomAccess(w: XiWorld): Access {
  const r = w.random;
  const page = r.pick(w.addresses);
  const entries = 2 ** Math.min(w.kind.bits, 4);
  const offset = r.chance(0.05) ? 4092 : r.chance(0.9) ? 8 * r.below(entries) : 8 * r.below(512);
  const kind = r.pick(['load', 'store', 'store', 'fetch'] as const);
  return { kind, address: page + BigInt(offset), user: r.chance(0.3), value: w.value() };
}

function operation(a: Access): GuestOp {
  const cpl = a.user ? 3 : 0;
  if (a.kind === 'store') return store(a.address, a.value, cpl);
  return a.kind === 'load' ? load(a.address, cpl) : fetch(a.address, cpl);
}

function randomHost(w: XiWorld): GuestOp {
  const r = w.random;
  const call = (name: string, ...args: number[]): GuestOp => ({ kind: 'call', name, args });
  switch (r.below(5)) {
    case 0:
      return call('log-dirty-on');
    case 1:
      return call('log-dirty-read');
    case 2:
      return call('log-dirty-off');
    case 3:
      return call('move', 0x10 + r.below(48), 0x10 + r.below(112));
    default:
      return call('balloon-out', 0x60 + r.below(16));
  }
}

/** Whether the access crosses into the next page. */
const crosses = (a: Access): boolean => a.kind !== 'fetch' && (Number(a.address) & 0xfff) > 4088;

export interface DriveOptions {
  readonly operations: number;
  /** Also hold what the guest sees against bare hardware (one vCPU only). */
  readonly transparent?: boolean;
}

/** Runs random operations until something is wrong, or all are done. */
export function drive(w: XiWorld, options: DriveOptions): Finding | undefined {
  const r = w.random;
  const { machine, world } = w.bare;
  let clean = false;
  const found = (op: number, name: string, what: string): Finding => ({ seed: w.seed, op, name, what });
  w.bare.start();
  world.events.recording = false;
  for (let op = 0; op < options.operations; op++) {
    const programs: GuestOp[][] = Array.from({ length: w.vcpus + 1 }, () => []);
    let access: Access | undefined;
    let expected: Reference | undefined;
    let tables = new Set<number>();
    for (let v = 0; v < w.vcpus; v++)
      for (let n = 0; n < (w.vcpus === 1 ? 1 : 3); n++) {
        const a = randomAccess(w);
        const what = r.below(10);
        if (what < 7) {
          programs[v]?.push(operation(a));
          if (w.vcpus === 1 && options.transparent === true) {
            access = a;
            tables = tablesNow(w, [ROOT, SECOND_ROOT]);
            expected = reference(
              w,
              v,
              a.address,
              a.kind === 'store' ? 1 : a.kind === 'fetch' ? 2 : 0,
              a.user,
            );
          }
        } else if (what < 9) {
          const frame = r.chance(0.7) ? ROOT : SECOND_ROOT;
          programs[v]?.push({ kind: 'cr3', value: va(BigInt(frame) << 12n) });
        } else programs[v]?.push({ kind: 'invlpg', va: va(a.address) });
      }
    if (r.chance(0.08)) programs[w.vcpus]?.push(randomHost(w));
    const flushes = w.vcpus === 1 && programs[0]?.[0]?.kind === 'cr3';
    machine.programs = programs;
    machine.startPrograms();
    const bad = finish(w, op, found);
    if (bad !== undefined) return bad;
    // A CR3 that was refused has flushed nothing.
    if (flushes && machine.vcpu(0).get('outcome') === OUTCOME_DONE) clean = true;
    if (access === undefined || expected === undefined) continue;
    if (clean && !crosses(access) && (programs[w.vcpus]?.length ?? 0) === 0) {
      const wrong = compare(w, access, expected);
      if (wrong !== undefined) return found(op, 'transparency', wrong);
    }
    // Whoever writes a table, or has the processor mark an entry of one, must flush before the tables count again.
    if (access.kind === 'store' && (expected.error >= 0 || tables.has(expected.gfn) || crosses(access)))
      clean = false;
    if ((programs[w.vcpus]?.length ?? 0) > 0) clean = false;
  }
  return undefined;
}

/** Lets everybody run in turns of random length until nobody can. */
function finish(
  w: XiWorld,
  op: number,
  found: (op: number, name: string, what: string) => Finding,
): Finding | undefined {
  const { world } = w.bare;
  let locked = false;
  for (let steps = 0; steps < MOST_STEPS; ) {
    const ready = world.actors.filter((a) => a.enabled());
    if (ready.length === 0) {
      const stuck = world.actors.find((a) => a.kind !== 'worker' && (a.thread?.alive ?? false));
      if (stuck !== undefined) return found(op, 'deadlock', `${stuck.name} waits for ever`);
      const [last] = w.broken('operation');
      return last === undefined ? undefined : found(op, last.invariant, last.says);
    }
    const actor = w.random.pick(ready);
    const quantum = 1 + w.random.below(40);
    for (let i = 0; i < quantum && actor.enabled(); i++, steps++) {
      world.step(actor.index);
      const free = w.x.lock.free;
      const [first] = [...(free ? [] : w.broken('step')), ...(free && locked ? w.broken('release') : [])];
      locked = !free;
      if (first !== undefined) return found(op, first.invariant, first.says);
    }
  }
  return found(op, 'endless', `an operation took more than ${MOST_STEPS} steps`);
}

/** How the access ended against how it had to; undefined if as it had to. */
function compare(w: XiWorld, a: Access, expected: Reference): string | undefined {
  const { machine } = w.bare;
  const regs = machine.vcpu(0);
  const outcome = regs.get('outcome');
  const at = `${a.kind} at 0x${a.address.toString(16)} from ${a.user ? 'user' : 'kernel'} mode`;
  if (expected.error >= 0)
    return outcome === 1 ? undefined : `${at}: ended with outcome ${outcome}, expected a page fault`;
  if (outcome !== 0) return `${at}: ended with outcome ${outcome}, expected success`;
  const mfn = machine.gfnToMfn(expected.gfn);
  if (mfn < 0 || a.kind !== 'store') return undefined;
  const word = (Number(a.address) & 0xfff) >> 3;
  const lo = machine.memory.lo(mfn, word) >>> 0;
  if (lo === Number(a.value & 0xffff_ffffn)) return undefined;
  return `${at}: frame 0x${mfn.toString(16)} holds 0x${lo.toString(16)}, expected 0x${a.value.toString(16)}`;
}
