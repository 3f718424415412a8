import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkState } from '../testing/linkState';
import { fromBase64url, toBase64url } from './base64url';
import { readFile, writeFile } from './file';
import { decodeLink, encodeLink } from './link';
import type { LinkState } from './state';

const link = (state: LinkState): string => {
  const made = encodeLink(state);
  if (made.kind === 'error') throw new Error(`a small state must fit: ${made.error.found}`);
  return made.value;
};

describe('links', () => {
  it('give back exactly the state they were made from', () => {
    fc.assert(
      fc.property(linkState, (state) => {
        expect(decodeLink(link(state))).toEqual({ kind: 'ok', value: state });
      }),
    );
  });

  it('of equal states are equal, in whatever order the fields were set', () => {
    const reversed = <T extends object>(o: T): T => Object.fromEntries(Object.entries(o).reverse()) as T;
    fc.assert(
      fc.property(linkState, (state) => {
        const other = { ...reversed(state), switches: reversed(state.switches), view: reversed(state.view) };
        expect(link(other)).toBe(link(state));
      }),
    );
  });

  it('stay in the characters that survive mail and chat', () => {
    fc.assert(
      fc.property(linkState, (state) => {
        expect(link(state)).toMatch(/^#\/1\/[A-Za-z0-9_-]+$/);
      }),
    );
  });

  it('that lost any part of their end are refused as truncated', () => {
    fc.assert(
      fc.property(linkState, fc.double({ min: 0, max: 0.999, noNaN: true }), (state, part) => {
        const whole = link(state).slice('#/1/'.length);
        // The last character of a group of two may hold only padding bits: cutting it alone loses nothing but itself.
        const cut = whole.slice(0, Math.floor((whole.length - 1) * part));
        const read = decodeLink(`#/1/${cut}`);
        expect(read.kind === 'error' && read.error.kind).toBe('truncated');
      }),
    );
  });

  it('with one character changed never open as another state', () => {
    const digit = fc.constantFrom(...'ABCXYZabcxyz0189-_.)%é ');
    fc.assert(
      fc.property(linkState, fc.nat(), digit, (state, at, char) => {
        const whole = link(state);
        const body = '#/1/'.length;
        const i = body + (at % (whole.length - body));
        const changed = whole.slice(0, i) + char + whole.slice(i + 1);
        const read = decodeLink(changed);
        if (read.kind === 'ok') expect(read.value).toEqual(state);
        else expect(['damaged', 'truncated']).toContain(read.error.kind);
      }),
      { numRuns: 300 },
    );
  });

  it('made of anything at all are answered, never thrown at', () => {
    const rubbish = fc.oneof(fc.string({ unit: 'binary' }), fc.base64String(), fc.stringMatching(/^[\w-]*$/));
    fc.assert(
      fc.property(rubbish, fc.constantFrom('#/1/', '#/0/', '#/2/', '#', ''), (text, start) => {
        const read = decodeLink(start + text);
        expect(read.kind === 'error' && read.error.advice.length > 0).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('files', () => {
  it('give back exactly the state they were saved from', () => {
    fc.assert(
      fc.property(linkState, (state) => {
        expect(readFile(writeFile(state))).toEqual({ kind: 'ok', value: state });
      }),
    );
  });

  it('made of anything at all are answered, never thrown at', () => {
    const rubbish = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.json().map((j) => `{"shadowscope":1,"x":${j}}`),
    );
    fc.assert(
      fc.property(rubbish, (text) => {
        const read = readFile(text);
        expect(read.kind === 'error' && read.error.advice.length > 0).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('base64url', () => {
  it('is undone by reading, and is what other programs write', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = toBase64url(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('base64url'));
        expect(fromBase64url(text)).toEqual({ kind: 'ok', value: bytes });
      }),
    );
  });
});
