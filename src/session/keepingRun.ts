import type { Run } from '../engine';
import type { BranchRecipe } from './branching';
import type { Session } from './session';
import { goTo } from './stepping';

/** Events are compared this many steps at a time: a run has many, and most texts change late. */
const PIECE = 1_000;

/**
 * How many steps, from the first, two runs have in common up to `most`: the same actor took the same step and saw the same.
 * Runs are compared by what happened in them, not by their texts: a comment changes nothing, and an entry of a table changes
 * the walk that reads it.
 */
export function stepsInCommon(one: Run, other: Run, most: number): number {
  const end = Math.min(most, one.length, other.length);
  let same = 0;
  while (same < end && sameStep(one, other, same)) same++;
  for (let from = 0; from < same; from += PIECE) {
    const to = Math.min(from + PIECE, same);
    if (eventsOf(one, from, to) === eventsOf(other, from, to)) continue;
    for (let i = from; i < to; i++) if (eventsOf(one, i, i + 1) !== eventsOf(other, i, i + 1)) return i;
  }
  return same;
}

function sameStep(one: Run, other: Run, step: number): boolean {
  const a = one.nameOf(step);
  const b = other.nameOf(step);
  return (
    one.actorOf(step) === other.actorOf(step) &&
    one.opOf(step) === other.opOf(step) &&
    a.procedure === b.procedure &&
    a.label === b.label
  );
}

const eventsOf = (run: Run, from: number, to: number): string => JSON.stringify(run.eventsIn(from, to));

/** What was on stage before a text was edited. */
export interface Before {
  readonly run: Run;
  readonly cursor: number;
  readonly branch: number;
  readonly recipes: readonly BranchRecipe[];
}

export function remember(session: Session): Before | undefined {
  const { run, runs, state } = session;
  if (run === undefined || runs === undefined) return undefined;
  return { run, cursor: state.cursor, branch: state.branch, recipes: runs.recipes };
}

/**
 * After an edited text has come on stage: the branches that were made by hand are followed again, and the cursor goes as far
 * along the run that was on stage as the new one is the same, which is where the edit begins to matter. Says so where that is
 * before the moment that was looked at.
 */
export function keepRun(session: Session, before: Before): void {
  const lost: string[] = [];
  for (const recipe of before.recipes) {
    // A branch whose parent is gone is gone with it.
    if (lost.length > 0 || !follow(session, recipe)) lost.push(recipe.label);
  }
  const kept = session.runs?.branches[before.branch] === undefined ? 0 : before.branch;
  if (session.state.branch !== kept) session.selectBranch(kept, 0);
  const { run } = session;
  if (run === undefined) return;
  while (run.ending.kind === 'open' && run.length < before.cursor) run.extend(before.cursor - run.length);
  const same = stepsInCommon(before.run, run, before.cursor);
  goTo(session, same);
  const branches =
    lost.length === 0
      ? ''
      : ` The branch “${lost[0]}”${lost.length > 1 ? ` and ${lost.length - 1} more` : ''} cannot be followed in the new text.`;
  const says = `${keptText(same, before.cursor)}${branches}`.trim();
  if (says !== '') session.say(says);
}

/** What is left of the run that was on stage, for whoever has edited in its midst; nothing for who stood at its beginning. */
function keptText(same: number, before: number): string {
  if (before === 0) return '';
  if (same === 0)
    return `The new text makes another run from the first step on: nothing of the one you were in is kept. You were at step ${before}.`;
  return same < before
    ? `The run is as it was up to step ${same}, and stands there: the next step is where the edit begins to matter. You were at step ${before}.`
    : `The run is as it was up to step ${same}, where you are; what comes after it follows the new text.`;
}

/** False where the moment at which the branch leaves does not come about any more; then there is no such branch. */
function follow(session: Session, recipe: BranchRecipe): boolean {
  const { runs } = session;
  const parent = runs?.branches[recipe.parent]?.run;
  if (parent === undefined) return false;
  parent.extend();
  if (recipe.from !== undefined && !parent.find(recipe.from.anchor, recipe.from.step).exact) return false;
  session.follow(recipe, 0);
  return true;
}
