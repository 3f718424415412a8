import type { Grade, Question } from '../../teach/questions';

/** Where a question came from: the scenario's own, one that the person wanted, or a turn as the hypervisor. */
export type ItemOrigin = 'scenario' | 'wanted' | 'turn';

/** A question that was put to the person, with what came of it. Kept while the person looks around. */
export interface Item {
  readonly id: number;
  readonly origin: ItemOrigin;
  readonly question: Question;
  /** Options chosen so far. */
  readonly picked: readonly string[];
  /** Undefined until it is answered. */
  readonly grade: Grade | undefined;
  /** The person did not want to answer it. */
  readonly skipped: boolean;
}

/** What the person is being asked, and asks. Nothing of it decides anything in the run. */
export interface AskingState {
  readonly items: readonly Item[];
  /** Which item the card shows; none when it was put away. */
  readonly current: number | undefined;
  /** The person is the hypervisor: one question after the other, wherever something is decided. */
  readonly steering: boolean;
  /** The list of what did not happen is open. */
  readonly whyNot: boolean;
  /** Which of the things that did not happen is explained: a kind of event. */
  readonly missing: string | undefined;
  /** The cursor at which the stage must not tell which entries differ: that is asked there. */
  readonly withheld: number | undefined;
}

export const NOTHING_ASKED: AskingState = {
  items: [],
  current: undefined,
  steering: false,
  whyNot: false,
  missing: undefined,
  withheld: undefined,
};

export interface Score {
  readonly right: number;
  readonly wrong: number;
  readonly passed: number;
}

export const isOpen = (item: Item): boolean => item.grade === undefined && !item.skipped;

export const currentItem = (asking: AskingState | undefined): Item | undefined =>
  asking?.items.find(({ id }) => id === asking.current);

/** What came of the turns as the hypervisor so far; of the other questions, with `turns` false. */
export function scoreOf({ items }: AskingState, turns: boolean): Score {
  const mine = items.filter(({ origin }) => (origin === 'turn') === turns);
  return {
    right: mine.filter(({ grade }) => grade?.right === true).length,
    wrong: mine.filter(({ grade }) => grade?.right === false).length,
    passed: mine.filter(({ skipped }) => skipped).length,
  };
}
