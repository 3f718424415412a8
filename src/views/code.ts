import type { Run } from '../engine';
import type { Procedure } from '../kernel';

export interface CodeLine {
  readonly label: string;
  readonly text: string;
  /** Two spaces are one level. */
  readonly indent: number;
}

/** What an actor runs, as its own table of steps. */
export interface CodeView {
  readonly actor: number;
  readonly name: string;
  /** `ran`: the line is what the last step did; `next`: it waits there; `idle`: nothing left to run. */
  readonly state: 'ran' | 'next' | 'idle';
  /** Procedures from the outermost to the innermost. */
  readonly stack: readonly string[];
  readonly procedure: string;
  readonly about: string;
  readonly lines: readonly CodeLine[];
  /** Index into `lines` of the current one; -1 when idle. */
  readonly current: number;
  readonly locals: readonly { readonly name: string; readonly value: number }[];
}

const linesOfProcedure = new WeakMap<Procedure, readonly CodeLine[]>();

/** The pseudo-code of a procedure: the very table that runs. The same procedure gives the same array. */
export function codeLines(procedure: Procedure): readonly CodeLine[] {
  let lines = linesOfProcedure.get(procedure);
  if (lines === undefined) {
    lines = procedure.steps.map(({ label, line }) => {
      const text = line.trimStart();
      return { label, text, indent: Math.floor((line.length - text.length) / 2) };
    });
    linesOfProcedure.set(procedure, lines);
  }
  return lines;
}

/** What a procedure is for, in a line. Sections of the fact sheet are for those who read the code. */
export const aboutOf = (procedure: Procedure): string => withoutSheet(procedure.about);

export const withoutSheet = (about: string): string => about.replace(/ \(sheet [^)]*\)/, '');

/** Actors whose code can be looked at: those with a stack that have a part in this run. */
export function codeActors(run: Run): readonly { readonly index: number; readonly name: string }[] {
  return run.world.actors
    .filter(
      (actor) =>
        actor.thread !== undefined &&
        (actor.kind === 'vcpu' || (run.built.machine.programs[actor.index]?.length ?? 0) > 0),
    )
    .map(({ index, name }) => ({ index, name }));
}

/** What the actor of the last step just ran, or, for the others, the line they wait at. */
export function codeAt(run: Run, cursor: number, actor: number): CodeView {
  const name = run.world.actors[actor]?.name ?? '';
  const ran = cursor > 0 && run.actorOf(cursor - 1) === actor;
  // Before the step its procedure is still on the stack, even if the step then returned.
  return run.peek(ran ? cursor - 1 : cursor, () => {
    const frames = run.world.actors[actor]?.thread?.frames() ?? [];
    const top = frames.at(-1);
    if (top === undefined) {
      return {
        actor,
        name,
        state: 'idle',
        stack: [],
        procedure: '',
        about: '',
        lines: [],
        current: -1,
        locals: [],
      };
    }
    const locals = Object.entries(top.locals).map(([local, value]) => ({ name: local, value }));
    return {
      actor,
      name,
      state: ran ? 'ran' : 'next',
      stack: frames.map((frame) => frame.procedure.name),
      procedure: top.procedure.name,
      about: aboutOf(top.procedure),
      lines: codeLines(top.procedure),
      current: top.pc,
      locals,
    };
  });
}
