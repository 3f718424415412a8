import type { Choice, Violation } from '../kernel';

/** How far an exploration has come. */
export interface Covered {
  /** Distinct states, the first one included. */
  readonly states: number;
  /** Steps taken from one state to another, also to one already seen. */
  readonly transitions: number;
  /** Most steps from the first state to another along the way it was first found. */
  readonly depth: number;
  /** Bytes of states, stack and journal. */
  readonly bytes: number;
  /** States that break an invariant, and steps that do. */
  readonly violations: number;
  /** States in which nobody can run though somebody is not done. */
  readonly deadlocks: number;
}

/** Where an exploration stops whatever it has found. */
export interface Bounds {
  readonly states: number;
  /** Steps from the first state. */
  readonly depth: number;
  readonly bytes: number;
}

/** What a page can bear: about 1 GiB. */
export const PAGE_BOUNDS: Bounds = { states: 50_000_000, depth: 1_000_000, bytes: 2 ** 30 };

/** A choice of schedule that leads from the first state to the finding; taking it again finds it again. */
export type Schedule = readonly Choice[];

/** What an exploration found, and how far it came. */
export type Outcome =
  /** Every reachable state was visited and nothing is wrong in any. */
  | {
      readonly kind: 'holds';
      readonly covered: Covered;
      /** Invariants that were judged by what happened before: states do not show it, so they hold on the ways that were tried. */
      readonly tried?: readonly string[];
    }
  | {
      readonly kind: 'violation';
      readonly violation: Violation;
      readonly schedule: Schedule;
      readonly covered: Covered;
    }
  | {
      readonly kind: 'deadlock';
      /** Who is not done, by name. */
      readonly actors: readonly string[];
      readonly schedule: Schedule;
      readonly covered: Covered;
    }
  | {
      readonly kind: 'livelock';
      /** Who takes steps in the cycle, by name. */
      readonly actors: readonly string[];
      /** To the first state that no schedule leads out of. */
      readonly schedule: Schedule;
      /** From there round and back to a state of the cycle. */
      readonly cycle: Schedule;
      readonly covered: Covered;
    }
  /** A bound was reached before anything was found: nothing is known about what lies beyond. */
  | {
      readonly kind: 'bound';
      readonly bound: keyof Bounds;
      readonly limit: number;
      readonly covered: Covered;
    }
  | { readonly kind: 'cancelled'; readonly covered: Covered };

const UNITS: Readonly<Record<keyof Bounds, string>> = { states: 'states', depth: 'steps', bytes: 'bytes' };

const counted = ({ states, transitions, depth }: Covered): string =>
  `${states.toLocaleString('en')} states, ${transitions.toLocaleString('en')} steps between them, at most ${depth} deep`;

function onWaysTried(names: readonly string[] = []): string {
  if (names.length === 0) return '';
  const many = names.length > 1;
  return ` ${names.join(' and ')} ${many ? 'are' : 'is'} judged by what happened on the way to a state, so ${many ? 'they hold' : 'it holds'} on the ways tried.`;
}

/** The outcome in a sentence or two: what was found, how far it went, what to do. */
export function outcomeText(outcome: Outcome): string {
  const { covered } = outcome;
  switch (outcome.kind) {
    case 'holds':
      return `Everything holds in every reachable state: ${counted(covered)}.${onWaysTried(outcome.tried)}`;
    case 'violation':
      return `${outcome.violation.invariant} breaks after ${outcome.schedule.length} steps: ${outcome.violation.says} Visited: ${counted(covered)}.`;
    case 'deadlock':
      return `Deadlock after ${outcome.schedule.length} steps: nobody can run, and ${outcome.actors.join(' and ')} ${outcome.actors.length === 1 ? 'is' : 'are'} not done. Visited: ${counted(covered)}.`;
    case 'livelock':
      return `Livelock after ${outcome.schedule.length} steps: from there no schedule comes to an end; ${outcome.actors.join(' and ')} can go round for ever. Visited: ${counted(covered)}.`;
    case 'bound':
      return `Stopped at the bound of ${outcome.limit.toLocaleString('en')} ${UNITS[outcome.bound]}. Nothing wrong among what was visited: ${counted(covered)}. What lies beyond is not known; raise the bound or make the scenario smaller.`;
    case 'cancelled':
      return `Cancelled. Nothing wrong among what was visited: ${counted(covered)}.`;
  }
}
