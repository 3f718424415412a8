import { assertNever, defined } from '../../base';
import { procedure, slots, type Thread } from '../../kernel';
import type { LitmusMachine } from './machine';
import type { Instruction } from './test';

const L = slots('at');
const who = (t: Thread): string => `P${t.actor}`;

/** The instruction that is next, or, for a caption, the one just done. */
function instruction<K extends Instruction['kind']>(
  t: Thread,
  m: LitmusMachine,
  back: 0 | 1,
  ...kinds: K[]
): Extract<Instruction, { kind: K }> {
  const found = m.instruction(t.actor, t.get(L.at) - back);
  const fits = found !== undefined && (kinds as readonly string[]).includes(found.kind);
  return defined(
    fits ? (found as Extract<Instruction, { kind: K }>) : undefined,
    `${kinds.join(' or ')} of ${who(t)}`,
  );
}

/** The label at which an instruction is done. */
function labelOf({ kind }: Instruction): string {
  switch (kind) {
    case 'load':
    case 'store':
    case 'move':
    case 'mfence':
      return kind;
    case 'xchg':
    case 'cmpxchg':
    case 'add':
      return 'locked';
    default:
      return assertNever(kind);
  }
}

function goTo(t: Thread, m: LitmusMachine, at: number): void {
  const next = m.instruction(t.actor, at);
  t.set(L.at, at);
  if (next === undefined) t.ret();
  else t.goto(labelOf(next));
}

const goOn = (t: Thread, m: LitmusMachine): void => goTo(t, m, t.get(L.at) + 1);
const drained = (t: Thread, m: LitmusMachine): boolean => m.buffers.empty(t.actor);

function lockedUpdate(t: Thread, m: LitmusMachine): void {
  const op = instruction(t, m, 0, 'xchg', 'cmpxchg', 'add');
  const v = t.actor;
  const old = m.inMemory(op.location);
  switch (op.kind) {
    case 'xchg':
      m.writeNow(op.location, m.register(v, op.register));
      m.setRegister(v, op.register, old);
      break;
    case 'cmpxchg':
      if (old === m.register(v, 'EAX')) m.writeNow(op.location, m.register(v, op.register));
      else m.setRegister(v, 'EAX', old);
      break;
    case 'add':
      m.writeNow(op.location, (old + m.value(v, op.from)) | 0);
      break;
    default:
      assertNever(op);
  }
}

/** A thread of a litmus test. Each instruction is one step: each makes at most one access, or is locked. */
export const litmusThread = procedure<LitmusMachine>({
  name: 'litmus_thread',
  part: 'litmus',
  lane: 'guest',
  about: "A thread of a litmus test in herd's X86 text, on x86-TSO.",
  slots: L,
  steps: [
    {
      label: 'begin',
      line: 'the first instruction',
      touch: 'private',
      run: (t, m) => goTo(t, m, 0),
      say: (t) => `${who(t)} begins.`,
    },
    {
      label: 'load',
      line: 'MOV reg,[x]',
      touch: 'racy',
      beat: true,
      run: (t, m) => {
        const { to, location } = instruction(t, m, 0, 'load');
        m.setRegister(t.actor, to, m.load(t.actor, location));
        goOn(t, m);
      },
      say: (t, m) => {
        const { to, location } = instruction(t, m, 1, 'load');
        return `${who(t)} reads ${m.register(t.actor, to)} from ${location} into ${to}.`;
      },
    },
    {
      label: 'store',
      line: 'MOV [x],value',
      touch: 'buffered',
      beat: true,
      run: (t, m) => {
        const { location, from } = instruction(t, m, 0, 'store');
        m.store(t.actor, location, m.value(t.actor, from));
        goOn(t, m);
      },
      say: (t, m) => {
        const { location, from } = instruction(t, m, 1, 'store');
        return `${who(t)} puts ${m.value(t.actor, from)} for ${location} into its store buffer. No other thread sees it yet.`;
      },
    },
    {
      label: 'move',
      line: 'MOV reg,value',
      touch: 'private',
      beat: true,
      run: (t, m) => {
        const { to, from } = instruction(t, m, 0, 'move');
        m.setRegister(t.actor, to, m.value(t.actor, from));
        goOn(t, m);
      },
      say: (t, m) => {
        const { to } = instruction(t, m, 1, 'move');
        return `${to} of ${who(t)} is now ${m.register(t.actor, to)}.`;
      },
    },
    {
      label: 'mfence',
      line: 'MFENCE: wait until the store buffer is empty',
      touch: 'private',
      beat: true,
      when: drained,
      run: goOn,
      say: (t) => `The store buffer of ${who(t)} is empty: everybody sees its stores.`,
    },
    {
      label: 'locked',
      line: 'XCHG, LOCK CMPXCHG, LOCK ADD, LOCK INC: with an empty buffer, memory at once',
      touch: 'racy',
      beat: true,
      when: drained,
      run: (t, m) => {
        lockedUpdate(t, m);
        goOn(t, m);
      },
      say: (t, m) => {
        const { kind, location } = instruction(t, m, 1, 'xchg', 'cmpxchg', 'add');
        return `${who(t)} does a locked ${kind} of ${location}, which now holds ${m.inMemory(location)}.`;
      },
    },
  ],
});
