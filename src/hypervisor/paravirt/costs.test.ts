import { describe, expect, it } from 'vitest';
import { pvEvents, pvRun } from '../../testing/paravirt';
import { type Circumstances, countedIn, priceOf, sections } from './costs';
import { SCHEMES, schemeNamed } from './schemes';

const PAGES = [1, 8, 64, 512, 1024];

type More = Partial<Parameters<typeof pvRun>[0]>;

/** Every level-1 table has been walked before: a shadow that is not there has nothing to be brought in line. */
const scenario = (scheme: string, pages: number, more: More): Parameters<typeof pvRun>[0] => ({
  scheme,
  memory: `map 0x40_0000 -> 0x100 rwx user a d count ${pages}`,
  program: [
    'prologue vcpu 0',
    '  load 0x40_0000',
    ...(pages > 512 ? ['  load 0x60_0000'] : []),
    'vcpu 0',
    `  call mprotect 0x40_0000 ${pages} 3`,
  ].join('\n'),
  ...more,
});

const counted = (scheme: string, pages: number, more: More = {}) =>
  countedIn(pvEvents(scenario(scheme, pages, more)));

const usual = (scheme: string): Circumstances => ({
  perTable: 512,
  queue: schemeNamed(scheme)?.queue ?? 0,
  lazy: true,
  twoWords: false,
});

describe('what an mprotect of N pages costs: the formula, and the events of the run', () => {
  describe.each(SCHEMES.map((s) => s.name))('%s', (name) => {
    const scheme = schemeNamed(name) ?? SCHEMES[0];
    it.each(PAGES)('%i pages', (pages) => {
      expect(counted(name, pages)).toEqual(priceOf(scheme as NonNullable<typeof scheme>, pages, usual(name)));
    });
  });

  it.each(SCHEMES.map((s) => s.name))('%s breaks no invariant on the way', (name) => {
    const run = pvRun(scenario(name, 8, {}));
    expect(run.violations.map((v) => v.violation.says)).toEqual([]);
    expect(countedIn(run.eventsIn(0, run.length))).toEqual(counted(name, 8));
  });

  it('a batch of 31, as later versions of Linux have it', () => {
    const scheme = schemeNamed('preserve-ad');
    const found = PAGES.map((pages) => counted('preserve-ad', pages, { knobs: 'knob batch 31' }).calls);
    expect(found).toEqual([1, 1, 3, 17, 34]);
    expect(found).toEqual(
      PAGES.map(
        (n) => priceOf(scheme as NonNullable<typeof scheme>, n, { ...usual('preserve-ad'), queue: 31 }).calls,
      ),
    );
  });

  it.each(['preserve-ad', 'vmi', 'lguest', 'trap-queued', 'mmu-op'])('%s without lazy mode', (name) => {
    const scheme = schemeNamed(name) as NonNullable<ReturnType<typeof schemeNamed>>;
    expect(counted(name, 8, { switches: 'without lazy' })).toEqual(
      priceOf(scheme, 8, { ...usual(name), lazy: false }),
    );
  });

  it.each(['trap', 'trap-queued'])('%s on entries of two words', (name) => {
    const scheme = schemeNamed(name) as NonNullable<ReturnType<typeof schemeNamed>>;
    expect(counted(name, 8, { paging: 'pae' })).toEqual(
      priceOf(scheme, 8, { ...usual(name), twoWords: true }),
    );
  });

  it('a table of 1,024 entries is one section', () => {
    const scheme = schemeNamed('preserve-ad') as NonNullable<ReturnType<typeof schemeNamed>>;
    expect(counted('preserve-ad', 1024, { paging: '32-bit' })).toEqual(
      priceOf(scheme, 1024, { ...usual('preserve-ad'), perTable: 1024 }),
    );
  });

  it('the table of the sheet', () => {
    const entries = (name: string) =>
      PAGES.map((n) => {
        const { traps, calls } = priceOf(
          schemeNamed(name) as NonNullable<ReturnType<typeof schemeNamed>>,
          n,
          usual(name),
        );
        return traps + calls;
      });
    expect(entries('native')).toEqual([0, 0, 0, 0, 0]);
    expect(entries('trap')).toEqual([2, 16, 128, 1024, 2048]);
    expect(entries('trap-queued')).toEqual([2, 9, 66, 528, 1056]);
    expect(entries('preserve-ad')).toEqual([1, 1, 2, 16, 32]);
    expect(entries('vmi')).toEqual([1, 1, 1, 1, 2]);
    expect(entries('lguest')).toEqual([1, 1, 2, 16, 32]);
    expect(entries('unsync')).toEqual([1, 1, 1, 1, 2]);
    expect(entries('mmu-op')).toEqual([2, 9, 66, 525, 1050]);
  });

  it('a range is cut at the ends of tables', () => {
    expect(sections(1024, 512)).toEqual([512, 512]);
    expect(sections(513, 512)).toEqual([512, 1]);
  });
});
