import { expect, test } from 'vitest';
import { MemoryStorage, TWO_WALKS, testSession } from '../testing/testSession';
import { checkDraft, discardDraft, runDraft } from './editing';
import { openFirst, openLibrary } from './opening';

const WRONG = TWO_WALKS.replace('rw user', 'rww user');

test('a text with errors leaves the last good run on stage and marks the place', () => {
  const { session, sources } = testSession();
  const { run } = session;
  checkDraft(session, sources, WRONG);
  runDraft(session, sources);
  expect(session.run).toBe(run);
  expect(session.state.draft).toBe(WRONG);
  expect(session.state.diagnostics[0]?.line).toBe(5);
  expect(session.state.diagnostics[0]?.says).toContain('rww');
});

test('what was typed survives a reload, also when it does not run', () => {
  const storage = new MemoryStorage();
  const before = testSession({ storage });
  checkDraft(before.session, before.sources, WRONG);
  const after = testSession({ storage });
  openFirst(after.session, after.sources);
  expect(after.session.state.draft).toBe(WRONG);
  expect(after.session.state.diagnostics.length).toBeGreaterThan(0);
  expect(after.session.run?.length).toBeGreaterThan(0);
});

test('a draft that runs is on stage after a reload', () => {
  const storage = new MemoryStorage();
  const edited = TWO_WALKS.replace('Two walks', 'My walks');
  const before = testSession({ storage });
  checkDraft(before.session, before.sources, edited);
  const after = testSession({ storage });
  openFirst(after.session, after.sources);
  expect(after.session.state.spec?.title).toBe('My walks');
});

test.each([
  ['blocked', 'SecurityError', 'does not let the page keep'],
  ['full', 'QuotaExceededError', 'is full'],
])('a storage that is %s is said, and the page goes on', (_, name, says) => {
  const storage = new MemoryStorage();
  const { session, sources } = testSession({ storage });
  storage.refuse = name;
  checkDraft(session, sources, `${TWO_WALKS}# more\n`);
  expect(session.state.messages.at(-1)?.text).toContain(says);
  runDraft(session, sources);
  expect(session.state.text).toContain('# more');
});

test('running an edited text keeps the moment where it still exists', () => {
  const { session, sources, controls } = testSession();
  controls.execute('to-end');
  controls.execute('beat-back');
  const { cursor } = session.state;
  checkDraft(session, sources, TWO_WALKS.replace('Two walks', 'Renamed'));
  runDraft(session, sources);
  expect(session.state.cursor).toBe(cursor);
  expect(session.state.draft).toBeUndefined();
});

test('discarding goes back to what is on stage and forgets the draft', () => {
  const { session, sources, storage } = testSession();
  checkDraft(session, sources, WRONG);
  discardDraft(session);
  expect(session.state.draft).toBeUndefined();
  expect(storage.getItem('shadowscope.draft')).toBeNull();
});

test('an unknown library name is said and changes nothing', () => {
  const { session, sources } = testSession();
  const { run } = session;
  expect(openLibrary(session, sources, 'nowhere')).toBe(false);
  expect(session.run).toBe(run);
  expect(session.state.messages.at(-1)?.text).toContain('nowhere');
});
