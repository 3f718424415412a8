/** What every panel follows: a thing on the stage, one of its fields, who was acting, and when. */
export interface Focus {
  /** Cursor at which it was chosen. */
  readonly step: number;
  /** Actor of that moment; -1 before the first step. */
  readonly actor: number;
  /** Printed name: `guest 0x02e[007]`, `shadow s084`. */
  readonly entity: string;
  /** A field of an entry (`w`, `frame`), where one was chosen. */
  readonly field?: string;
}

export interface FocusHistory {
  readonly now: Focus | undefined;
  readonly past: readonly Focus[];
  readonly future: readonly Focus[];
}

export const NO_FOCUS: FocusHistory = { now: undefined, past: [], future: [] };

/** More than anybody walks back through, and little to keep. */
const KEPT = 100;

/** Chooses something: what was chosen before becomes the past, and what had been stepped back from is forgotten. */
export function focusOn(history: FocusHistory, focus: Focus | undefined): FocusHistory {
  if (same(history.now, focus)) return history;
  const past = history.now === undefined ? history.past : [...history.past, history.now].slice(-KEPT);
  return { now: focus, past, future: [] };
}

export function focusBack(history: FocusHistory): FocusHistory {
  const to = history.past.at(-1);
  if (to === undefined) return history;
  const future = history.now === undefined ? history.future : [history.now, ...history.future];
  return { now: to, past: history.past.slice(0, -1), future };
}

export function focusForward(history: FocusHistory): FocusHistory {
  const to = history.future[0];
  if (to === undefined) return history;
  const past = history.now === undefined ? history.past : [...history.past, history.now];
  return { now: to, past, future: history.future.slice(1) };
}

function same(a: Focus | undefined, b: Focus | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.entity === b.entity && a.field === b.field && a.step === b.step;
}
