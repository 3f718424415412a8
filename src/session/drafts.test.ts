import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryStorage, testSession } from '../testing/testSession';
import {
  bringIn,
  type Draft,
  draftsOf,
  freeName,
  keepAs,
  readDrafts,
  removeDraft,
  writeDrafts,
} from './drafts';

const DRAFT = fc.record({ name: fc.string({ minLength: 1 }), text: fc.string() });

describe('drafts', () => {
  it('are kept by name, the newest first, over a reload; a name is taken over by the newer text', () => {
    const storage = new MemoryStorage();
    const { session } = testSession({ storage });
    for (const [name, text] of [
      ['a', '1'],
      ['b', '2'],
      [' a ', '3'],
    ] as const)
      expect(keepAs(session, name, text).kind).toBe('ok');
    const after = testSession({ storage });
    expect(draftsOf(after.session)).toEqual([
      { name: 'a', text: '3' },
      { name: 'b', text: '2' },
    ]);
    removeDraft(after.session, 'a');
    expect(draftsOf(session)).toEqual([{ name: 'b', text: '2' }]);
  });

  it.each([
    ['blocked', 'SecurityError', 'does not let the page keep'],
    ['full', 'QuotaExceededError', 'is full'],
  ])('in a storage that is %s are not kept, and that is said', (_, name, says) => {
    const { session, storage } = testSession();
    storage.refuse = name;
    const kept = keepAs(session, 'a', '1');
    expect(kept.kind === 'error' && kept.error).toContain(says);
  });

  it('need a name', () => {
    const kept = keepAs(testSession().session, '  ', '1');
    expect(kept.kind === 'error' && kept.error).toContain('Type one');
  });

  it('that another version stored in another form are a draft themselves', () => {
    const storage = new MemoryStorage();
    storage.setItem('shadowscope.drafts', '{"v":9}');
    expect(draftsOf(testSession({ storage }).session)).toEqual([
      { name: 'Kept by another version', text: '{"v":9}' },
    ]);
  });

  it('come back from their file as they were', () => {
    fc.assert(
      fc.property(fc.array(DRAFT), (drafts) => {
        expect(readDrafts('drafts.json', writeDrafts(drafts))).toEqual({ kind: 'ok', value: drafts });
      }),
    );
  });

  it('that are brought in never replace another text', () => {
    const { session } = testSession();
    keepAs(session, 'walk', 'mine');
    const brought: Draft[] = [
      { name: 'walk', text: 'theirs' },
      { name: 'walk', text: 'mine' },
    ];
    expect(bringIn(session, brought)).toEqual({ kind: 'ok', value: 2 });
    expect(
      draftsOf(session)
        .map(({ name, text }) => `${name}: ${text}`)
        .sort(),
    ).toEqual(['walk (2): theirs', 'walk: mine']);
    expect(freeName(draftsOf(session), 'walk', 'third')).toBe('walk (3)');
  });

  it('of a plain text file have its name', () => {
    expect(readDrafts('my walk.scenario', 'scenario "A"\n')).toEqual({
      kind: 'ok',
      value: [{ name: 'my walk', text: 'scenario "A"\n' }],
    });
  });

  it.each([
    ['cut off', '{"shadowscope-drafts":"1","drafts":[{"name":"a"', 'cannot be read'],
    [
      'wrong inside',
      '{"shadowscope-drafts":"1","drafts":[{"name":"a","text":7}]}',
      'at drafts.0.text found 7',
    ],
    ['newer', '{"shadowscope-drafts":"4","drafts":[]}', 'version 4'],
  ])('in a file that is %s are refused in words', (_, text, says) => {
    const read = readDrafts('drafts.json', text);
    expect(read.kind === 'error' && read.error).toContain(says);
  });
});
