import { assertNever, fail, ok, type Result, type Word } from '../../base';
import { type Proposition as Asked, OP_STARTED, type Run } from '../../engine';
import {
  GENERAL_REGISTERS,
  type GeneralRegister,
  type GuestOp,
  MemoryRead,
  MemoryWritten,
  StoreBuffered,
} from '../../machine';
import {
  type Instruction,
  type LitmusTest,
  type Proposition,
  REGISTERS,
  type Register,
  type Source,
} from '../litmus/test';

/** Where an operation met memory, and what it read there. */
interface Met {
  readonly frame: number;
  readonly offset: number;
  readonly width: number;
  readonly read: number | undefined;
}

const QUANTIFIERS = { sometimes: 'exists', never: '~exists', always: 'forall' } as const;
const NAMES = 'xyzabcdefghijklmnopqrstuvw';

/** As a litmus test writes it. */
const upper = (name: GeneralRegister): Register => name.toUpperCase() as Register;
const fromRegister = (name: GeneralRegister): Source => ({ kind: 'register', register: upper(name) });

class NotExportable extends Error {}

/** Registers that a question asks about: no program need name them. */
function askedOf(p: Asked): GeneralRegister[] {
  switch (p.kind) {
    case 'register':
      return [p.register];
    case 'not':
      return askedOf(p.of);
    case 'and':
    case 'or':
      return [...askedOf(p.left), ...askedOf(p.right)];
    default:
      return [];
  }
}

/**
 * The guest programs of a run as a litmus test: each vCPU a thread, each word a location, and the question whether the run's
 * own end can come about. Only loads, stores, MFENCE and locked operations on 32-bit values have a counterpart there: what
 * else a program does is said in the error. The run must have been recorded to its end.
 */
export function litmusOf(run: Run): Result<LitmusTest, string> {
  try {
    return ok(new Translation(run).test());
  } catch (error) {
    if (error instanceof NotExportable) return fail(error.message);
    throw error;
  }
}

class Translation {
  private readonly places = new Map<string, string>();
  private readonly met: readonly (Met | undefined)[][];
  private readonly registers: LitmusTest['registers'][number][] = [];
  private readonly facts: Proposition[] = [];
  /** Registers that the programs, or the question, name themselves. */
  private readonly named: readonly GeneralRegister[];
  /** Registers for values that nobody names. EAX is kept for CMPXCHG. */
  private readonly free: readonly Register[];

  constructor(private readonly run: Run) {
    this.met = meetings(run);
    const { programs, question } = run.built.spec;
    const named = new Set([
      ...programs
        .flat()
        .flatMap((op) => [...('into' in op ? [op.into] : []), ...('from' in op ? [op.from] : [])]),
      ...(question === undefined ? [] : askedOf(question.proposition)),
    ]);
    this.named = GENERAL_REGISTERS.filter((name) => named.has(name));
    this.free = REGISTERS.filter((name) => name !== 'EAX' && !this.named.some((one) => upper(one) === name));
  }

  test(): LitmusTest {
    const { spec } = this.run.built;
    if (spec.host.length > 0)
      throw new NotExportable('The host takes part in this scenario, and a litmus test has threads only.');
    const threads = spec.programs.map((ops, v) => this.thread(ops, v));
    const { question } = spec;
    const asked = question && this.asked(question.proposition);
    const memory = new Map<string, number>();
    for (const [place, name] of this.places) {
      const [frame = 0, offset = 0] = place.split(':').map(Number);
      memory.set(name, this.wordAt(0, frame, offset));
      const end = this.wordAt(this.run.length, frame, offset);
      this.facts.push({ kind: 'memory', location: name, value: end });
    }
    for (const name of this.named) {
      for (let v = 0; v < threads.length; v++) {
        const value = this.run.peek(0, () => this.run.built.machine.vcpu(v).get(name));
        if (value !== 0) this.registers.push({ thread: v, register: upper(name), value });
      }
    }
    const name = spec.title.replace(/[^A-Za-z0-9+]+/g, '-').replace(/^-|-$/g, '') || 'scenario';
    const test = { name, threads, registers: this.registers, memory };
    if (question !== undefined && asked !== undefined)
      return { ...test, quantifier: QUANTIFIERS[question.quantifier], proposition: asked };
    const proposition = this.facts.reduceRight<Proposition>(
      (right, left) => (right.kind === 'constant' ? left : { kind: 'and', left, right }),
      { kind: 'constant', holds: true },
    );
    return { ...test, quantifier: 'exists', proposition };
  }

  /** The scenario's own question, in the words of a litmus test. */
  private asked(p: Asked): Proposition {
    switch (p.kind) {
      case 'register':
        return { kind: 'register', thread: p.vcpu, register: upper(p.register), value: p.value };
      case 'memory':
        return {
          kind: 'memory',
          location: this.place(this.run.built.machine.gfnToMfn(p.gfn), p.offset),
          value: p.value,
        };
      case 'constant':
        return p;
      case 'not':
        return { kind: 'not', of: this.asked(p.of) };
      case 'and':
      case 'or':
        return { kind: p.kind, left: this.asked(p.left), right: this.asked(p.right) };
      default:
        return assertNever(p);
    }
  }

  private wordAt(cursor: number, frame: number, offset: number): number {
    const { memory } = this.run.built.machine;
    return this.run.peek(cursor, () => memory.read32(frame, offset >> 2));
  }

  private thread(ops: readonly GuestOp[], v: number): Instruction[] {
    const out: Instruction[] = [];
    let used = 0;
    const next = (): Register => {
      const register = this.free[used++];
      if (register === undefined)
        throw new NotExportable(
          `vCPU ${v} reads more than ${this.free.length} values, and has no more registers.`,
        );
      return register;
    };
    ops.forEach((op, n) => {
      switch (op.kind) {
        case 'mfence':
          out.push({ kind: 'mfence' });
          return;
        case 'load': {
          const to = op.into === undefined ? next() : upper(op.into);
          out.push({ kind: 'load', to, location: this.location(v, n) });
          this.reads(v, n, to);
          return;
        }
        case 'store':
          out.push({ kind: 'store', location: this.location(v, n), from: this.given(op, v, n) });
          return;
        case 'move':
          out.push({
            kind: 'move',
            to: upper(op.into),
            from: op.from === undefined ? { kind: 'immediate', value: op.value } : fromRegister(op.from),
          });
          return;
        case 'locked':
          this.locked(op, v, n, out, next);
          return;
        default:
          throw this.unknown(v, n);
      }
    });
    return out;
  }

  private locked(
    op: Extract<GuestOp, { kind: 'locked' }>,
    v: number,
    n: number,
    out: Instruction[],
    next: () => Register,
  ): void {
    const location = this.location(v, n);
    const given = this.given(op, v, n);
    if (op.op === 'add') {
      out.push({ kind: 'add', location, from: given });
      return;
    }
    if (op.op !== 'xchg' && op.op !== 'cmpxchg') throw this.unknown(v, n);
    const register = given.kind === 'register' ? given.register : next();
    if (given.kind === 'immediate') this.registers.push({ thread: v, register, value: given.value });
    if (op.op === 'xchg') {
      out.push({ kind: 'xchg', location, register });
      this.reads(v, n, register);
      return;
    }
    if (op.into === undefined) {
      const expected = this.small(op.expected, v, n);
      out.push({ kind: 'move', to: 'EAX', from: { kind: 'immediate', value: expected } });
    }
    out.push({ kind: 'cmpxchg', location, register });
  }

  /** The end says what was read. */
  private reads(thread: number, n: number, register: Register): void {
    const read = this.met[thread]?.[n]?.read;
    if (read !== undefined) this.facts.push({ kind: 'register', thread, register, value: read });
  }

  private location(v: number, n: number): string {
    const met = this.met[v]?.[n];
    if (met === undefined)
      throw new NotExportable(
        `${this.called(v, n)} does not reach memory in this run, so it has no location.`,
      );
    const { frame, offset } = met;
    if (offset % 4 !== 0) throw new NotExportable(`${this.called(v, n)} is not aligned to a 32-bit word.`);
    return this.place(frame, offset);
  }

  /** The location of a word: by the scenario's own name for it, if it has one. */
  private place(frame: number, offset: number): string {
    const place = `${frame}:${offset}`;
    let name = this.places.get(place);
    if (name === undefined) {
      const { machine } = this.run.built;
      const free = [...NAMES].filter((one) => !machine.words.some((word) => word.name === one));
      name = machine.wordAt(frame, offset)?.name ?? free[this.places.size];
      if (name === undefined) throw new NotExportable('The programs use more words than there are letters.');
      this.places.set(place, name);
    }
    return name;
  }

  private given(
    { value, from }: { readonly value: Word; readonly from?: GeneralRegister },
    v: number,
    n: number,
  ): Source {
    return from === undefined ? { kind: 'immediate', value: this.small(value, v, n) } : fromRegister(from);
  }

  private small({ hi, lo }: Word, v: number, n: number): number {
    // Minus one in 32 bits is written with 64.
    if (hi !== 0 && hi !== lo >> 31)
      throw new NotExportable(`${this.called(v, n)} has a value of more than 32 bits.`);
    return lo;
  }

  private called(v: number, n: number): string {
    return `vCPU ${v}: \`${this.run.built.spec.sources[v]?.[n]?.text.trim() ?? `operation ${n}`}\``;
  }

  private unknown(v: number, n: number): NotExportable {
    return new NotExportable(
      `${this.called(v, n)} has no counterpart in a litmus test, which knows loads, stores, MFENCE and locked operations.`,
    );
  }
}

/** Of every vCPU and operation: where it met memory last. An instruction that faulted and was tried again met it once. */
function meetings(run: Run): (Met | undefined)[][] {
  const out: (Met | undefined)[][] = run.built.spec.programs.map(() => []);
  const op: number[] = [];
  for (let step = 0; step < run.length; step++) {
    const v = run.actorOf(step);
    if ((run.flagsOf(step) & OP_STARTED) !== 0) op[v] = run.opOf(step);
    for (const event of run.eventsIn(step, step + 1)) {
      // A store that drains is no longer the vCPU's own step.
      if (event.actor !== v || event.vcpu !== v || out[v] === undefined) continue;
      const { kind, frame, offset, width, lo } = event;
      if (kind !== MemoryRead.kind && kind !== MemoryWritten.kind && kind !== StoreBuffered.kind) continue;
      const list = out[v] as (Met | undefined)[];
      const n = op[v] ?? 0;
      const read = kind === MemoryRead.kind ? Number(lo) : list[n]?.read;
      list[n] = { frame: Number(frame), offset: Number(offset), width: Number(width), read };
    }
  }
  return out;
}
