import type { Controls } from '../../session/controls';
import { pause, play } from '../../session/player';
import type { Session } from '../../session/session';

/** How long the end of the example is left standing before it begins anew, in milliseconds. */
const REST_MS = 3_000;

/**
 * The moment of the first scenario at which a still picture says most: a table is out of sync, its snapshot stands in the penumbra,
 * and one entry of its shadow is stale.
 */
const TELLING = { actor: 1, op: 0, label: 'guest_access.memory', nth: 0 };

/** Where motion is not wanted, the example stands at its most telling moment instead of before its first step. */
export function standStill({ session, sources }: Controls): void {
  const { run, state } = session;
  const untouched = state.cursor === 0 && state.branch === 0 && state.library === sources.first;
  if (run === undefined || !untouched || session.beatLasts > 0) return;
  const { cursor, exact } = run.find(TELLING);
  if (exact) session.jump(cursor);
}

/**
 * The example plays by itself, over and over, until somebody pauses it or goes elsewhere. Where motion is not wanted it does
 * not begin. Returns what ends it.
 */
export function playByItself(session: Session): () => void {
  const { state } = session;
  const untouched = state.cursor === 0 && state.branch === 0 && session.run !== undefined;
  if (!untouched || session.beatLasts === 0) return () => undefined;
  let restSince: number | undefined;
  const again = (now: number): boolean => {
    restSince ??= now;
    if (now - restSince < REST_MS) return true;
    restSince = undefined;
    play(session);
    return false;
  };
  const unsubscribe = session.store.subscribe((now, before) => {
    if (before.playing && !now.playing && now.cursor >= now.length && now.page?.name === 'home')
      session.frames.animate(again);
  });
  play(session);
  return () => {
    unsubscribe();
    session.frames.stop(again);
    if (session.state.page !== undefined) pause(session);
  };
}
