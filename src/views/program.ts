import { OP_ENDED, OP_STARTED, type Run } from '../engine';

export interface ProgramOp {
  readonly op: number;
  readonly text: string;
  readonly state: 'done' | 'now' | 'waiting';
  /** Cursor at which it begins in this run; undefined when it never does. */
  readonly starts: number | undefined;
}

export interface ProgramOf {
  readonly actor: number;
  readonly name: string;
  readonly ops: readonly ProgramOp[];
}

interface Times {
  readonly length: number;
  /** Per actor and operation: the cursor after its first step, and after its last. */
  readonly starts: readonly (readonly (number | undefined)[])[];
  readonly ends: readonly (readonly (number | undefined)[])[];
}

const known = new WeakMap<Run, Times>();

function timesOf(run: Run): Times {
  const before = known.get(run);
  if (before?.length === run.length) return before;
  const count = run.built.spec.sources.length;
  const starts: (number | undefined)[][] = Array.from({ length: count }, () => []);
  const ends: (number | undefined)[][] = Array.from({ length: count }, () => []);
  for (let step = 0; step < run.length; step++) {
    const flags = run.flagsOf(step);
    const op = run.opOf(step);
    const actor = run.actorOf(step);
    const began = starts[actor];
    const ended = ends[actor];
    if (began === undefined || ended === undefined) continue;
    if ((flags & OP_STARTED) !== 0) began[op] ??= step + 1;
    if ((flags & OP_ENDED) !== 0) ended[op] = step + 1;
  }
  const times = { length: run.length, starts, ends };
  known.set(run, times);
  return times;
}

/** Everybody's program, with what each is doing at the cursor. */
export function programsAt(run: Run, cursor: number): readonly ProgramOf[] {
  const { spec } = run.built;
  const times = timesOf(run);
  return spec.sources.flatMap((sources, actor) => {
    if (sources.length === 0) return [];
    const ops = sources.map((source, op): ProgramOp => {
      const starts = times.starts[actor]?.[op];
      const ends = times.ends[actor]?.[op];
      const state =
        ends !== undefined && ends <= cursor
          ? 'done'
          : starts !== undefined && starts <= cursor
            ? 'now'
            : 'waiting';
      return { op, text: source.text, state, starts };
    });
    return [{ actor, name: run.world.actors[actor]?.name ?? `actor ${actor}`, ops }];
  });
}
