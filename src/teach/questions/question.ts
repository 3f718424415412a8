import { ASK_KIND_NAMES, type AskKind, isAskKind } from '../../scenario/askKinds';
import type { Rule } from '../rule';

/** Kinds of questions, as a scenario's `ask` names them. */
export type QuestionKind = AskKind;
export const QUESTION_KINDS: readonly QuestionKind[] = ASK_KIND_NAMES;
export const isQuestionKind = isAskKind;

/** Something that can be chosen as an answer, or as a part of one. */
export interface Option {
  readonly id: string;
  readonly says: string;
  /** What speaks for or against it: said to whoever chose it wrongly, or left it out. */
  readonly why: string;
}

/** One thing to be decided: one option of several, or any number of them. */
export interface Part {
  readonly says: string;
  readonly many: boolean;
  /** How it is best shown: a list, bits side by side, or entries that can also be pointed at on the stage. */
  readonly how: 'list' | 'bits' | 'entries';
  readonly options: readonly Option[];
}

/** What on the page would give the answer away while the question is open. */
export type Giveaway = 'code' | 'timeline' | 'events' | 'counters' | 'drift';

/** A question at a moment of a run, with everything that grades it. Made from the run each time, kept nowhere. */
export interface Question {
  readonly kind: QuestionKind;
  /** The moment it is asked at: steps taken. */
  readonly cursor: number;
  readonly prompt: string;
  readonly parts: readonly Part[];
  /** Ids of the options that are right, of all parts. */
  readonly truth: readonly string[];
  /** Cursor at which the run itself shows the answer. */
  readonly shown: number;
  readonly hides: readonly Giveaway[];
  /** What decides it. */
  readonly rule: Rule;
}

/** An answer held against the question. */
export interface Grade {
  readonly right: boolean;
  /** What is wrong with it, one sentence or two for each option that is; empty when it is right. */
  readonly wrong: readonly string[];
  readonly rule: Rule;
}

/** Grades a set of option ids. Options of no part of the question are wrong, too. */
export function grade(question: Question, answer: readonly string[]): Grade {
  const given = new Set(answer);
  const truth = new Set(question.truth);
  const options = question.parts.flatMap(({ options }) => options);
  const wrong = options
    .filter(({ id }) => given.has(id) !== truth.has(id))
    // Where one of several is chosen, what speaks against it is enough; the right one is told by the rule.
    .filter(({ id }) => given.has(id) || !exclusive(question, id))
    .map(({ says, why }) => `${says}: ${why}`);
  const unknown = [...given].filter((id) => !options.some((option) => option.id === id));
  const unanswered = question.parts.filter(
    ({ many, options }) => !many && !options.some(({ id }) => given.has(id)),
  );
  return {
    right: wrong.length === 0 && unknown.length === 0 && unanswered.length === 0,
    wrong: [
      ...wrong,
      ...unknown.map((id) => `${id}: it plays no part here.`),
      ...unanswered.map(({ says }) => `${says} Nothing was chosen.`),
    ],
    rule: question.rule,
  };
}

const exclusive = (question: Question, id: string): boolean =>
  question.parts.some(({ many, options }) => !many && options.some((option) => option.id === id));
