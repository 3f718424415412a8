import { type FocusHistory, focusBack, focusForward, focusOn } from './focusHistory';
import type { Session } from './session';
import { actingAt, goTo } from './stepping';

/** Chooses something on the stage; every panel follows. `undefined` chooses nothing. */
export function focus(session: Session, entity: string | undefined, field?: string): void {
  const { state } = session;
  const step = state.cursor;
  const now =
    entity === undefined
      ? undefined
      : { step, actor: actingAt(session), entity, ...(field === undefined ? {} : { field }) };
  session.set({ focus: focusOn(state.focus, now) });
}

/** Back to what was chosen before, at the moment it was chosen. */
export function previousFocus(session: Session): void {
  travelTo(session, focusBack(session.state.focus));
}

export function nextFocus(session: Session): void {
  travelTo(session, focusForward(session.state.focus));
}

function travelTo(session: Session, history: FocusHistory): void {
  if (history === session.state.focus) return;
  session.set({ focus: history });
  if (history.now !== undefined && history.now.step !== session.state.cursor) goTo(session, history.now.step);
}
