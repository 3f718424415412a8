import { deflateSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { Random } from '../base';
import { toBase64url } from './base64url';
import { dictionaryOf } from './dictionaries';
import { sealText } from './envelope';
import { linkErrorText } from './errors';
import { inflateWithin } from './inflate';
import { MAX_DECODED, MAX_ENCODED } from './limits';
import { decodeLink, encodeLink, hasLink } from './link';
import type { LinkState } from './state';

const PLAIN: LinkState = {
  kind: 'scenario',
  text: 'scenario "Nothing"\n',
  switches: {},
  branches: [],
  run: 0,
  view: {},
  tables: '0123abcd',
};

const error = (hash: string): string => {
  const read = decodeLink(hash);
  if (read.kind === 'ok') throw new Error('expected an error');
  return `${read.error.kind}: ${linkErrorText(read.error)}`;
};

/** A payload sealed as ours are, whatever is in it. */
const sealed = (content: unknown): string => {
  const payload = sealText(typeof content === 'string' ? content : JSON.stringify(content), dictionaryOf(1));
  if (payload.kind === 'error') throw new Error(payload.error.found);
  return payload.value;
};

/** An envelope around given packed bytes, with the length in front that they really have. */
const envelope = (packed: Uint8Array): string => {
  const bytes = new Uint8Array(6 + packed.length);
  new DataView(bytes.buffer).setUint16(4, packed.length);
  bytes.set(packed, 6);
  return toBase64url(bytes);
};

describe('a bare page', () => {
  it.each(['', '#', '#/', '/'])('`%s` asks for nothing', (hash) => {
    expect(hasLink(hash)).toBe(false);
  });
  it.each(['#/1/', '#x', '#/1/abc'])('`%s` asks for something', (hash) => {
    expect(hasLink(hash)).toBe(true);
  });
});

describe('a link that does not open', () => {
  it.each(['#hello', '#/about', '#/1x/abc', '#!/1/abc', '#/-1/abc', '#/0/AAAA'])('%s is foreign', (hash) => {
    expect(error(hash)).toMatch(/^foreign: /);
  });

  it('of a newer version says which, what this page reads, and that nothing is lost', () => {
    expect(error('#/7/whatever packing it uses')).toBe(
      'newer: The link was made by a newer version: found version 7. Expected at most 1, which is what this page reads. ' +
        'Reload the page to get its newest version; your scenario is kept.',
    );
  });

  it('with a character from around the link names it and its place', () => {
    const { length } = sealed({});
    expect(error(`#/1/${sealed({})})`)).toContain(`\`)\` at character ${length + 1} of the payload`);
  });

  it('without its end is truncated, even where only the version is left', () => {
    expect(error('#/1/')).toMatch(/^truncated: /);
    expect(error('#/1')).toMatch(/^truncated: /);
    expect(error(`#/1/${sealed(PLAIN).slice(0, -10)}`)).toMatch(/^truncated: /);
  });

  it('whose contents were swapped under an intact envelope is damaged', () => {
    expect(error(`#/1/${envelope(deflateSync(new TextEncoder().encode(JSON.stringify(PLAIN))))}`)).toContain(
      'checksum',
    );
    expect(error(`#/1/${envelope(new Uint8Array([255, 255, 255]))}`)).toContain('does not inflate');
  });

  it('with intact contents that are not JSON is damaged', () => {
    expect(error(`#/1/${sealed('{"kind":')}`)).toMatch(/^damaged: .*not JSON/);
  });

  it('of more than 64 kB is refused before it is read', () => {
    expect(error(`#/1/${'A'.repeat(MAX_ENCODED + 1)}`)).toMatch(/^oversized: .*65537 characters/);
    expect(error(`#/1/${'A'.repeat(MAX_ENCODED)}`)).not.toMatch(/^oversized/);
  });

  it('that inflates past 1 MB is refused', () => {
    const bomb = deflateSync(new Uint8Array(8 * MAX_DECODED), { level: 9 });
    expect(envelope(bomb).length).toBeLessThan(MAX_ENCODED);
    expect(error(`#/1/${envelope(bomb)}`)).toMatch(/^oversized: .*1048576 bytes/);
  });

  it.each([
    [{ ...PLAIN, kind: 'homework' }, '`kind`'],
    [{ ...PLAIN, text: undefined }, '`text`'],
    [{ ...PLAIN, text: 7 }, '`text`'],
    [{ ...PLAIN, tables: 'xyz' }, '`tables`'],
    [{ ...PLAIN, at: { anchor: 'somewhere', step: 3 } }, '`at.anchor`'],
    [{ ...PLAIN, at: { anchor: '0:0:start', step: -1 } }, '`at.step`'],
    [{ ...PLAIN, at: { anchor: '0:0:start', step: 1.5 } }, '`at.step`'],
    [{ ...PLAIN, switches: { recheck: 'off' } }, '`switches.recheck`'],
    [{ ...PLAIN, switches: { 'no such name!': true } }, '`switches.no such name!`'],
    [{ ...PLAIN, branches: [{ segments: [{ until: '0:0:start' }] }] }, '`branches.0.segments.0.actor`'],
    [
      { ...PLAIN, branches: [{ parent: 1, segments: [] }] },
      'Expected branches that leave a run listed before them',
    ],
    [{ ...PLAIN, run: 1 }, 'Expected a run that is in the list of branches'],
    [{ ...PLAIN, memory: [1, 2, 3] }, '`memory`'],
    [[], 'Expected'],
    [null, 'Expected'],
  ])('with contents against the rules names the field (%#)', (content, said) => {
    const message = error(`#/1/${sealed(content)}`);
    expect(message).toMatch(/^invalid: /);
    expect(message).toContain(said);
  });
});

describe('a link', () => {
  it('leaves defaults out of what it carries', () => {
    const made = encodeLink(PLAIN);
    const bare = sealed({ kind: 'scenario', text: PLAIN.text, tables: PLAIN.tables });
    expect(made).toEqual({ kind: 'ok', value: `#/1/${bare}` });
  });

  it('too large to be read back is not made; the error says so', () => {
    const random = new Random(7);
    const dense = Array.from({ length: 90_000 }, () => random.below(36).toString(36)).join('');
    const made = encodeLink({ ...PLAIN, text: dense });
    expect(made.kind === 'error' && made.error.kind).toBe('oversized');
    const huge = encodeLink({ ...PLAIN, text: 'a'.repeat(MAX_DECODED + 1) });
    expect(huge.kind === 'error' && huge.error.kind).toBe('oversized');
  });
});

describe('inflating within a limit', () => {
  const bytes = (n: number): Uint8Array => Uint8Array.from({ length: n }, (_, i) => (i * i) & 0xff);

  it('gives everything up to the limit and nothing past it', () => {
    const packed = deflateSync(bytes(5_000));
    expect(inflateWithin(packed, 5_000)).toEqual({ kind: 'ok', value: bytes(5_000) });
    expect(inflateWithin(packed, 4_999)).toEqual({ kind: 'error', error: 'beyond-limit' });
  });

  it('stops a bomb without reading on: the missing end of this one is never reached', () => {
    const bomb = deflateSync(new Uint8Array(8 * MAX_DECODED), { level: 9 });
    const cut = bomb.subarray(0, 4096);
    expect(inflateWithin(cut, MAX_DECODED)).toEqual({ kind: 'error', error: 'beyond-limit' });
    expect(inflateWithin(cut, 8 * MAX_DECODED)).toEqual({ kind: 'error', error: 'no-end' });
  });

  it('tells a missing end from bits that make no sense', () => {
    const packed = deflateSync(bytes(5_000));
    expect(inflateWithin(packed.subarray(0, -1), 10_000)).toEqual({ kind: 'error', error: 'no-end' });
    expect(inflateWithin(new Uint8Array(), 10)).toEqual({ kind: 'error', error: 'no-end' });
    expect(inflateWithin(new Uint8Array([0b111, 0, 0, 0, 0]), 10)).toEqual({
      kind: 'error',
      error: 'not-deflate',
    });
  });
});
