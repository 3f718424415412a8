import { answerOf, grade, type Part } from '../../teach/questions';
import type { Session } from '../session';
import { type AskingState, currentItem, type Item, isOpen, NOTHING_ASKED } from './state';

export const askingOf = (session: Session): AskingState => session.state.asking ?? NOTHING_ASKED;

export function change(session: Session, to: Partial<AskingState>): void {
  const asking = { ...askingOf(session), ...to };
  const item = currentItem(asking);
  const secret = item !== undefined && isOpen(item) && item.question.hides.includes('drift');
  session.set({ asking: { ...asking, withheld: secret ? item.question.cursor : undefined } });
}

export function changeItem(session: Session, id: number, to: Partial<Item>): void {
  const { items } = askingOf(session);
  change(session, { items: items.map((item) => (item.id === id ? { ...item, ...to } : item)) });
}

/** Whether one choice answers the whole question: it is graded at once. */
export const oneChoice = ({ question }: Item): boolean =>
  question.parts.length === 1 && question.parts[0]?.many === false;

/** Chooses an option of the question that is open, or takes the choice back where there can be several. */
export function pick(session: Session, option: string): void {
  const item = currentItem(session.state.asking);
  if (item === undefined || !isOpen(item)) return;
  const part = partOf(item, option);
  const rest = item.picked.filter((id) => id !== option);
  const others = part?.many === false ? rest.filter((id) => partOf(item, id) !== part) : rest;
  const picked = part?.many !== false && item.picked.includes(option) ? rest : [...others, option];
  changeItem(session, item.id, { picked });
  if (oneChoice(item)) submit(session);
}

const partOf = ({ question }: Item, option: string): Part | undefined =>
  question.parts.find(({ options }) => options.some(({ id }) => id === option));

/** Grades what has been chosen. */
export function submit(session: Session): void {
  const item = currentItem(session.state.asking);
  if (item === undefined || !isOpen(item)) return;
  changeItem(session, item.id, { grade: grade(item.question, item.picked) });
}

/** Something on the stage was pointed at: an answer, where entries are asked for. Entries that nobody offered are one, too. */
export function pointAt(session: Session, entity: string): boolean {
  const item = currentItem(session.state.asking);
  const option = answerOf(entity);
  if (item === undefined || !isOpen(item) || option === undefined) return false;
  const part = item.question.parts.find(({ how }) => how === 'entries');
  if (part === undefined) return false;
  if (part.many && !part.options.some(({ id }) => id === option)) return false;
  pick(session, option);
  return true;
}
