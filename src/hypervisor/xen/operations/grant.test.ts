import { describe, expect, it } from 'vitest';
import {
  call,
  cr3,
  direct,
  e,
  load,
  PUAD,
  PWUAD,
  setEntry,
  store,
  vaOf,
  XenLab,
} from '../../../testing/xenLab';
import { UNSHADOW_WHY } from '../events';

const HOST = 2;

const lab = (era = 'U'): XenLab => {
  const l = new XenLab({ era, entries: [{ page: 0x30, index: 0, value: e(0x100, PUAD) }] });
  l.run(0, load(direct(0x30), 0), load(vaOf(0x30, 0)));
  l.fresh();
  return l;
};

const unshadowed = (l: XenLab): string[] =>
  l.events('Unshadowed').map((line) => {
    const [, gmfn, why] = line.split(' ');
    return `${gmfn} ${UNSHADOW_WHY[Number.parseInt(why ?? '', 16)]}`;
  });

const outcome = (l: XenLab): string | undefined => l.events('OperationEnded').at(-1)?.split(' ')[3];

describe('a grant to another domain (sheet 1.5)', () => {
  it('of an ordinary frame is a writer more, and nothing else', () => {
    const l = lab();
    l.run(HOST, call('grant', 0x1f0));
    expect([l.x.guest.writers(0x1f0), l.x.guest.foreignWriters(0x1f0)]).toEqual([1, 1]);
    expect(l.events('GrantMapped', 'Unshadowed', 'TlbFlushed')).toEqual(['GrantMapped 1f0 1f0']);
    expect(l.broken).toEqual([]);
  });

  it('of a table in sync removes its shadows first: a count never goes from 0 to 1 on a shadowed page', () => {
    const l = lab();
    expect([l.x.isPageTable(0x30), l.x.guest.writers(0x30)]).toEqual([true, 0]);
    l.run(HOST, call('grant', 0x30));
    expect(unshadowed(l)).toEqual(['30 type-change']);
    expect([l.x.isPageTable(0x30), l.x.guest.writers(0x30)]).toEqual([false, 1]);
    expect(l.events('TlbFlushed')).toHaveLength(2);
    expect(l.broken).toEqual([]);
  });

  it.each(['U', 'A'])('of a table out of sync leaves its shadow alone, in era %s', (era) => {
    const l = lab(era);
    l.run(0, setEntry(0x30, 1, e(0x101, PWUAD)));
    expect(l.x.outOfSync(0x30)).toBe(true);
    l.run(HOST, call('grant', 0x30));
    expect(unshadowed(l)).toEqual([]);
    expect([l.x.outOfSync(0x30), l.x.guest.writers(0x30)]).toEqual([true, 2]);
    expect(l.broken).toEqual([]);
  });

  it('leaves the exempt table even if nothing maps it writable at the moment', () => {
    const l = lab();
    l.run(0, setEntry(0x30, 1, e(0x101, PWUAD)));
    // The kernel's own L1 is unshadowed, and with it goes the writable mapping of 0x30.
    l.run(HOST, call('grant', 0x61));
    expect([l.x.outOfSync(0x30), l.x.guest.writers(0x30)]).toEqual([true, 0]);
    l.run(HOST, call('grant', 0x30));
    expect([l.x.outOfSync(0x30), l.x.guest.writers(0x30)]).toEqual([true, 1]);
    expect(l.broken).toEqual([]);
  });

  it('that cannot be found makes a resync give the shadow up; the next use of the table crashes the domain (9.22)', () => {
    const l = lab();
    l.run(0, setEntry(0x30, 1, e(0x101, PWUAD)));
    l.run(HOST, call('grant', 0x30));
    l.fresh();
    l.run(0, cr3());
    expect(unshadowed(l)).toEqual(['30 unfindable-writer']);
    expect(l.events('Resynced', 'DomainCrashed')).toEqual([]);
    expect(
      l.counters('shadow_writeable', 'shadow_writeable_bf_1', 'shadow_resync', 'shadow_unshadow'),
    ).toEqual({
      shadow_writeable: 1,
      shadow_writeable_bf_1: 1,
      shadow_unshadow: 1,
    });
    expect(l.slots(0)).toEqual([-1, -1, -1]);
    expect(l.broken).toEqual([]);
    l.run(0, load(vaOf(0x30, 1)));
    expect(l.events('DomainCrashed')).toEqual(['DomainCrashed 30']);
    expect(l.x.domain.get('crashed')).toBe(1);
  });

  it('that was given back in time does no harm', () => {
    const l = lab();
    l.run(0, setEntry(0x30, 1, e(0x101, PWUAD)));
    l.run(HOST, call('grant', 0x30), call('revoke', 0x30));
    expect(l.events('GrantUnmapped')).toEqual(['GrantUnmapped 30 30']);
    l.run(0, cr3(), load(vaOf(0x30, 1)));
    expect(l.events('Unshadowed', 'DomainCrashed')).toEqual([]);
    expect(l.x.isPageTable(0x30)).toBe(true);
    expect(l.broken).toEqual([]);
  });

  it.each([
    ['grant', 0x7000],
    ['revoke', 0x1f0],
  ] as const)('%s of what cannot be is refused, and changes nothing', (name, gfn) => {
    const l = lab();
    l.run(HOST, call(name, gfn));
    expect(outcome(l)).toBe('4');
    expect(l.events('GrantMapped', 'GrantUnmapped', 'LockTaken')).toEqual([]);
  });

  it('counts every domain that maps the frame', () => {
    const l = lab();
    l.run(HOST, call('grant', 0x1f0), call('grant', 0x1f0), call('revoke', 0x1f0));
    expect(l.x.guest.foreignWriters(0x1f0)).toBe(1);
    l.run(0, store(direct(0x1f0), e(1, 0), 0));
    expect(l.x.guest.writers(0x1f0)).toBe(2);
    expect(l.broken).toEqual([]);
  });
});
