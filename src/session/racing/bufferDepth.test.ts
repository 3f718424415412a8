import { describe, expect, it } from 'vitest';
import { testSession } from '../../testing/testSession';
import { setBufferDepth, withBufferDepth } from './bufferDepth';

describe('the depth of store buffers, changed in the text', () => {
  it.each([
    ['scenario "S"\nstore-buffers 2 # two\nvcpu 0\n', 4, 'scenario "S"\nstore-buffers 4 # two\nvcpu 0\n'],
    ['scenario "S"\nstore-buffers off\nvcpu 0\n', 1, 'scenario "S"\nstore-buffers 1\nvcpu 0\n'],
    [
      'scenario "S"\npaging off # no tables\nvcpu 0\n',
      3,
      'scenario "S"\npaging off # no tables\nstore-buffers 3\nvcpu 0\n',
    ],
    ['scenario "S"\nstore-buffers 4\n', 0, 'scenario "S"\nstore-buffers off\n'],
  ])('%j with %i is %j', (text, depth, changed) => {
    expect(withBufferDepth(text, depth)).toBe(changed);
  });

  it('is on stage at once, and still has its name and its programs', () => {
    const { session, sources } = testSession({ library: 'store-buffering' });
    const { programs, title } = session.state.spec ?? { programs: [], title: '' };
    setBufferDepth(session, sources, 0);
    expect(session.state.spec?.machine.storeBufferDepth).toBe(0);
    expect(session.state.spec).toMatchObject({ programs, title });
  });
});
