import { OP_ENDED, OP_STARTED } from '../engine';
import { pause } from './player';
import type { Session } from './session';

export function beatForward(session: Session): void {
  const { run, state } = session;
  if (run === undefined) return;
  pause(session);
  session.travel(run.beatAfter(state.cursor));
}

export function beatBack(session: Session): void {
  const { run, state } = session;
  if (run === undefined) return;
  pause(session);
  session.travel(run.beatBefore(state.cursor));
}

export function stepBy(session: Session, steps: 1 | -1): void {
  pause(session);
  session.travel(session.state.cursor + steps);
}

export function goTo(session: Session, cursor: number): void {
  pause(session);
  session.jump(cursor);
}

/** To the nearest moment, before or after, whose step carries one of the flags; says so when there is none. */
export function goToFlag(session: Session, flags: number, direction: 1 | -1, what: string): void {
  const { run, state } = session;
  if (run === undefined) return;
  const to = run.nextFlag(state.cursor, flags, direction);
  if (to === undefined)
    session.say(`There is no ${what} ${direction === 1 ? 'after' : 'before'} step ${state.cursor}.`);
  else goTo(session, to);
}

/** Where the vCPU that acts now begins its next operation. */
export function nextOperation(session: Session): void {
  const { run, state } = session;
  if (run === undefined) return;
  const actor = actingAt(session);
  for (let step = state.cursor; step < run.length; step++) {
    if (run.actorOf(step) === actor && (run.flagsOf(step) & OP_STARTED) !== 0) {
      goTo(session, step + 1);
      return;
    }
  }
  const name = run.world.actors[actor]?.name ?? 'this actor';
  session.say(`${name} begins no further operation after step ${state.cursor}.`);
}

/** Where the operation that is under way ends. */
export function endOfOperation(session: Session): void {
  const { run, state } = session;
  if (run === undefined) return;
  const actor = actingAt(session);
  for (let step = state.cursor; step < run.length; step++) {
    if (run.actorOf(step) === actor && (run.flagsOf(step) & OP_ENDED) !== 0) {
      goTo(session, step + 1);
      return;
    }
  }
}

/** Who took the step that led here; before the first step, who takes it. */
export function actingAt(session: Session): number {
  const { run, state } = session;
  if (run === undefined || run.length === 0) return 0;
  return run.actorOf(Math.max(0, Math.min(state.cursor, run.length) - 1));
}
