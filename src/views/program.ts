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
  /** The operations around the current one; all of them when they are few. */
  readonly ops: readonly ProgramOp[];
  /** How many there are before and after those. */
  readonly before: number;
  readonly after: number;
}

/** A program longer than this is shown in part: nobody reads thousands of lines, and drawing them takes longer than a beat. */
const SHOWN = 40;

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
    const starts = times.starts[actor] ?? [];
    const ends = times.ends[actor] ?? [];
    const now = begun(starts, cursor) - 1;
    const first = Math.max(0, Math.min(now - SHOWN / 2, sources.length - SHOWN));
    const shown = sources.slice(first, first + SHOWN);
    const ops = shown.map((source, i): ProgramOp => {
      const op = first + i;
      const end = ends[op];
      const start = starts[op];
      const state =
        end !== undefined && end <= cursor
          ? 'done'
          : start !== undefined && start <= cursor
            ? 'now'
            : 'waiting';
      return { op, text: source.text, state, starts: start };
    });
    const name = run.world.actors[actor]?.name ?? `actor ${actor}`;
    return [{ actor, name, ops, before: first, after: sources.length - first - ops.length }];
  });
}

/** How many operations have begun by then: they begin in order. */
function begun(starts: readonly (number | undefined)[], cursor: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? Number.POSITIVE_INFINITY) <= cursor) low = middle + 1;
    else high = middle;
  }
  return low;
}
