import { ensure, fnv1a } from '../base';
import type { Thread } from './thread';

/** What a lane's tick is coloured by. */
export type LaneKind = 'guest' | 'walk' | 'hypervisor' | 'resync' | 'hardware' | 'drain' | 'idle';

/**
 * What a step may touch, for the checker: `private` (only the actor's own cells), `locked` (cells a held lock protects),
 * `buffered` (the actor's own cells and the tail of its own store buffer: nobody sees it yet, but what drains comes later),
 * `racy` (memory another actor may be using; also what takes or releases a lock). All but racy steps may be fused.
 */
export type Touch = 'private' | 'locked' | 'buffered' | 'racy';

/**
 * One labelled atomic step: at most one access to memory that another actor may race on.
 * `run` does it and names the next label (by default the one below). `P` is the part of the world the procedure works on.
 */
export interface Step<P> {
  readonly label: string;
  /** One line of pseudo-code. Leading spaces (two per level) are its indentation. */
  readonly line: string;
  readonly run: (t: Thread, part: P) => void;
  /**
   * One sentence in plain words: what just happened and why. Evaluated after the step, with the step's locals still readable
   * through `t` even if its procedure has returned. Every step has one: whoever opens a beat reads it step by step.
   */
  readonly say: string | ((t: Thread, part: P) => string);
  /** The step ends a beat: what a person takes in at once. */
  readonly beat?: boolean;
  /** The step can only be taken while this holds (a lock is free, a buffer is empty). Reads, never writes. */
  readonly when?: (t: Thread, part: P) => boolean;
  /** Racy if left out. A function where it depends on the machine (a store is buffered only where there are buffers). Reads, never writes. */
  readonly touch?: Touch | ((t: Thread, part: P) => Touch);
  readonly lane?: LaneKind;
}

/** A table of steps, with named local variables (cells on the actor's stack) and the part of the world it works on. */
export interface Procedure<P = unknown> {
  readonly name: string;
  /** Stable in every build: what the stack holds to say which procedure this is. */
  readonly id: number;
  /** Which part of the world `run` is given. */
  readonly part: string;
  readonly lane: LaneKind;
  /** One line: what it is for, and where it comes from. */
  readonly about: string;
  readonly slots: readonly string[];
  readonly steps: readonly Step<P>[];
  readonly labels: ReadonlyMap<string, number>;
}

const registered = new Map<number, Procedure>();
const byName = new Map<string, Procedure>();

/** What `procedure` is given: a table of steps as it is written down. */
export interface ProcedureSpec<P> {
  readonly name: string;
  readonly part: string;
  readonly lane: LaneKind;
  readonly about: string;
  /** Local variables; the arguments of a call fill the first ones. See `slots`. */
  readonly slots: Readonly<Record<string, number>>;
  readonly steps: readonly Step<P>[];
}

/** Names local variables and gives each its slot: `const L = slots('vaLo', 'vaHi')`, then `t.get(L.vaLo)`. */
export function slots<const N extends string>(...names: N[]): Readonly<Record<N, number>> {
  return Object.fromEntries(names.map((name, i) => [name, i])) as Record<N, number>;
}

/** A step with all its properties, in one order, whichever were given: whoever takes steps meets one shape of object. */
const sameShape = <P>({ label, line, run, say, beat, when, touch, lane }: Step<P>): Step<P> => ({
  label,
  line,
  run,
  say,
  beat,
  when,
  touch,
  lane,
});

/** Declares a procedure once, at module level. Labels must differ; names too. */
export function procedure<P>(spec: ProcedureSpec<P>): Procedure<P> {
  const labels = new Map<string, number>();
  spec.steps.forEach((step, i) => {
    ensure(!labels.has(step.label), `${spec.name}: label ${step.label} is used once`);
    labels.set(step.label, i);
  });
  const id = fnv1a(spec.name) | 1; // never 0: an empty stack slot is 0
  const { name, part, lane, about } = spec;
  const steps = spec.steps.map(sameShape);
  const made: Procedure<P> = { name, id, part, lane, about, slots: Object.keys(spec.slots), steps, labels };
  ensure(!registered.has(id), `procedure name ${spec.name} is new (also as a hash)`);
  registered.set(id, made as Procedure);
  byName.set(spec.name, made as Procedure);
  return made;
}

/** The procedure that a frame on a stack names. Throws if nothing of that id was ever declared. */
export function procedureById(id: number): Procedure {
  const found = registered.get(id);
  if (found === undefined) throw new Error(`no procedure has id ${id}`);
  return found;
}

/** By name, as anchors and links have it; undefined where this build has none of that name. */
export function procedureNamed(name: string): Procedure | undefined {
  return byName.get(name);
}

/** All that have been declared so far. A design that is fetched later brings its own. */
export function procedures(): readonly Procedure[] {
  return [...byName.values()];
}
