import type { Session } from '../../session/session';
import { TraceDesk } from './desk';

const known = new WeakMap<Session, TraceDesk>();

/** The session's one trace: it stays open when the page is left. */
export function deskOf(session: Session): TraceDesk {
  let desk = known.get(session);
  if (desk === undefined) {
    desk = new TraceDesk(
      () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }),
      () => session.frames.begin('trace'),
    );
    known.set(session, desk);
  }
  return desk;
}
