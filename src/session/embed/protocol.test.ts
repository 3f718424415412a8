import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { embedAddress, embedSnippet, MOVES, readRequest } from './protocol';

const asks = (message: object) => readRequest({ shadowscope: 1, ...message });

describe('what a parent asks for', () => {
  it.each([
    ...MOVES.map((move) => ({ do: move })),
    { do: 'open', link: '#/1/abc' },
    { do: 'go', step: 7 },
    { do: 'switch', name: 'prefetch', on: false },
    { do: 'scheme', scheme: 'dark' },
  ])('%o is understood, with its id', (message) => {
    expect(asks({ ...message, id: 'a' })).toEqual({ kind: 'ok', value: { asked: message, id: 'a' } });
  });

  it('a whole link is as good as its fragment', () => {
    expect(asks({ do: 'open', link: 'https://example.org/x/#/1/abc' })).toMatchObject({
      value: { asked: { link: '#/1/abc' } },
    });
  });

  it.each([
    ['hello', 'expected an object with shadowscope: 1'],
    [{ do: 'play' }, 'found shadowscope: undefined, expected 1'],
    [{ shadowscope: 2, do: 'play' }, 'found shadowscope: 2, expected 1'],
    [{ shadowscope: 1, do: 'erase' }, 'found do: "erase", expected one of forward'],
    [{ shadowscope: 1, do: 'go', step: 'ten' }, 'found step: "ten", expected a number'],
    [{ shadowscope: 1, do: 'go', step: Number.NaN }, 'expected a number'],
    [{ shadowscope: 1, do: 'open', link: 3 }, 'expected a link'],
    [{ shadowscope: 1, do: 'switch', name: 'x' }, 'on: true or false'],
    [{ shadowscope: 1, do: 'scheme', scheme: 'pink' }, 'expected one of system, light, dark'],
    [{ shadowscope: 1, do: 'play', id: {} }, 'expected a string or a number'],
  ])('%o is refused, and why', (message, why) => {
    expect(readRequest(message)).toMatchObject({ kind: 'error', error: expect.stringContaining(why) });
  });

  it('nothing at all makes it throw', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withNullPrototype: true }), (rubbish) => {
        expect(['ok', 'error']).toContain(readRequest(rubbish).kind);
      }),
    );
  });
});

describe('the frame for a course page', () => {
  it('has the moment in its address, and a title', () => {
    expect(embedAddress('https://example.org/s/?embed#/1/abc')).toBe('https://example.org/s/?embed#/1/abc');
    expect(embedSnippet('https://example.org/s/#/1/abc', 'The "magic" entry')).toBe(
      '<iframe title="Shadowscope: The &quot;magic&quot; entry" src="https://example.org/s/?embed#/1/abc" width="100%" height="560" style="border: 0" loading="lazy" allow="fullscreen"></iframe>',
    );
  });
});
