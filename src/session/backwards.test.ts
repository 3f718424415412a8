import { expect, test } from 'vitest';
import { libraryEntry } from '../library';
import { testSession } from '../testing/testSession';
import { questions, why } from './backwards';
import { openText } from './opening';

/** The data frame of the scenario's only store, offset 0xa30. */
const STORED = 'frame 0x045[146]';

test('why a word is as it is: the step that stored it, and nothing before that', () => {
  const { session, controls } = testSession();
  const { run } = session;
  if (run === undefined) throw new Error('nothing on stage');
  controls.execute('to-end');
  const chain = why(run, STORED, session.state.cursor);
  expect(chain).toHaveLength(1);
  const { cursor } = chain[0] ?? { cursor: 0 };
  const word = (at: number): number => run.peek(at, () => run.built.machine.memory.lo(0x45, 0x146));
  expect(word(cursor - 1)).toBe(0);
  expect(word(cursor)).toBe(0x1234);
  expect(why(run, STORED, cursor - 1)).toEqual([]);
});

test('why a shadow entry maps its frame: the guest’s own store, not the walk that marked it dirty later', () => {
  const { session, controls } = testSession();
  openText(session, controls.sources, libraryEntry('a-page-table-may-drift')?.text ?? '');
  const { run } = session;
  if (run === undefined) throw new Error('nothing on stage');
  const [origin, derived, ...others] = why(run, 'shadow s084[007]', run.length);
  expect(others).toEqual([]);
  expect(origin?.actor).toBe('vCPU 1');
  expect(origin?.says).toContain('entry 007 of frame 0x02e now says frame 0x045');
  expect(derived?.says).toContain('It is derived again.');
  const dirty = run.eventsIn(0, run.length).findLast((event) => event.kind === 'AccessedDirtySet');
  expect(dirty?.step).toBeGreaterThan(derived?.cursor ?? 0);
});

test('a question that needs something chosen says so until it is', () => {
  const { session } = testSession();
  const { run } = session;
  if (run === undefined) throw new Error('nothing on stage');
  const last = (entity: string | undefined) =>
    questions(run, run.length, entity).find((q) => q.id === 'last-write');
  expect(last(undefined)?.needs).toContain('Choose');
  expect(last(STORED)?.needs).toBeUndefined();
  expect(last(STORED)?.ask()).toHaveLength(1);
  expect(last('guest 0x07f[000]')?.needs).toContain('Nothing in this run wrote');
});

test('the last fault lies before the moment it is asked from', () => {
  const { session } = testSession();
  const { run } = session;
  if (run === undefined) throw new Error('nothing on stage');
  const ask = (cursor: number) =>
    questions(run, cursor, undefined)
      .find((q) => q.id === 'last-fault')
      ?.ask() ?? [];
  expect(ask(0)).toEqual([]);
  const [fault] = ask(run.length);
  expect(fault?.actor).toBe('vCPU 1');
  expect(ask(fault?.cursor ?? 0)).toEqual([fault]);
  expect(ask((fault?.cursor ?? 0) - 1)).toEqual([]);
});
