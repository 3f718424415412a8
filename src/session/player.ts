import { VIOLATION } from '../engine';
import { BEAT_MS } from './motion';
import { notesBetween } from './notes';
import type { Session } from './session';

/** A note is held for as long as it takes to read, at 1×. */
const NOTE_MS = 2_800;

/**
 * Playing: one beat after the other until the end, or until an invariant breaks, where a person wants to look. Where nothing
 * moves (reduced motion, instant) beats follow each other at the same pace all the same.
 */
export function play(session: Session): void {
  const { state } = session;
  if (state.playing || session.run === undefined) return;
  if (state.cursor >= state.length) session.jump(0);
  session.set({ playing: true });
  next(session);
}

export function pause(session: Session): void {
  session.set({ playing: false });
}

function next(session: Session): void {
  const { run, state } = session;
  if (run === undefined || !state.playing) return;
  if (state.cursor >= state.length) {
    session.set({ playing: false });
    return;
  }
  const from = state.cursor;
  const to = run.beatAfter(from);
  const arrived = (): void => {
    const undisturbed = session.state.playing && session.state.cursor === to;
    if (!undisturbed || broke(session, from, to)) pause(session);
    else if (notesBetween(session, from, to).length > 0) {
      wait(session, NOTE_MS / session.state.speed, () => next(session));
    } else next(session);
  };
  if (session.beatLasts > 0) {
    session.travel(to, arrived);
    return;
  }
  session.travel(to);
  wait(session, BEAT_MS / state.speed, arrived);
}

function broke({ run }: Session, from: number, to: number): boolean {
  if (run === undefined) return true;
  for (let step = from; step < to; step++) if ((run.flagsOf(step) & VIOLATION) !== 0) return true;
  return false;
}

function wait(session: Session, milliseconds: number, then: () => void): void {
  const began = session.frames.now;
  const { cursor } = session.state;
  session.frames.animate((now) => {
    // Somebody paused, or moved on in the meantime: what was waited for is not wanted any more.
    if (!session.state.playing || session.state.cursor !== cursor) return false;
    if (now - began < milliseconds) return true;
    then();
    return false;
  });
}
