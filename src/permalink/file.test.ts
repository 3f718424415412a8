import { describe, expect, it } from 'vitest';
import { Random } from '../base';
import { linkErrorText } from './errors';
import { fileName, linkOrFile, readFile, writeFile } from './file';
import { MAX_DECODED, MAX_SHARED_LINK } from './limits';
import { decodeLink } from './link';
import type { LinkState } from './state';

const PAGE = 'https://example.org/shadowscope/';

const state = (text: string): LinkState => ({
  kind: 'scenario',
  text,
  switches: { recheck: false },
  branches: [],
  run: 0,
  view: {},
  tables: '0123abcd',
});

/** Text that deflate cannot shorten much. */
const dense = (characters: number): string => {
  const random = new Random(7);
  return Array.from({ length: characters }, () => random.below(36).toString(36)).join('');
};

describe('sharing', () => {
  it('is a link that opens again while it is short', () => {
    const shared = linkOrFile(state('scenario "Short"'), PAGE);
    if (shared.kind !== 'link') throw new Error(shared.why);
    expect(shared.url.startsWith(`${PAGE}#/1/`)).toBe(true);
    expect(decodeLink(shared.url.slice(PAGE.length))).toEqual({
      kind: 'ok',
      value: state('scenario "Short"'),
    });
  });

  it('turns to a file exactly where the whole address passes the limit', () => {
    const text = dense(20_000);
    const offer = (characters: number) => linkOrFile(state(text.slice(0, characters)), PAGE);
    let fits = 0;
    let tooMany = text.length;
    while (tooMany - fits > 1) {
      const middle = (fits + tooMany) >> 1;
      if (offer(middle).kind === 'link') fits = middle;
      else tooMany = middle;
    }
    const last = offer(fits);
    const first = offer(tooMany);
    if (last.kind !== 'link' || first.kind !== 'file') throw new Error('expected a link, then a file');
    expect(last.url.length).toBeLessThanOrEqual(MAX_SHARED_LINK);
    expect(first.linkLength).toBeGreaterThan(MAX_SHARED_LINK);
    expect(Number(first.linkLength) - last.url.length).toBeLessThan(10);
    expect(first.why).toContain(`${first.linkLength} characters`);
  });

  it('of what no link can hold says why', () => {
    const shared = linkOrFile(state(dense(200_000)), PAGE);
    expect(shared).toEqual({
      kind: 'file',
      why: expect.stringMatching(
        /^Too large for a link: found \d+ .*, expected at most \d+\. Share the file\.$/,
      ),
      linkLength: undefined,
    });
  });
});

describe('a file', () => {
  it('begins with its version, so that a person sees what it is', () => {
    expect(writeFile(state('x')).split('\n').slice(0, 3)).toEqual([
      '{',
      '  "shadowscope": 1,',
      '  "kind": "scenario",',
    ]);
  });

  it.each([
    ['foreign', 'scenario "Bare text"'],
    ['foreign', '[1, 2]'],
    ['foreign', '{"kind": "scenario"}'],
    ['foreign', '{"shadowscope": "1"}'],
    ['foreign', '{"shadowscope": 0}'],
    ['newer', '{"shadowscope": 2, "anything": true}'],
    ['invalid', '{"shadowscope": 1}'],
    ['oversized', ' '.repeat(MAX_DECODED + 1)],
  ])('is refused as %s', (kind, text) => {
    const read = readFile(text);
    if (read.kind === 'ok') throw new Error('expected an error');
    expect(read.error.kind).toBe(kind);
    expect(linkErrorText(read.error, 'file')).toMatch(/^The file .*: found .*\. Expected .*\. .*\.$/);
  });

  it('is named after the scenario', () => {
    expect(fileName('A page table may drift')).toBe('a-page-table-may-drift.shadowscope');
    expect(fileName('…')).toBe('scenario.shadowscope');
    expect(fileName(`${'x'.repeat(80)}`)).toHaveLength(60 + '.shadowscope'.length);
  });
});
