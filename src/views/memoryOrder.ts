import type { Run } from '../engine';
import { GENERAL_REGISTERS, type GeneralRegister, MemoryRead, MemoryWritten } from '../machine';
import { type BufferView, buffersAt } from './buffers';
import { type ProgramOp, programsAt } from './program';

/** A vCPU as a program sees it: where it is, what its registers hold, and what it holds back. */
export interface ProcessorView {
  readonly vcpu: number;
  /** Its program, as written, and how far it has come. */
  readonly program: readonly Pick<ProgramOp, 'op' | 'text' | 'state'>[];
  readonly acts: boolean;
  readonly registers: readonly { readonly name: string; readonly value: string; readonly changed: boolean }[];
  readonly buffer: BufferView | undefined;
}

/** A variable as memory itself has it. */
export interface VariableView {
  readonly name: string;
  readonly value: string;
  readonly state: 'idle' | 'read' | 'written';
}

/** A run of programs that only read and write variables, with no page tables about: processors, their buffers, memory. */
export interface MemoryOrderView {
  readonly processors: readonly ProcessorView[];
  readonly variables: readonly VariableView[];
}

/** The picture after the beat of cursors [from, to]. */
export function memoryOrderAt(run: Run, from: number, to: number): MemoryOrderView {
  const { machine } = run.built;
  const named = namedRegisters(run);
  const before = run.peek(from, () => named.map((list, v) => list.map((name) => machine.vcpu(v).get(name))));
  const buffers = machine.storeBuffers.depth > 0 ? buffersAt(run, from, to) : [];
  const programs = programsAt(run, to);
  const acting = new Set<number>();
  for (let step = from; step < to; step++) acting.add(run.actorOf(step));
  return run.peek(to, () => ({
    processors: machine.regs.map(
      (registers, v): ProcessorView => ({
        vcpu: v,
        program: programs.find(({ actor }) => actor === v)?.ops ?? [],
        acts: acting.has(v),
        registers: (named[v] ?? []).map((name, i) => ({
          name: name.toUpperCase(),
          value: String(registers.get(name)),
          changed: registers.get(name) !== before[v]?.[i],
        })),
        buffer: buffers[v],
      }),
    ),
    variables: machine.words.map(({ name, gfn, offset }): VariableView => {
      const frame = machine.gfnToMfn(gfn);
      const value = String(machine.memory.read32(frame, offset >>> 2));
      return { name, value, state: touchedIn(run, from, to, frame, offset) };
    }),
  }));
}

/** Registers that a vCPU's program names, or that the scenario asks about. */
function namedRegisters(run: Run): GeneralRegister[][] {
  const { programs, prologue } = run.built.spec;
  return programs.map((ops, v) => {
    const own = [...prologue.filter(({ actor }) => actor === v).map(({ op }) => op), ...ops];
    const names = new Set(
      own.flatMap((op) => [...('into' in op ? [op.into] : []), ...('from' in op ? [op.from] : [])]),
    );
    return GENERAL_REGISTERS.filter((name) => names.has(name));
  });
}

function touchedIn(run: Run, from: number, to: number, frame: number, offset: number): VariableView['state'] {
  let state: VariableView['state'] = 'idle';
  for (const event of run.eventsIn(from, to)) {
    if (event.frame !== frame || event.offset !== offset) continue;
    if (event.kind === MemoryWritten.kind) return 'written';
    if (event.kind === MemoryRead.kind) state = 'read';
  }
  return state;
}
