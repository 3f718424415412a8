import { describe, expect, it } from 'vitest';
import { ASKED, EMBED_PROTOCOL, readRequest } from '../../session/embed/protocol';
import { ASKED_ROWS, coursePage } from './words';

describe('what a course author reads', () => {
  it('has a row for everything that a page may ask for, and no other', () => {
    expect(ASKED_ROWS.flatMap(({ asked }) => asked).sort()).toEqual([...ASKED].sort());
  });

  it('has examples that the frame understands', () => {
    for (const { asked, example } of ASKED_ROWS) {
      expect(asked).toContain(example.do);
      expect(readRequest({ shadowscope: EMBED_PROTOCOL, ...example })).toMatchObject({
        value: { asked: example },
      });
    }
  });

  it('has a page to begin with whose requests are understood', () => {
    const page = coursePage('<iframe title="A moment" src="?embed"></iframe>');
    const asked = [...page.matchAll(/ask\(\{ do: '(\w+)' \}\)/g)].map(([, one]) => one);
    expect(asked).toEqual(['back', 'forward']);
    for (const one of asked) expect(readRequest({ shadowscope: EMBED_PROTOCOL, do: one }).kind).toBe('ok');
  });
});
