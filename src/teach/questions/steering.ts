import type { Run } from '../../engine';
import { isDecision, outcomeOf, shadows } from './decision';
import type { QuestionKind } from './question';
import { writtenBy } from './shadowEntry';

/** A moment at which a person can act in the hypervisor's place: just before the step that would do it. */
export interface Turn {
  /** Cursor: the step that decides has not been taken. */
  readonly cursor: number;
  readonly kind: QuestionKind;
}

/** Xen's step at which a page that goes out of sync is about to get its slot. */
export const SLOT_IS_SOUGHT = 'sh_unsync.add';
/** What a resync tells of each entry that it looks at, or of itself when it begins. */
const ENTRIES_OF: ReadonlySet<string> = new Set(['ResyncCompared', 'KvmEntryCompared', 'ResyncBegin']);

/** The next moment at which something is decided, from a cursor on: a read of a walk, a decision, an entry written, a slot, a resync. */
export function nextTurn(run: Run, from: number): Turn | undefined {
  for (let step = from; step < run.length; step++) {
    const kind = turnAt(run, step);
    if (kind !== undefined) return { cursor: step, kind };
  }
  return undefined;
}

function turnAt(run: Run, step: number): QuestionKind | undefined {
  const events = run.eventsIn(step, step + 1);
  if (isDecision(run, step)) return decidedAlike(run, step) ? undefined : 'decision';
  if (run.nameOf(step).label === SLOT_IS_SOUGHT) return 'slot';
  if (events.some(({ kind }) => ENTRIES_OF.has(kind)))
    return resyncBegins(run, step) ? 'resync-set' : undefined;
  if (events.some(({ kind, walker }) => kind === 'WalkedLevel' && hypervisors(run, walker as number)))
    return 'next-entry';
  return writtenBy(run, step) === undefined || repeats(run, step) ? undefined : 'shadow-entry';
}

/** Where a hypervisor shadows, its own walk of the guest's tables is the one to act in; else the processor's. */
const hypervisors = (run: Run, walker: number): boolean => walker === 1 || !shadows(run);

/** How far back an operation is searched for the same decision: a fork takes the same one thousands of times. */
const BACK = 2_000;

/** Whether the operation has taken this decision before, and went the same way: nobody learns from saying it again. */
function decidedAlike(run: Run, step: number): boolean {
  const { label } = run.nameOf(step);
  const [actor, op] = [run.actorOf(step), run.opOf(step)];
  for (let before = step - 1; before >= Math.max(0, step - BACK); before--) {
    if (run.actorOf(before) !== actor) continue;
    if (run.opOf(before) !== op) return false;
    if (run.nameOf(before).label === label) return outcomeOf(run, before) === outcomeOf(run, step);
  }
  return false;
}

/** The first of the comparisons of a resync: the step before it in this actor's work compared nothing. */
function resyncBegins(run: Run, step: number): boolean {
  const before = stepBefore(run, step);
  return before < 0 || !run.eventsIn(before, before + 1).some(({ kind }) => ENTRIES_OF.has(kind));
}

/** One of a row of entries, written by the same step over and over: the first stands for all. */
function repeats(run: Run, step: number): boolean {
  const before = stepBefore(run, step);
  return before >= 0 && run.nameOf(before).label === run.nameOf(step).label;
}

function stepBefore(run: Run, step: number): number {
  const actor = run.actorOf(step);
  let before = step - 1;
  while (before >= 0 && run.actorOf(before) !== actor) before--;
  return before;
}
