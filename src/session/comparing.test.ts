import { describe, expect, it } from 'vitest';
import { encodeLink } from '../permalink';
import { testSession } from '../testing/testSession';
import { captureSide, compareRest, linkOfText, pastedLink, readCompareRest, sideOf } from './comparing';

const value = <T>(
  result: { readonly kind: 'ok'; readonly value: T } | { readonly kind: 'error' } | undefined,
): T => {
  if (result?.kind !== 'ok') throw new Error(`expected a value, found ${JSON.stringify(result)}`);
  return result.value;
};

describe('an address of a comparison', () => {
  it('holds two links and a place, and reads back as what it was', () => {
    const { controls, session } = testSession({ library: 'unsync' });
    controls.execute('to-end');
    const left = captureSide(session);
    if (left === undefined) throw new Error('nothing is on stage');
    const right = linkOfText(left.text, undefined, { 'out-of-sync': false });
    const rest = value(compareRest(left, right, 12));
    expect(value(readCompareRest(rest))).toEqual({ left, right, place: 12 });
    expect(value(readCompareRest(value(compareRest(left))))).toEqual({ left, right: undefined, place: 0 });
    // Where the stage stood is its own affair: a comparison begins at the beginning.
    expect(left.at).toBeUndefined();
    expect(readCompareRest('')).toBeUndefined();
  });

  it('that is damaged says which side, and what is behind both sides and no place is said', () => {
    const { session } = testSession();
    const link = captureSide(session);
    if (link === undefined) throw new Error('nothing is on stage');
    const good = value(compareRest(link, link));
    const [one = ''] = good.split('~');
    expect(readCompareRest(`${one.slice(0, -4)}~${one}`)).toMatchObject({
      error: expect.stringContaining('The left side'),
    });
    expect(readCompareRest(`${one}~${one.slice(0, -4)}`)).toMatchObject({
      error: expect.stringContaining('The right side'),
    });
    for (const junk of ['-3', 'junk', '', '12345678'])
      expect(value(readCompareRest(`${good}~${junk}`))).toMatchObject({
        place: 0,
        unused: expect.stringContaining(`“~${junk}”`),
      });
    const joined = value(readCompareRest(`${good}~7~and more`));
    expect([joined.place, joined.unused]).toEqual([7, expect.stringContaining('“~and more”')]);
    expect(value(readCompareRest(`${good}~7`)).unused).toBeUndefined();
  });

  it('takes any link that is pasted, whole or its end', () => {
    const { session } = testSession();
    const link = captureSide(session);
    if (link === undefined) throw new Error('nothing is on stage');
    const fragment = value(encodeLink(link));
    expect(value(pastedLink(`https://example.org/page/${fragment}`))).toEqual(link);
    expect(value(pastedLink(` ${fragment} `))).toEqual(link);
    expect(pastedLink('https://example.org/').kind).toBe('error');
    expect(pastedLink('https://example.org/#/compare/1.abc~1.def')).toMatchObject({
      error: expect.stringContaining('the link of a comparison'),
    });
  });
});

describe('a side', () => {
  it('has a run of its own: the stage stays where it is', () => {
    const { controls, session } = testSession({ library: 'unsync' });
    const link = captureSide(session);
    if (link === undefined) throw new Error('nothing is on stage');
    const side = value(sideOf(controls, { ...link, switches: { 'out-of-sync': false } }));
    side.session.jump(9);
    expect([side.session.state.cursor, session.state.cursor]).toEqual([9, 0]);
    expect(side.session.run?.built.hypervisor.switchOn('out-of-sync')).toBe(false);
    expect(session.run?.built.hypervisor.switchOn('out-of-sync')).toBe(true);
  });

  it('that cannot run says why', () => {
    const { controls } = testSession();
    expect(sideOf(controls, linkOfText('scenario "x"\ndesign nobody\n'))).toMatchObject({
      error: expect.stringMatching(/^This side cannot be run\. .*nobody/s),
    });
  });
});
