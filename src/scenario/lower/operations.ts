import { assertNever, type Word, word } from '../../base';
import type { Span } from '../../engine/spec';
import type { OperationArg, OperationSpec } from '../../hypervisor/design';
import type { Cpl, GeneralRegister, GuestOp, LockedOp, Width } from '../../machine';
import { inDirectMap } from '../../machine';
import type { Operation } from '../ast';
import type { Name, Num } from '../syntax/leaf';
import { addressOf, inKernelHalf, plus, toWord } from './address';
import { makeCr3 } from './cr3';
import { flagsOf } from './entry';
import type { Findings } from './findings';
import type { MemoryLayout } from './memory';
import {
  checkUp,
  type EntryNode,
  entriesOf,
  entryNodeWord,
  type Place,
  type PlacedAt,
  placesOf,
} from './place';
import type { ControlRegisters } from './registers';
import type { Setup } from './setup';
import { rootOf } from './spaces';

/** What lowering an operation needs to know. */
export interface OpContext {
  readonly setup: Setup;
  readonly layout: MemoryLayout;
  readonly f: Findings;
  /** Of the vCPU that performs it; none for the host. */
  readonly registers: ControlRegisters | undefined;
  /** Where a `repeat` with a step has come to: bytes that addresses have gone up by, and rounds made. Absent outside of one. */
  readonly moved?: Moved;
}

export interface Moved {
  readonly bytes: bigint;
  readonly rounds: number;
}

/** An address as written, in this round of a `repeat`. */
const addressNow = (va: Num, { setup, moved, f }: OpContext): Word =>
  addressOf(setup.mode, moved === undefined ? va : { ...va, value: va.value + moved.bytes }, f);

type Kind = Operation['kind'];
type Plain = Exclude<Operation, { readonly kind: 'repeat' | 'end' }>;
type Assigned = Extract<Operation, { readonly kind: 'store' }>['operand'];

const WIDTHS = { byte: 1, half: 2, dword: 4, qword: 8 } as const;
/** What the world outside the guest can do. */
const HOST_KINDS: ReadonlySet<Kind> = new Set(['poke', 'switch', 'call']);

interface Access {
  readonly width?: keyof typeof WIDTHS;
  readonly mode?: 'user' | 'kernel';
}

/** The operations that a statement stands for: one, or one per entry of a range. Nothing after an error. */
export function lowerOperation(op: Plain, c: OpContext): readonly GuestOp[] {
  if (c.registers === undefined && !HOST_KINDS.has(op.kind)) {
    c.f.error(
      op,
      `The host cannot \`${op.kind}\`: that is what a vCPU does. Expected \`poke\`, \`switch\` or \`call\` under \`host\`.`,
    );
    return [];
  }
  switch (op.kind) {
    case 'load':
      return loads(op, c);
    case 'fetch': {
      const { va, cpl } = access(op.va, op, c);
      return [{ kind: 'fetch', va, cpl }];
    }
    case 'store':
      return stores(op.operand, c).map(({ at, ...what }) => ({ kind: 'store', ...what, ...at }));
    case 'mov':
      return [moved(op, c)];
    case 'xchg':
      return locked('xchg', op.operand, c).map((one) =>
        one.from === undefined ? one : { ...one, into: one.from },
      );
    case 'lock-xor':
      return locked('xor', op.operand, c);
    case 'lock-or':
      return locked('or', op.operand, c);
    case 'lock-and':
      return locked('and', op.operand, c);
    case 'lock-add':
      return locked('add', op.operand, c);
    case 'cmpxchg': {
      const wanted = stores({ ...op.operand, value: op.operand.expected } as Assigned, c);
      return locked('cmpxchg', op.operand as Assigned, c).map((one, i) => {
        const { value: expected = ZERO, from: into } = wanted[i] ?? {};
        if (into !== undefined && into !== 'eax')
          c.f.error(
            op,
            `CMPXCHG compares with EAX, and no other register. Expected \`eax\`, not \`${into}\`.`,
          );
        return into === undefined ? { ...one, expected } : { ...one, expected, into };
      });
    }
    case 'clear':
    case 'set':
      return bitOps(op, c);
    case 'stos': {
      const first = stores(op.operand as Assigned, c)[0];
      if (first === undefined) return [];
      const { va, width, cpl } = first.at;
      if (first.from !== undefined)
        c.f.error(op, 'REP STOS stores a value that is written here. Expected a number, not a register.');
      const count = c.f.number('The count', op.operand.count, 1, 1 << 20);
      return [{ kind: 'stos', va, value: first.value, width, count, cpl }];
    }
    case 'pte': {
      const level = op.level === undefined ? 1 : c.f.number('The level', op.level, 1, c.setup.mode.levels);
      if (c.layout.direct === undefined) noDirectMap(op, c.f);
      checkUp(op.value, c.moved !== undefined, op, c.f);
      return [
        {
          kind: 'pte',
          va: addressNow(op.va, c),
          level,
          value: entryNodeWord(op.value, c.moved?.rounds ?? 0, c.setup.mode, level, c.setup.nx, c.f),
        },
      ];
    }
    case 'cr3':
      return [
        { kind: 'cr3', value: makeCr3(rootOf(op.root, c.layout.spaces, c.setup.machine.guestFrames, c.f)) },
      ];
    case 'cr0':
    case 'cr4':
    case 'efer':
      return [{ kind: op.kind, value: c.registers?.change(op.kind, op.change, c.f) ?? 0 }];
    case 'invlpg':
      return [{ kind: 'invlpg', va: addressNow(op.va, c) }];
    case 'mfence':
      return [{ kind: 'mfence' }];
    case 'poke':
      return pokes(op, c).map(({ frame, index, nth }) => ({
        kind: 'poke',
        frame,
        index,
        value: entryNodeWord(op.value, nth, c.setup.mode, 1, c.setup.nx, c.f),
      }));
    case 'switch': {
      const names = c.setup.design.switches.map((s) => s.name);
      return c.f.known(`a switch of ${c.setup.design.name}`, op.name, names)
        ? [{ kind: 'switch', name: op.name.text, on: op.state === 'on' }]
        : [];
    }
    case 'call': {
      const known = c.setup.design.operations ?? [];
      const names = known.map((one) => one.name);
      if (!c.f.known(`an operation of ${c.setup.design.name}`, op.name, names)) return [];
      const spec = known.find((one) => one.name === op.name.text);
      if (spec === undefined || !mayCall(op, spec, c)) return [];
      return [
        {
          kind: 'call',
          name: spec.name,
          args: op.args.flatMap((arg, i) => argument(arg, spec.args[i], c.f)),
        },
      ];
    }
    default:
      return assertNever(op);
  }
}

const ZERO = word(0, 0);

function argument(said: Num, spec: OperationArg | undefined, f: Findings): readonly number[] {
  if (spec?.wide === true) {
    const { hi, lo } = toWord(said);
    return [hi, lo];
  }
  return [f.number(`The ${spec?.what}`, said, -0x8000_0000, 0xffff_ffff) | 0];
}

/** Whether the actor may call the operation, and gives it the arguments it takes. */
function mayCall(
  op: Extract<Operation, { readonly kind: 'call' }>,
  { name, args, by }: OperationSpec,
  c: OpContext,
): boolean {
  const host = c.registers === undefined;
  if ((by === 'host' && !host) || (by === 'vcpu' && host)) {
    const [who, where] = host ? ['the host', '`vcpu N`'] : ['a vCPU', '`host`'];
    c.f.error(op, `\`${name}\` is nothing that ${who} can ask for. Expected it under ${where}.`);
    return false;
  }
  if (op.args.length === args.length) return true;
  const takes = args.length === 0 ? 'no argument' : args.map(({ what }) => `the ${what}`).join(' and ');
  c.f.error(
    op,
    `\`${name}\` is given ${op.args.length} arguments. Expected ${takes}: \`call ${[name, ...args.map(({ what }) => what.toUpperCase().replaceAll(' ', '-'))].join(' ')}\`.`,
  );
  return false;
}

/** One load, or a row of them. */
function loads(op: Extract<Operation, { readonly kind: 'load' }>, c: OpContext): readonly GuestOp[] {
  const at =
    op.target.kind === 'variable'
      ? ofVariable(op.target.name, c)
      : access(op.target.va, registerWidth(op, op.into), c);
  if (op.into !== undefined && at.width !== 4) notThirtyTwo(op, c.f);
  const count = op.count === undefined ? 1 : c.f.number('The count', op.count, 1, 100_000);
  const step = op.step === undefined ? 4096 : c.f.number('The step', op.step, 1, 2 ** 40);
  return Array.from({ length: count }, (_, n) => ({
    kind: 'load',
    ...at,
    ...(op.into !== undefined && { into: op.into }),
    va: plus(at.va, BigInt(n) * BigInt(step)),
  }));
}

interface At {
  readonly va: Word;
  readonly width: Width;
  readonly cpl: Cpl;
}

function access(va: Num, { width, mode }: Access, c: OpContext): At {
  const where = addressNow(va, c);
  const natural = c.setup.mode.name === '64' ? 8 : 4;
  const kernel = mode === undefined ? inKernelHalf(c.setup.mode, where) : mode === 'kernel';
  return { va: where, width: width === undefined ? natural : WIDTHS[width], cpl: kernel ? 0 : 3 };
}

type Store = {
  readonly at: At & { readonly entry?: { readonly frame: number; readonly index: number } };
  readonly value: Word;
  /** The register that holds the value instead. */
  readonly from?: GeneralRegister;
};

type Given = Extract<Operation, { readonly kind: 'mov' }>['value'];

/** MOV between registers. */
function moved({ into, value }: Extract<Operation, { readonly kind: 'mov' }>, c: OpContext): GuestOp {
  return value.kind === 'register'
    ? { kind: 'move', into, value: 0, from: value.register }
    : {
        kind: 'move',
        into,
        value: c.f.number('A value of 4 bytes', value.value, -(2 ** 31), 2 ** 32 - 1) | 0,
      };
}

/** Where a variable is: 32 bits, by whoever may see that address. */
function ofVariable(name: Name, c: OpContext): At {
  const { variables } = c.layout;
  const found = variables.find((word) => word.name === name.text);
  if (found === undefined && variables.length === 0)
    c.f.error(
      name,
      `\`${name.text}\` is no address, and the text has no variables. Expected an address such as 0x40_0000, or \`variable ${name.text} at ADDRESS\` before the programs.`,
    );
  else if (found === undefined)
    c.f.known(
      'a variable',
      name,
      variables.map((word) => word.name),
    );
  const va = found?.va ?? ZERO;
  // Before paging is on there are no users yet.
  return { va, width: 4, cpl: !c.setup.pages || inKernelHalf(c.setup.mode, va) ? 0 : 3 };
}

/** What a register takes or gives has 32 bits unless something else is said, and then that is wrong. */
const registerWidth = (said: Access, register: GeneralRegister | undefined): Access =>
  register === undefined || said.width !== undefined ? said : { ...said, width: 'dword' };

function notThirtyTwo(at: Span, f: Findings): void {
  f.error(at, 'A register such as `eax` holds 32 bits. Expected `dword`, or no width.');
}

/** A value for so many bytes; where a register holds it, zero and the register. */
function givenValue(given: Given, at: At, c: OpContext): Pick<Store, 'value' | 'from'> {
  if (given.kind === 'register') return { value: ZERO, from: given.register };
  const bound = 2 ** (8 * Math.min(at.width, 4));
  if (at.width < 8) c.f.number(`A value of ${at.width} bytes`, given.value, -bound / 2, bound - 1);
  return { value: toWord(given.value) };
}

/** The places and values that a storing operand means. */
function stores(operand: Assigned, c: OpContext): readonly Store[] {
  if (operand.kind === 'variable') {
    const at = ofVariable(operand.name, c);
    return [{ at, ...givenValue(operand.value, at, c) }];
  }
  if (operand.kind === 'address') {
    const register = operand.value.kind === 'register' ? operand.value.register : undefined;
    const at = access(operand.va, registerWidth(operand, register), c);
    if (register !== undefined && at.width !== 4) notThirtyTwo(operand.va, c.f);
    return [{ at, ...givenValue(operand.value, at, c) }];
  }
  return places(operand.place, operand.value, c).map((place) => {
    const level = c.layout.tables.find((t) => t.frame === place.frame)?.level ?? 1;
    return {
      at: throughDirectMap(place, c),
      value: entryNodeWord(operand.value, place.nth, c.setup.mode, level, c.setup.nx, c.f),
    };
  });
}

function places(place: Place, value: EntryNode, c: OpContext): readonly PlacedAt[] {
  const all = placesOf(place, entriesOf(c.setup.mode), c.setup.machine.guestFrames, c.f);
  checkUp(value, all.length > 1, place.frame, c.f);
  return reachable(place, all, c);
}

/** Whoever changes memory from outside needs no mapping, and counts words of 8 bytes. */
function pokes(op: Extract<Operation, { readonly kind: 'poke' }>, c: OpContext): readonly PlacedAt[] {
  const all = placesOf(op.place, 512, c.setup.machine.guestFrames, c.f);
  checkUp(op.value, all.length > 1, op.place.frame, c.f);
  return all;
}

/** Entries are stored through the direct map, as a guest kernel does; one that does not show the frame is an error. */
function reachable(place: Place, all: readonly PlacedAt[], c: OpContext): readonly PlacedAt[] {
  const { direct } = c.layout;
  if (direct === undefined) {
    noDirectMap(place.frame, c.f);
    return [];
  }
  if (Number(place.frame.value) < direct.frames) return all;
  c.f.error(
    place.frame,
    `The direct map shows ${direct.frames} frames, and this is none of them. Expected a lower frame, or a larger \`direct\`.`,
  );
  return [];
}

function noDirectMap(at: { readonly from: number; readonly to: number }, f: Findings): void {
  f.error(
    at,
    'The guest kernel has no direct map, so it cannot reach its own tables. Expected a line such as `direct 0xffff_8100_0000_0000` above.',
  );
}

function throughDirectMap({ frame, index }: PlacedAt, c: OpContext): Store['at'] {
  const width = c.setup.mode.entryCells === 1 ? 4 : 8;
  const base = c.layout.direct?.base ?? ZERO;
  return { va: inDirectMap(base, frame, index * width), width, cpl: 0, entry: { frame, index } };
}

type Locked = Extract<GuestOp, { readonly kind: 'locked' }>;

function locked(op: LockedOp, operand: Assigned, c: OpContext): readonly Locked[] {
  return stores(operand, c).map(({ at, ...what }) => ({
    kind: 'locked',
    op,
    ...what,
    expected: ZERO,
    ...at,
  }));
}

/** LOCK OR with the bits, or LOCK AND with all others. Taking `x` away sets NX, and the other way round. */
function bitOps(
  op: Extract<Operation, { readonly kind: 'clear' | 'set' }>,
  c: OpContext,
): readonly GuestOp[] {
  if (op.rights.x)
    c.f.error(
      op,
      'Execution is the absence of a bit, and one locked operation cannot change the others. Expected r w user a d g or ps; for `x`, store the whole entry.',
    );
  const mask = flagsOf(op.rights);
  const value = op.kind === 'set' ? word(0, mask) : word(-1, ~mask);
  const all = reachable(
    op.place,
    placesOf(op.place, entriesOf(c.setup.mode), c.setup.machine.guestFrames, c.f),
    c,
  );
  return all.map((place) => ({
    kind: 'locked',
    op: op.kind === 'set' ? 'or' : 'and',
    value,
    expected: ZERO,
    ...throughDirectMap(place, c),
  }));
}
