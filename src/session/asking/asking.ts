import type { Ask, Run } from '../../engine';
import { posable, poseAsk, type Question } from '../../teach/questions';
import type { Session } from '../session';
import { askingOf, change, changeItem, pointAt } from './answering';
import { currentItem, type Item, type ItemOrigin, isOpen } from './state';

interface PlacedAsk {
  readonly ask: Ask;
  readonly cursor: number;
}

/** The scenario's questions in the order of the run; those whose moment this run never comes to are left out. */
export function asksOf(run: Run): readonly PlacedAsk[] {
  return run.built.spec.asks
    .flatMap((ask) => {
      const { cursor, exact } = run.find(ask.at);
      return exact ? [{ ask, cursor }] : [];
    })
    .sort((a, b) => a.cursor - b.cursor);
}

/** Puts a question to the person: the card shows it. */
export function put(session: Session, origin: ItemOrigin, question: Question): void {
  const { items } = askingOf(session);
  const id = 1 + Math.max(0, ...items.map((item) => item.id));
  const item: Item = { id, origin, question, picked: [], grade: undefined, skipped: false };
  change(session, { items: [...items, item], current: id });
}

/**
 * Keeps up with the run on stage: a question of the scenario appears when its moment is reached, and playing stops there. A moment that
 * is asked about ends a beat, so that nobody is carried past it. Returns what ends it.
 */
export function followAsks(session: Session): () => void {
  let run: Run | undefined;
  let length = -1;
  let placed: readonly PlacedAsk[] = [];
  const reached = (): void => {
    const here = placed.find(({ cursor }) => cursor === session.state.cursor);
    const { asking } = session.state;
    // Somebody who looks at another page has not come to this moment.
    const elsewhere = session.state.page !== undefined;
    if (run === undefined || here === undefined || elsewhere || asking?.steering === true) return;
    const known = asking?.items.find(
      ({ origin, question }) => origin === 'scenario' && question.cursor === here.cursor,
    );
    if (known === undefined) {
      const posed = poseAsk(run, here.cursor, here.ask);
      if (posed.kind === 'ok') put(session, 'scenario', posed.value);
      else session.say(`The question at step ${here.cursor} cannot be asked: ${posed.error}`, 'wrong');
    } else if (asking?.current !== known.id) change(session, { current: known.id });
    const item = currentItem(session.state.asking);
    if (session.state.playing && item !== undefined && isOpen(item)) session.set({ playing: false });
  };
  const renewed = (): void => {
    const another = session.run !== run;
    if (another) {
      run = session.run;
      length = -1;
      if (session.state.asking !== undefined) session.set({ asking: undefined });
    }
    if (run === undefined || run.length === length) return;
    length = run.length;
    placed = asksOf(run);
    for (const { cursor } of placed) run.endBeat(cursor);
    // Where another run has come on stage, the cursor still is that of the one before.
    if (!another) reached();
  };
  renewed();
  reached();
  return session.store.subscribe((now, before) => {
    if (now.version !== before.version) renewed();
    else if (now.cursor !== before.cursor) reached();
    const entity = now.focus.now?.entity;
    if (entity !== undefined && now.focus !== before.focus) pointAt(session, entity);
  });
}

/** "Ask me": something about this very moment. Asked again, something else; then what was not answered yet. */
export function askMe(session: Session): void {
  const { run, state } = session;
  if (run === undefined) return;
  const { items, current } = askingOf(session);
  const here = items.filter(({ question }) => question.cursor === state.cursor);
  const offered = posable(run, state.cursor);
  // By the prompt: of bits, two things can be asked.
  const question = offered.find(({ prompt }) => !here.some((item) => item.question.prompt === prompt));
  const open = here.filter((item) => item.grade === undefined && item.id !== current);
  const [waiting] = open;
  if (question === undefined && waiting === undefined) {
    session.say(
      here.length === 0
        ? `There is nothing to ask about step ${state.cursor}: go on, or back, and try again.`
        : `That was all there is to ask about step ${state.cursor}: go on, or back, and try again.`,
    );
    return;
  }
  session.set({ playing: false });
  change(session, { steering: false });
  if (question !== undefined) put(session, 'wanted', question);
  else if (waiting !== undefined) {
    changeItem(session, waiting.id, { skipped: false });
    change(session, { current: waiting.id });
  }
}

/** Not this one: the card is put away, and the question counts as passed. */
export function skip(session: Session): void {
  const item = currentItem(session.state.asking);
  if (item !== undefined && isOpen(item)) changeItem(session, item.id, { skipped: true });
  putAway(session);
}

/** The card goes; an answer that was given is kept. */
export const putAway = (session: Session): void => change(session, { current: undefined, steering: false });
