import { fail, ok, type Result, type Word } from '../../base';
import { OP_STARTED, type Run } from '../../engine';
import { type GuestOp, MemoryRead, MemoryWritten, StoreBuffered } from '../../machine';
import {
  type Instruction,
  type LitmusTest,
  type Proposition,
  REGISTERS,
  type Register,
} from '../litmus/test';

/** Where an operation met memory, and what it read there. */
interface Met {
  readonly frame: number;
  readonly offset: number;
  readonly width: number;
  readonly read: number | undefined;
}

const NAMES = 'xyzabcdefghijklmnopqrstuvw';
/** EAX is kept for CMPXCHG. */
const FREE: readonly Register[] = REGISTERS.filter((name) => name !== 'EAX');

class NotExportable extends Error {}

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

  constructor(private readonly run: Run) {
    this.met = meetings(run);
  }

  test(): LitmusTest {
    const { spec } = this.run.built;
    if (spec.host.length > 0)
      throw new NotExportable('The host takes part in this scenario, and a litmus test has threads only.');
    const threads = spec.programs.map((ops, v) => this.thread(ops, v));
    const memory = new Map<string, number>();
    for (const [place, name] of this.places) {
      const [frame = 0, offset = 0] = place.split(':').map(Number);
      memory.set(name, this.wordAt(0, frame, offset));
      const end = this.wordAt(this.run.length, frame, offset);
      this.facts.push({ kind: 'memory', location: name, value: end });
    }
    const name = spec.title.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-|-$/g, '') || 'scenario';
    const proposition = this.facts.reduceRight<Proposition>(
      (right, left) => (right.kind === 'constant' ? left : { kind: 'and', left, right }),
      { kind: 'constant', holds: true },
    );
    return { name, threads, registers: this.registers, memory, quantifier: 'exists', proposition };
  }

  private wordAt(cursor: number, frame: number, offset: number): number {
    const { memory } = this.run.built.machine;
    return this.run.peek(cursor, () => memory.read32(frame, offset >> 2));
  }

  private thread(ops: readonly GuestOp[], v: number): Instruction[] {
    const out: Instruction[] = [];
    let used = 0;
    const next = (): Register => {
      const register = FREE[used++];
      if (register === undefined)
        throw new NotExportable(
          `vCPU ${v} reads more than ${FREE.length} values, and has no more registers.`,
        );
      return register;
    };
    ops.forEach((op, n) => {
      switch (op.kind) {
        case 'mfence':
          out.push({ kind: 'mfence' });
          return;
        case 'load': {
          const to = next();
          out.push({ kind: 'load', to, location: this.location(v, n) });
          this.reads(v, n, to);
          return;
        }
        case 'store': {
          const value = this.small(op.value, v, n);
          out.push({ kind: 'store', location: this.location(v, n), from: { kind: 'immediate', value } });
          return;
        }
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
    const value = this.small(op.value, v, n);
    if (op.op === 'add') {
      out.push({ kind: 'add', location, from: { kind: 'immediate', value } });
      return;
    }
    if (op.op !== 'xchg' && op.op !== 'cmpxchg') throw this.unknown(v, n);
    const register = next();
    this.registers.push({ thread: v, register, value });
    if (op.op === 'xchg') {
      out.push({ kind: 'xchg', location, register });
      this.reads(v, n, register);
      return;
    }
    const expected = this.small(op.expected, v, n);
    out.push({ kind: 'move', to: 'EAX', from: { kind: 'immediate', value: expected } });
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
        `${this.named(v, n)} does not reach memory in this run, so it has no location.`,
      );
    const { frame, offset } = met;
    if (offset % 4 !== 0) throw new NotExportable(`${this.named(v, n)} is not aligned to a 32-bit word.`);
    const place = `${frame}:${offset}`;
    let name = this.places.get(place);
    if (name === undefined) {
      name = NAMES[this.places.size];
      if (name === undefined) throw new NotExportable('The programs use more words than there are letters.');
      this.places.set(place, name);
    }
    return name;
  }

  private small({ hi, lo }: Word, v: number, n: number): number {
    if (hi !== 0) throw new NotExportable(`${this.named(v, n)} has a value of more than 32 bits.`);
    return lo;
  }

  private named(v: number, n: number): string {
    return `vCPU ${v}: \`${this.run.built.spec.sources[v]?.[n]?.text.trim() ?? `operation ${n}`}\``;
  }

  private unknown(v: number, n: number): NotExportable {
    return new NotExportable(
      `${this.named(v, n)} has no counterpart in a litmus test, which knows loads, stores, MFENCE and locked operations.`,
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
