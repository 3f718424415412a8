import { expect, test } from 'vitest';
import { MemoryStorage, TWO_WALKS, testSession } from '../testing/testSession';
import { keepDraftsAside } from './draftAside';
import { draftsOf } from './drafts';
import { checkDraft, discardDraft, runDraft } from './editing';
import { openLibrary } from './opening';
import { openFirst } from './visit';

const MINE = TWO_WALKS.replace('Two walks', 'Mine');

test('a text that was not run is put among the drafts when another scenario comes on stage, and said to be', async () => {
  const { session, sources } = testSession({ shelf: ['unsync', 'tlb-miss-shadow'] });
  keepDraftsAside(session);
  checkDraft(session, sources, MINE);
  openLibrary(session, sources, 'unsync');
  await Promise.resolve();
  expect(draftsOf(session)).toEqual([{ name: 'What you were typing', text: MINE }]);
  expect(session.state.messages.at(-1)?.text).toContain('kept among your drafts as “What you were typing”');
  // Another text does not take its place; the same one is not kept twice.
  checkDraft(session, sources, `${MINE}# more\n`);
  openLibrary(session, sources, 'tlb-miss-shadow');
  await Promise.resolve();
  checkDraft(session, sources, MINE);
  openLibrary(session, sources, 'unsync');
  await Promise.resolve();
  expect(draftsOf(session).map(({ name }) => name)).toEqual([
    'What you were typing (2)',
    'What you were typing',
  ]);
});

test('what is run, or discarded on purpose, is not', () => {
  const { session, sources } = testSession({ shelf: ['unsync', 'tlb-miss-shadow'] });
  keepDraftsAside(session);
  checkDraft(session, sources, MINE);
  runDraft(session, sources);
  expect(session.state.text).toBe(MINE);
  checkDraft(session, sources, `${MINE}# more\n`);
  discardDraft(session);
  expect(draftsOf(session)).toEqual([]);
});

test('where the browser keeps nothing, it stays in the editor', async () => {
  const storage = new MemoryStorage();
  const { session, sources } = testSession({ storage, shelf: ['unsync'] });
  keepDraftsAside(session);
  checkDraft(session, sources, MINE);
  storage.refuse = 'QuotaExceededError';
  openLibrary(session, sources, 'unsync');
  await Promise.resolve();
  expect(session.state.draft).toBe(MINE);
  expect(session.state.messages.at(-1)?.text).toContain('still in the editor');
});

test('a visit that finds a draft which does not run leaves it in the editor alone', async () => {
  const storage = new MemoryStorage();
  const before = testSession({ storage });
  checkDraft(before.session, before.sources, MINE.replace('rw user', 'rww user'));
  const { session, sources } = testSession({ storage });
  keepDraftsAside(session);
  openFirst(session, sources);
  await Promise.resolve();
  expect(session.state.draft).toContain('rww user');
  expect(draftsOf(session)).toEqual([]);
});
