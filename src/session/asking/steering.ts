import { nextTurn, pose } from '../../teach/questions';
import type { Session } from '../session';
import { goTo } from '../stepping';
import { askingOf, change, changeItem } from './answering';
import { put } from './asking';
import { currentItem, isOpen, scoreOf } from './state';

/** The person is the hypervisor from here on. Another time: no longer. */
export function toggleSteering(session: Session): void {
  if (askingOf(session).steering) leave(session);
  else {
    const { items } = askingOf(session);
    // A new game: its score begins with nothing.
    change(session, {
      items: items.filter(({ origin }) => origin !== 'turn'),
      steering: true,
      whyNot: false,
    });
    session.set({ playing: false });
    turnFrom(session, session.state.cursor);
  }
}

/** To the next moment at which something is decided. A question that is open is passed. */
export function nextDecision(session: Session): void {
  const item = currentItem(session.state.asking);
  if (item === undefined || item.origin !== 'turn') {
    turnFrom(session, session.state.cursor);
    return;
  }
  if (isOpen(item)) changeItem(session, item.id, { skipped: true });
  const { cursor, shown } = item.question;
  turnFrom(session, Math.max(shown, cursor + 1));
}

function turnFrom(session: Session, from: number): void {
  const { run } = session;
  if (run === undefined) return;
  let at = from;
  for (let turn = nextTurn(run, at); turn !== undefined; turn = nextTurn(run, at)) {
    const posed = pose(run, turn.cursor, turn.kind);
    if (posed.kind === 'ok') {
      goTo(session, turn.cursor);
      put(session, 'turn', posed.value);
      return;
    }
    at = turn.cursor + 1;
  }
  const { right, wrong, passed } = scoreOf(askingOf(session), true);
  session.say(
    right + wrong + passed === 0
      ? 'Nothing is decided any more in this run. Go back to an earlier step and try again.'
      : `That was the last decision of this run: ${right} right, ${wrong} wrong, ${passed} passed.`,
  );
  change(session, { steering: false, current: undefined });
}

/** The run shows what it does, and the question goes on being shown with its grade. */
export function showAnswer(session: Session): void {
  const item = currentItem(session.state.asking);
  if (item === undefined) return;
  session.set({ playing: false });
  if (session.state.cursor === item.question.cursor) session.travel(item.question.shown);
  else goTo(session, item.question.shown);
}

function leave(session: Session): void {
  const { right, wrong, passed } = scoreOf(askingOf(session), true);
  change(session, { steering: false, current: undefined });
  if (right + wrong + passed > 0)
    session.say(
      `As the hypervisor you were right ${right} times and wrong ${wrong} times; ${passed} passed.`,
    );
}
