import { assertNever, defined, type Word } from '../base';
import { type Procedure, procedure, slots, type Thread } from '../kernel';
import { guestAccess } from './access';
import { findEntry } from './directMap';
import {
  EntryUnreachable,
  InvlpgExecuted,
  OperationEnded,
  OperationStarted,
  Poked,
  SwitchChanged,
} from './events';
import { beginInstruction, endInstruction } from './instruction';
import type { Machine } from './machine';
import type { GeneralRegister, GuestOp } from './operation';
import { OUTCOME_DONE, OUTCOME_IMPOSSIBLE } from './outcome';
import { R } from './registers';
import { FETCH, READ, WRITE } from './rights';
import { sayVa, sayValue } from './say';
import { sayDone, sayLeave, sayOperation } from './sayOperation';
import type { Halves } from './wide';

const L = slots(
  ...(['op', 'repeat'] as const),
  ...(['r0', 'r1', 'r2', 'r3', 'r4', 'r5'] as const), // what a called procedure returns; nobody looks
  'ahead', // 1: an emulator has done the operation already
);

const taken: Halves = { hi: 0, lo: 0 };

/** The operation an actor is in. */
export function operationOf(m: Machine, actor: number): GuestOp {
  const op = m.programs[actor]?.[m.registersOf(actor).read(R.op)];
  return op ?? defined(undefined, `the operation of actor ${actor}`);
}

const isVcpu = (m: Machine, actor: number): boolean => actor < m.config.vcpus;

/** CPL of an operation: what a program of user mode does at 3, all that only a kernel can do at 0. */
function cplOf(op: GuestOp): number {
  return 'cpl' in op ? op.cpl : 0;
}

const access = (t: Thread): void => t.callThen('done', guestAccess, [], L.r0);

interface FromRegister {
  readonly value: Word;
  readonly from?: GeneralRegister;
}

/** What an operation stores: as written, or what a register holds now. */
const givenValue = (m: Machine, v: number, { value, from }: FromRegister): Word =>
  from === undefined ? value : { hi: 0, lo: m.vcpu(v).get(from) };

/** What a CMPXCHG expects: as written, or what its register (EAX) holds. */
const expectedOf = (m: Machine, v: number, op: Extract<GuestOp, { kind: 'locked' }>): Word =>
  op.op === 'cmpxchg' && op.into !== undefined ? { hi: 0, lo: m.vcpu(v).get(op.into) } : op.expected;

/** The register that an operation names keeps what was read. One that faulted has read nothing. */
function keepResult(m: Machine, v: number, op: GuestOp): void {
  const r = m.vcpu(v);
  if ((op.kind !== 'load' && op.kind !== 'locked') || op.into === undefined) return;
  if (r.read(R.outcome) === OUTCOME_DONE) r.set(op.into, r.read(R.resultLo));
}

/** Sets a memory instruction up; returns the label of the step that goes on with the operation, none for an access. */
function begin(m: Machine, v: number, op: GuestOp): string | undefined {
  switch (op.kind) {
    case 'load':
      beginInstruction(m, v, READ, op.va, op.width);
      return undefined;
    case 'move':
      return 'move';
    case 'store':
      beginInstruction(m, v, WRITE, op.va, op.width, givenValue(m, v, op));
      return undefined;
    case 'fetch':
      beginInstruction(m, v, FETCH, op.va, 1);
      return undefined;
    case 'locked':
      beginInstruction(m, v, WRITE, op.va, op.width, givenValue(m, v, op), op.op, expectedOf(m, v, op));
      return undefined;
    case 'stos':
      return 'string';
    case 'pte':
      return 'find';
    case 'cr3':
    case 'cr0':
    case 'cr4':
    case 'efer':
    case 'invlpg':
    case 'call':
      return 'leave';
    case 'mfence':
      return 'fence';
    case 'poke':
      return 'poke';
    case 'switch':
      return 'switch';
    default:
      return assertNever(op, 'operation');
  }
}

/** The design's procedure for an operation that leaves the guest, and its arguments. */
function exitOf(
  m: Machine,
  op: GuestOp,
): { readonly to: Procedure<never>; readonly args: readonly number[] } {
  switch (op.kind) {
    case 'cr3':
      return { to: m.exits.loadCr3, args: [op.value.hi, op.value.lo] };
    case 'cr0':
      return { to: m.exits.setCr0, args: [op.value] };
    case 'cr4':
      return { to: m.exits.setCr4, args: [op.value] };
    case 'efer':
      return { to: m.exits.setEfer, args: [op.value] };
    case 'invlpg':
      return { to: m.exits.invlpg, args: [op.va.hi, op.va.lo] };
    case 'call':
      return {
        to: defined(m.exits.operations.get(op.name), `the design's operation ${op.name}`),
        args: op.args,
      };
    default:
      throw new Error(`operation ${op.kind} does not leave the guest`);
  }
}

/** Narrows to the operation that a step is for: the label is only reached by it. */
function only<K extends GuestOp['kind']>(m: Machine, actor: number, kind: K): Extract<GuestOp, { kind: K }> {
  const op = operationOf(m, actor);
  if (op.kind !== kind) throw new Error(`actor ${actor} is in operation ${op.kind}, not ${kind}`);
  return op as Extract<GuestOp, { kind: K }>;
}

/** The instruction was done ahead of the program: what it read is the program's now. */
function takeResult(t: Thread, m: Machine): void {
  m.ahead.take(t.actor, taken);
  m.vcpu(t.actor).write(R.resultHi, taken.hi);
  m.vcpu(t.actor).write(R.resultLo, taken.lo);
}

/** The place in its program that the guest of a thread, between two operations, comes to next. */
export const operationAt = (t: Thread): number => t.local(L.op);

/** Another place, which is not beyond the program's end. */
export const nextOperation = (t: Thread, op: number): void => t.setLocal(L.op, op);

/** Whether a thread's guest stands before an operation. */
export const atOperation = (t: Thread): boolean => t.at(guest, 0);

/** The loop of a vCPU, and of the host, over its program. Anchors name its labels `start` and `done`. */
export const guest = procedure<Machine>({
  name: 'guest',
  part: 'machine',
  lane: 'guest',
  about: 'Takes the operations of a guest program one by one.',
  slots: L,
  steps: [
    {
      label: 'start',
      line: 'next operation of the program',
      touch: 'private',
      beat: true,
      when: (t, m) => m.pausedBy < 0 || m.pausedBy === t.actor,
      run: (t, m) => {
        const r = m.registersOf(t.actor);
        r.write(R.op, t.get(L.op));
        r.write(R.outcome, OUTCOME_DONE);
        r.write(R.resultHi, 0);
        r.write(R.resultLo, 0);
        r.write(R.faults, 0);
        const op = operationOf(m, t.actor);
        if (isVcpu(m, t.actor)) r.write(R.cpl, cplOf(op));
        m.world.emit(OperationStarted, t.actor, t.get(L.op));
        if (op.kind !== 'stos' && m.ahead.pending(t.actor) > 0) {
          takeResult(t, m);
          t.set(L.ahead, 1);
          t.goto('done');
          return;
        }
        const { carriesOut } = m.exits;
        if (carriesOut !== undefined && isVcpu(m, t.actor)) {
          t.callThen('done', carriesOut, [], L.r0);
          return;
        }
        const label = begin(m, t.actor, op);
        if (label === undefined) access(t);
        else t.goto(label);
      },
      say: (t, m) => {
        const said = sayOperation(m, t.actor, operationOf(m, t.actor));
        return t.get(L.ahead) === 1 ? `${said} That is done: the emulator has carried it out already.` : said;
      },
    },
    {
      label: 'string',
      line: '  REP STOS: the next element',
      touch: 'private',
      run: (t, m) => {
        const op = only(m, t.actor, 'stos');
        const nth = t.get(L.repeat);
        if (nth === op.count || m.vcpu(t.actor).read(R.outcome) !== OUTCOME_DONE) {
          t.goto('done');
          return;
        }
        m.vcpu(t.actor).write(R.insRepeat, nth + 1);
        if (m.ahead.pending(t.actor) > 0) {
          takeResult(t, m);
          t.set(L.repeat, nth + 1);
          t.goto('string');
          return;
        }
        const lo = (op.va.lo >>> 0) + nth * op.width;
        const va = { hi: (op.va.hi + Math.floor(lo / 0x1_0000_0000)) | 0, lo: lo | 0 };
        beginInstruction(m, t.actor, WRITE, va, op.width, op.value);
        t.set(L.repeat, nth + 1);
        t.callThen('string', guestAccess, [], L.r0);
      },
      say: (t, m) => {
        const op = only(m, t.actor, 'stos');
        const r = m.vcpu(t.actor);
        return r.read(R.outcome) === OUTCOME_DONE
          ? `Element ${t.get(L.repeat)} of ${op.count}, at ${sayVa(m, t.actor, op.va.hi, (op.va.lo + (t.get(L.repeat) - 1) * op.width) | 0)}.`
          : 'The string operation ends at the element that faulted.';
      },
    },
    {
      label: 'find',
      line: '  the guest kernel finds the entry in its own tables; store it through the direct map',
      touch: 'racy',
      beat: true,
      run: (t, m) => {
        const op = only(m, t.actor, 'pte');
        const found = findEntry(m, t.actor, op.va, op.level);
        if (found.kind === 'none') {
          m.vcpu(t.actor).write(R.outcome, OUTCOME_IMPOSSIBLE);
          m.world.emit(EntryUnreachable, t.actor, op.va.hi, op.va.lo, op.level, found.reason);
          t.goto('done');
          return;
        }
        beginInstruction(m, t.actor, WRITE, found.va, found.width, op.value);
        access(t);
      },
      say: (t, m) => {
        const op = only(m, t.actor, 'pte');
        const r = m.vcpu(t.actor);
        if (r.read(R.outcome) === OUTCOME_IMPOSSIBLE)
          return `The guest's tables lead to no L${op.level} entry for ${sayVa(m, t.actor, op.va.hi, op.va.lo)} that it could write. The operation ends.`;
        const at = sayVa(m, t.actor, r.read(R.insVaHi), r.read(R.insVaLo));
        return `The guest's kernel knows where that entry is: at ${at} in its direct map. It stores the new entry there.`;
      },
    },
    {
      label: 'leave',
      line: '  a privileged instruction or a hypercall',
      touch: 'private',
      // Serialising instructions and exits drain the stores before them.
      when: (t, m) => !isVcpu(m, t.actor) || m.storeBuffers.empty(t.actor),
      run: (t, m) => {
        const op = operationOf(m, t.actor);
        if (op.kind === 'invlpg') m.world.emit(InvlpgExecuted, t.actor, op.va.hi, op.va.lo);
        const inGuest = op.kind === 'call' && m.exits.guestWork?.has(op.name) === true;
        if (isVcpu(m, t.actor) && !inGuest) m.vcpu(t.actor).write(R.inHypervisor, 1);
        const { to, args } = exitOf(m, op);
        t.callThen('done', to, args, L.r0);
      },
      say: (t, m) => sayLeave(m, t.actor, operationOf(m, t.actor)),
    },
    {
      label: 'move',
      line: '  MOV register, value',
      touch: 'private',
      run: (t, m) => {
        const op = only(m, t.actor, 'move');
        const r = m.vcpu(t.actor);
        r.set(op.into, op.from === undefined ? op.value : r.get(op.from));
        t.goto('done');
      },
      say: (t, m) => {
        const { into } = only(m, t.actor, 'move');
        return `${into.toUpperCase()} of vCPU ${t.actor} is now ${sayValue(0, m.vcpu(t.actor).get(into))}.`;
      },
    },
    {
      label: 'fence',
      line: '  MFENCE: wait until the store buffer is empty',
      touch: 'private',
      beat: true,
      when: (t, m) => m.storeBuffers.empty(t.actor),
      run: (t) => t.goto('done'),
      say: (t) => `The store buffer of vCPU ${t.actor} is empty: everybody sees its stores.`,
    },
    {
      label: 'poke',
      line: '  memory changes from outside',
      touch: 'racy',
      beat: true,
      run: (t, m) => {
        const op = only(m, t.actor, 'poke');
        m.memory.write64(op.frame, op.index, op.value.hi, op.value.lo);
        m.world.emit(Poked, op.frame, op.index, op.value.hi, op.value.lo);
        t.goto('done');
      },
      say: (t, m) => {
        const op = only(m, t.actor, 'poke');
        return `Word ${op.index} of frame ${m.nameFrame(op.frame)} now holds ${sayValue(op.value.hi, op.value.lo)}. No processor was asked, so nothing could fault.`;
      },
    },
    {
      label: 'switch',
      line: '  a switch of the design changes',
      touch: 'racy',
      beat: true,
      run: (t, m) => {
        const op = only(m, t.actor, 'switch');
        m.setSwitch(op.name, op.on);
        m.world.emit(SwitchChanged, m.switchNames.indexOf(op.name), op.on ? 1 : 0);
        t.goto('done');
      },
      say: (t, m) => {
        const op = only(m, t.actor, 'switch');
        return `The switch ${op.name} is ${op.on ? 'on' : 'off'}.`;
      },
    },
    {
      label: 'done',
      line: '  the operation ends',
      touch: 'private',
      beat: true,
      run: (t, m) => {
        const { actor } = t;
        const r = m.registersOf(actor);
        r.write(R.inHypervisor, 0);
        if (isVcpu(m, actor)) {
          keepResult(m, actor, operationOf(m, actor));
          endInstruction(m, actor);
          r.write(R.insRepeat, 0);
        }
        t.set(L.ahead, 0);
        for (let slot = L.repeat; slot <= L.r5; slot++) t.set(slot, 0);
        const op = t.get(L.op);
        m.world.emit(OperationEnded, actor, op, r.read(R.outcome), r.read(R.resultHi), r.read(R.resultLo));
        t.set(L.op, op + 1);
        if (op + 1 < (m.programs[actor]?.length ?? 0)) t.goto('start');
      },
      say: (t, m) => sayDone(m, t.actor, operationOf(m, t.actor)),
    },
  ],
});
