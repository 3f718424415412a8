import { createStore, type StoreApi } from 'zustand/vanilla';
import { specWithout } from '../../checker';
import { BEAT, buildWorld, GivenChoices, Run } from '../../engine';
import type { Choice } from '../../kernel';
import type { Session } from '../session';
import type { Explored } from './opening';

export interface Left {
  readonly what: string;
  readonly at: number;
  /** What was broken there, by its printed name: to be seen here, too. */
  readonly where?: string;
}

/** A run that a person steers, choice by choice. */
export interface Steered {
  readonly explored: Explored;
  readonly run: Run;
  /** Steps that are taken; the run may have more, that were taken back. */
  readonly cursor: number;
  /** What was left, in words, and after how many of its steps. */
  readonly left: Left;
}

export interface SteeringState {
  readonly now: Steered | undefined;
}

/** A turn that never comes to the end of its beat stops here: a loop that waits, say. */
const LONGEST = 5_000;

/**
 * Steering by hand: the same steps, and the person is the scheduler. Nothing runs by itself: a choice takes one step, or the
 * actor's steps up to the end of a beat. Going back keeps what was taken, until another choice is made there.
 */
export class Steering {
  readonly store: StoreApi<SteeringState> = createStore<SteeringState>()(() => ({ now: undefined }));
  private given = new GivenChoices();

  get now(): Steered | undefined {
    return this.store.getState().now;
  }

  /** Begins where the first `at` choices of a schedule lead. */
  begin(explored: Explored, choices: readonly Choice[], at: number, what: string, where?: string): void {
    const run = this.made(explored, choices.slice(0, at));
    const left: Left = { what, at: run.length, ...(where !== undefined && { where }) };
    this.store.setState({ now: { explored, run, cursor: run.length, left } });
  }

  end(): void {
    this.store.setState({ now: undefined });
  }

  /** The actor goes on: by one step, or to the end of its beat. Nothing happens where it cannot. */
  take(choice: Choice, by: 'step' | 'beat'): void {
    const { now } = this;
    if (now === undefined) return;
    let { run, cursor } = now;
    run.seek(cursor);
    if (!run.world.enabled(choice.actor)) return;
    for (let i = 0; i < LONGEST; i++) {
      if (cursor < run.length && !follows(run, cursor, choice))
        run = this.made(now.explored, run.choices(0, cursor));
      if (cursor === run.length) {
        this.given.give(choice);
        run.extend(1);
      }
      cursor++;
      run.seek(cursor);
      if (by === 'step' || (run.flagsOf(cursor - 1) & BEAT) !== 0 || !run.world.enabled(choice.actor)) break;
    }
    // Where nobody can go on, the run ends: what is asked about its end is answered.
    if (cursor === run.length && !run.world.actors.some(({ index }) => run.world.enabled(index))) {
      run.extend(1);
      run.seek(cursor);
    }
    this.store.setState({ now: { ...now, run, cursor } });
  }

  /** To another moment of what has been taken. */
  seek(cursor: number): void {
    const { now } = this;
    if (now === undefined) return;
    const to = Math.max(0, Math.min(cursor, now.run.length));
    now.run.seek(to);
    this.store.setState({ now: { ...now, cursor: to } });
  }

  private made(explored: Explored, choices: readonly Choice[]): Run {
    const { spec, design, removed } = explored;
    this.given = new GivenChoices(choices);
    const run = new Run(buildWorld(specWithout(spec, removed), design), this.given);
    run.extend(choices.length);
    return run;
  }
}

/** Whether the next recorded step is the choice that is made again. */
function follows(run: Run, cursor: number, { actor, branch = 0 }: Choice): boolean {
  const [next] = run.choices(cursor, cursor + 1);
  return next !== undefined && next.actor === actor && (next.branch ?? 0) === branch;
}

const known = new WeakMap<Session, Steering>();

/** The session's one run that is steered by hand: it stays when the panel is closed. */
export function steeringOf(session: Session): Steering {
  let steering = known.get(session);
  if (steering === undefined) {
    steering = new Steering();
    known.set(session, steering);
  }
  return steering;
}
