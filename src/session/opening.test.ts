import { expect, test } from 'vitest';
import { MemoryStorage, TWO_WALKS, testSession } from '../testing/testSession';
import { checkDraft, discardDraft, runDraft } from './editing';
import { openLibrary } from './opening';
import { openFirst } from './visit';

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

test('a draft that took the page down with it waits in the editor on the next visit, and runs again when it is asked to', () => {
  const storage = new MemoryStorage();
  const edited = TWO_WALKS.replace('Two walks', 'My walks');
  const before = testSession({ storage });
  checkDraft(before.session, before.sources, edited);
  // The page ends before it has drawn what it opened: nothing is idle any more, and nobody takes leave.
  runDraft(before.session, before.sources);
  const after = testSession({ storage });
  openFirst(after.session, after.sources);
  expect(after.session.state.spec?.title).toBe('Two walks');
  expect(after.session.state.draft).toBe(edited);
  expect(after.session.state.messages.at(-1)?.text).toContain(
    'The page ended while your draft was being run',
  );
  runDraft(after.session, after.sources);
  expect(after.session.state.spec?.title).toBe('My walks');
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

test('running an edited text keeps the run up to the step that the edit changes, and says so', () => {
  const { session, sources, controls } = testSession();
  controls.execute('to-end');
  const { run } = session;
  const end = session.state.cursor;
  // The second load of vCPU 1 is the last thing that happens: all before it is kept.
  checkDraft(session, sources, TWO_WALKS.replace('load 0x7f80_8840_7000', 'load 0x7f80_8820_7008'));
  runDraft(session, sources);
  const kept = session.state.cursor;
  expect(kept).toBeGreaterThan(0);
  expect(kept).toBeLessThan(end);
  expect(run?.actorOf(kept)).toBe(1);
  expect(run?.opOf(kept)).toBe(1);
  expect(session.state.messages.at(-1)?.text).toContain(`up to step ${kept}`);
  // What changes the first walk's own entry is seen at its first read of it, though every label is the same.
  checkDraft(session, sources, TWO_WALKS.replace('-> 0x040 rw', '-> 0x041 rw'));
  controls.execute('to-end');
  runDraft(session, sources);
  expect(session.state.cursor).toBeLessThan(kept);
});

test('branches made by hand are followed again after an edit; one that cannot be is said', () => {
  const { session, sources } = testSession();
  session.jump(9);
  session.act(1);
  session.jump(20);
  checkDraft(session, sources, TWO_WALKS.replace('Two walks', 'Renamed'));
  runDraft(session, sources);
  expect(session.state).toMatchObject({ branch: 1, cursor: 20 });
  expect(session.state.branches).toHaveLength(2);
  checkDraft(session, sources, TWO_WALKS.replace(/vcpu 0[\s\S]*?vcpu 1/, 'vcpu 0\nvcpu 1'));
  runDraft(session, sources);
  expect(session.state.branches).toHaveLength(1);
  expect(session.state.messages.at(-1)?.text).toContain('cannot be followed in the new text');
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
