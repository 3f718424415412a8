import { describe, expect, it } from 'vitest';
import { frozenChecksums, frozenLinks } from '../testing/frozenLinks';
import { decodeLink } from './link';
import { LINK_KINDS } from './state';
import { LINK_VERSION } from './version';

const FILES = frozenLinks();

describe('frozen links', () => {
  it('exist for every version and every kind: a new version or kind needs a new file', () => {
    const present = new Set(FILES.map(({ version, link }) => `${version} ${link.state.kind}`));
    const versions = Array.from({ length: LINK_VERSION }, (_, i) => i + 1);
    for (const version of versions) {
      expect([...present].filter((name) => name.startsWith(`${version} `))).not.toEqual([]);
    }
    for (const kind of LINK_KINDS) expect(present).toContain(`${LINK_VERSION} ${kind}`);
    expect(Math.max(...FILES.map(({ version }) => version))).toBe(LINK_VERSION);
  });

  it('are as they were when they were made: none was edited, none is gone', () => {
    expect(Object.fromEntries(FILES.map(({ file, sha256 }) => [file, sha256]))).toEqual(frozenChecksums());
  });

  it.each(FILES)('$file says its version and still decodes', ({ version, link }) => {
    expect(link.fragment.startsWith(`#/${version}/`)).toBe(true);
    expect(decodeLink(link.fragment).kind).toBe('ok');
  });

  const present = FILES.filter(({ version }) => version === LINK_VERSION);

  it.each(present)(
    '$file decodes to exactly what it was made from, and is made from it again',
    ({ link }) => {
      expect(decodeLink(link.fragment)).toEqual({ kind: 'ok', value: link.state });
    },
  );
});
