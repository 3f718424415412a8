import { fail, ok, type Result } from '../../base';
import type { Run } from '../../engine';
import { type LoggedEvent, procedureNamed } from '../../kernel';
import { P, sayIndex } from '../../machine';
import { ruleOf } from '../rule';
import { standing } from '../whyNot/span';
import { num } from './ahead';
import { entryAt, entryId, guestEntries, guestEntryAt } from './places';
import type { Option, Question } from './question';

/** How many entries are offered; those that are touched always are among them. */
const OFFERED = 12;
/** How far ahead the resync may lie, and how long it may take. */
const FAR = 12_000;

/** A resync that lies ahead: which entries it looks at, and which of them it derives again. */
export interface ResyncAhead {
  /** The entries are those of this machine frame: the guest's table, or where only that is known, the shadow. */
  readonly frame: number;
  readonly name: string;
  /** It is the guest's table, and its entries have the guest's size. */
  readonly guests: boolean;
  readonly compared: readonly number[];
  readonly touched: readonly number[];
  /** The step at which it begins, and the last of it. */
  readonly from: number;
  readonly last: number;
}

/** The next resync of a run from a cursor on, as its own events tell it; undefined where none comes. */
export function resyncAhead(run: Run, cursor: number): ResyncAhead | undefined {
  const to = Math.min(run.length, cursor + FAR);
  for (let step = cursor; step < to; step++)
    for (const event of run.eventsIn(step, step + 1)) {
      const found = begun(run, event, to);
      if (found !== undefined) return found;
    }
  return undefined;
}

function begun(run: Run, event: LoggedEvent, to: number): ResyncAhead | undefined {
  switch (event.kind) {
    // One event for each entry; the first begins it.
    case 'ResyncCompared':
      return told(run, event, to, num(event, 'gmfn'), 'gmfn', ['Resynced', 'Refreshed']);
    case 'KvmEntryCompared':
      return told(run, event, to, num(event, 'table'), 'table', []);
    case 'ResyncBegin':
      return opened(run, event, to);
    default:
      return undefined;
  }
}

function told(
  run: Run,
  first: LoggedEvent,
  to: number,
  frame: number,
  field: string,
  ends: readonly string[],
): ResyncAhead {
  const compared: number[] = [];
  const touched: number[] = [];
  const procedure = run.nameOf(first.step).procedure;
  let last = first.step;
  for (let step = first.step; step < to; step++) {
    if (run.actorOf(step) !== first.actor) continue;
    const events = run.eventsIn(step, step + 1);
    for (const event of events) {
      if (event.kind !== first.kind || num(event, field) !== frame) continue;
      compared.push(num(event, 'index'));
      if (num(event, 'equal') === 0) touched.push(num(event, 'index'));
      last = step;
    }
    // The procedure that compares has come to its end, or the whole resync has.
    const here = run.nameOf(step).procedure;
    if (here !== procedure && step > last) break;
    if (events.some(({ kind }) => ends.includes(kind))) break;
  }
  const { machine } = run.built;
  return {
    frame,
    name: ends.length > 0 ? machine.nameFrame(frame) : machine.nameTable(frame, 1),
    guests: ends.length > 0,
    compared,
    touched,
    from: first.step,
    last,
  };
}

/** XI says where a resync begins, which entries differ, and where it ends: all others are equal. */
function opened(run: Run, first: LoggedEvent, to: number): ResyncAhead {
  const { machine } = run.built;
  const gfn = num(first, 'gfn');
  const frame = machine.gfnToMfn(gfn);
  const touched: number[] = [];
  let last = first.step;
  for (let step = first.step; step < to; step++) {
    if (run.actorOf(step) !== first.actor) continue;
    const events = run.eventsIn(step, step + 1);
    for (const event of events) if (event.kind === 'ResyncEntry') touched.push(num(event, 'index'));
    last = step;
    if (events.some(({ kind }) => kind === 'ResyncEnd')) break;
  }
  const used: number[] = [];
  for (let i = 0; i < guestEntries(run); i++) {
    const { hi, lo } = guestEntryAt(run, first.step, frame, i);
    if (hi !== 0 || lo !== 0) used.push(i);
  }
  const compared = [...new Set([...used, ...touched])].sort((a, b) => a - b);
  return { frame, name: machine.nameFrame(frame), guests: true, compared, touched, from: first.step, last };
}

/** Which entries will the resync derive again? Those that the guest has changed since its snapshot was made; no others. */
export function resyncSet(run: Run, cursor: number): Result<Question, string> {
  const ahead = resyncAhead(run, cursor);
  if (ahead === undefined) return fail('No resync that compares entries comes soon in this run.');
  if (ahead.compared.length < 2) return fail('The resync looks at one entry only.');
  const touched = new Set(ahead.touched);
  const others = ahead.compared.filter((i) => !touched.has(i));
  const room = Math.max(2, OFFERED - touched.size);
  const stride = Math.max(1, Math.ceil(others.length / room));
  const offered = [...ahead.touched.slice(0, OFFERED), ...others.filter((_, i) => i % stride === 0)];
  const options = [...new Set(offered)]
    .sort((a, b) => a - b)
    .map((index): Option => {
      const now = (ahead.guests ? guestEntryAt : entryAt)(run, cursor, ahead.frame, index);
      return {
        id: entryId(ahead.frame, index),
        says: `Entry ${sayIndex(index)}`,
        why: touched.has(index)
          ? `the guest has changed it: what it says is not what the shadow was made from. It is derived again${(now.lo & P) === 0 ? ', and maps nothing any more' : ''}.`
          : 'the guest has not changed it: it is left as it is.',
      };
    });
  const shownOf = new Set(options.map(({ id }) => id));
  const decisive = procedureNamed(run.nameOf(ahead.from).procedure?.name ?? '');
  const rule = ruleOf(run, ahead.last);
  return ok({
    kind: 'resync-set',
    cursor,
    prompt: `A resync of ${ahead.name} ${underWay(run, cursor, ahead) ? 'is under way' : 'comes'}. Of these entries, which will it derive again?`,
    parts: [{ says: 'Derived again', many: true, how: 'entries', options }],
    truth: ahead.touched.map((i) => entryId(ahead.frame, i)).filter((id) => shownOf.has(id)),
    shown: ahead.last + 1,
    hides: ['code', 'timeline', 'events', 'counters', 'drift'],
    rule: decisive === undefined ? rule : { ...rule, about: decisive.about },
  });
}

/** Whether whoever brings the table in line is at it already: the procedure that compares stands on its stack. */
const underWay = (run: Run, cursor: number, { from }: ResyncAhead): boolean =>
  run.peek(cursor, () =>
    standing(run, run.actorOf(from)).some(({ procedure }) => procedure === run.nameOf(from).procedure?.name),
  );
