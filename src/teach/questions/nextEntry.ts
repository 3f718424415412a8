import { fail, ok, type Result } from '../../base';
import type { Run } from '../../engine';
import type { LoggedEvent } from '../../kernel';
import { sayIndex } from '../../machine';
import { ruleOf } from '../rule';
import { eventAhead, goingOn, num } from './ahead';
import { entryId, sayEntryOf, type TableSpan, tableSpan } from './places';
import type { Option, Question } from './question';

/** How many wrong entries are offered. */
const OTHERS = 3;

const isRead = ({ kind }: LoggedEvent): boolean => kind === 'WalkedLevel';

/** Which entry does the walk read next? The table is the one that the entry before names; the index comes from the address. */
export function nextEntry(run: Run, cursor: number): Result<Question, string> {
  const ahead = goingOn(run, cursor);
  const read = ahead && eventAhead(run, cursor, isRead, ahead);
  if (ahead === undefined || read === undefined)
    return fail('No walk reads an entry in this operation any more.');
  const frame = num(read, 'frame');
  const index = num(read, 'index');
  const level = num(read, 'level');
  const walk = readsOf(run, ahead.from, ahead.to, read);
  const seen = new Set([entryId(frame, index)]);
  const options: Option[] = [
    {
      id: entryId(frame, index),
      says: sayEntryOf(run, level, frame, index),
      why: `the table is the one that the walk has come to, and the address has ${sayIndex(index)} as its index at level ${level}.`,
    },
  ];
  const offer = (atFrame: number, span: TableSpan, atIndex: number, atLevel: number, why: string): void => {
    const id = entryId(atFrame, atIndex);
    // What a table does not have (a teaching geometry, the four entries of PAE) nobody would choose.
    if (seen.has(id) || options.length > OTHERS || atIndex < span.first || atIndex > span.last) return;
    seen.add(id);
    options.push({ id, says: sayEntryOf(run, atLevel, atFrame, atIndex), why });
  };
  // The errors that people make: the index of another level, the table of another level, the neighbour.
  const span = tableSpan(run, read);
  for (const other of walk)
    offer(
      frame,
      span,
      num(other, 'index'),
      level,
      `${sayIndex(num(other, 'index'))} is the index at level ${num(other, 'level')}; at level ${level} the address has ${sayIndex(index)}.`,
    );
  for (const other of walk)
    offer(
      num(other, 'frame'),
      tableSpan(run, other),
      index,
      num(other, 'level'),
      `the walk is at level ${level}: that is a table of level ${num(other, 'level')}.`,
    );
  offer(
    frame,
    span,
    index === span.last ? span.first : index + 1,
    level,
    `the address has ${sayIndex(index)} as its index at level ${level}.`,
  );
  offer(frame, span, span.first, level, `the address has ${sayIndex(index)} as its index at level ${level}.`);
  return ok({
    kind: 'next-entry',
    cursor,
    prompt: `${num(read, 'walker') === 0 ? `The processor of vCPU ${num(read, 'vcpu')}` : 'The hypervisor'} walks. Which entry does it read next?`,
    parts: [
      {
        says: 'It reads',
        many: false,
        how: 'entries',
        options: [...options].sort((a, b) => (a.id < b.id ? -1 : 1)),
      },
    ],
    truth: [entryId(frame, index)],
    shown: read.step + 1,
    hides: ['code', 'events'],
    rule: ruleOf(run, read.step),
  });
}

/** The reads of the same walk: from its beginning to the next one. */
function readsOf(run: Run, from: number, to: number, read: LoggedEvent): LoggedEvent[] {
  const { actor, step } = read;
  let begins = from;
  let ends = to;
  for (const event of run.eventsIn(from, to)) {
    if (event.actor !== actor || event.kind !== 'WalkStarted') continue;
    if (event.step <= step) begins = event.step;
    else if (event.step < ends) ends = event.step;
  }
  return run.eventsIn(begins, ends).filter((event) => isRead(event) && event.actor === actor);
}
