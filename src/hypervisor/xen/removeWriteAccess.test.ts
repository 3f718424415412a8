import { describe, expect, it } from 'vitest';
import { word } from '../../base';
import {
  asText,
  cr3,
  direct,
  EMPTY,
  e,
  invlpg,
  K,
  type LabOptions,
  load,
  PUAD,
  PWUAD,
  setEntry,
  store,
  vaOf,
  XenLab,
} from '../../testing/xenLab';
import { guesses } from './wrmapGuess';

/** P = 0x30 is not shadowed yet, and the kernel has written it: D(P) is writable in the shadow. */
function writablePage(options: LabOptions = {}): XenLab {
  const lab = new XenLab(options);
  lab.run(0, setEntry(0x30, 5, e(0x100, PUAD)));
  expect(lab.writable(0x30)).toBe(true);
  expect(lab.x.guest.writers(0x30)).toBe(1);
  lab.fresh();
  return lab;
}

const MEANS = [
  'shadow_writeable',
  'shadow_writeable_h_3',
  'shadow_writeable_h_4',
  'shadow_writeable_h_5',
  'shadow_writeable_h_6',
  'shadow_writeable_h_7',
  'shadow_writeable_h_8',
  'shadow_writeable_bf',
  'shadow_writeable_bf_1',
];

describe('shadowing a table the guest can write', () => {
  it('finds the mapping by the guess at Linux’s direct map, in the order of the sheet', () => {
    const lab = writablePage();
    lab.run(0, load(vaOf(0x30, 5)));
    expect(lab.counters(...MEANS)).toEqual({ shadow_writeable: 1, shadow_writeable_h_4: 1 });
    const sK = lab.shadowOf(K).toString(16);
    // The Windows self-map is tried first, and no shadow covers it.
    expect(lab.events('WriteAccessSearched').map((line) => line.split(' ').slice(0, 4).join(' '))).toEqual([
      'WriteAccessSearched 30 3 0',
      `WriteAccessSearched 30 4 ${sK}`,
    ]);
    expect(lab.events('WriteAccessRemoved')).toEqual([`WriteAccessRemoved 30 ${sK} 30 4`]);
    expect(lab.events('VersionBumped')).toEqual(['VersionBumped 1']);
    expect(lab.writable(0x30)).toBe(false);
    expect(lab.violations).toEqual([]);
  });

  it('without the guess searches all L1 shadows, one entry a step, until the type count is 0', () => {
    const lab = writablePage({ switches: { 'wrmap-guess': false } });
    const before = lab.steps;
    lab.run(0, load(vaOf(0x30, 5)));
    expect(lab.counters(...MEANS)).toEqual({ shadow_writeable: 1, shadow_writeable_bf: 1 });
    const searched = lab.events('WriteAccessSearched');
    // The only L1 shadow is that of K, and entry 030 of it is the mapping.
    expect(searched).toHaveLength(0x31);
    expect(searched.at(-1)).toBe(`WriteAccessSearched 30 9 ${lab.shadowOf(K).toString(16)} 30 1`);
    expect(lab.steps - before).toBeGreaterThan(0x31);
    expect(lab.x.domain.get('hashWalking')).toBe(0);
    expect(lab.violations).toEqual([]);
  });

  it('looks next where the last search found something', () => {
    const lab = writablePage({ switches: { 'wrmap-guess': false } });
    lab.run(0, load(vaOf(0x30, 5)));
    lab.run(0, setEntry(0x31, 5, e(0x100, PUAD)));
    lab.fresh();
    lab.run(0, load(vaOf(0x31, 5)));
    expect(lab.counters(...MEANS)).toEqual({ shadow_writeable: 1, shadow_writeable_h_5: 1 });
    expect(lab.events('WriteAccessSearched')).toHaveLength(0x32);

    const without = writablePage({ switches: { 'wrmap-guess': false, 'writable-hint': false } });
    without.run(0, load(vaOf(0x30, 5)));
    without.run(0, setEntry(0x31, 5, e(0x100, PUAD)));
    without.fresh();
    without.run(0, load(vaOf(0x31, 5)));
    expect(without.counters(...MEANS)).toEqual({ shadow_writeable: 1, shadow_writeable_bf: 1 });
  });

  it('goes on after a hit while the type count says that more are left', () => {
    const alias = { page: 0x31, index: 9, value: e(0x30, PWUAD) };
    const lab = new XenLab({ entries: [alias] });
    lab.run(0, setEntry(0x30, 5, e(0x100, PUAD)), store(vaOf(0x31, 9), EMPTY, 0));
    expect(lab.x.guest.writers(0x30)).toBe(2);
    lab.fresh();
    lab.run(0, load(vaOf(0x30, 5)));
    expect(lab.counters(...MEANS)).toEqual({
      shadow_writeable: 1,
      shadow_writeable_h_4: 1,
      shadow_writeable_bf: 1,
    });
    expect(lab.x.guest.writers(0x30)).toBe(0);
    expect(lab.violations).toEqual([]);
  });

  it('costs nothing when the type count is 0', () => {
    const lab = new XenLab({ entries: [{ page: 0x30, index: 5, value: e(0x100, PUAD) }] });
    lab.run(0, load(vaOf(0x30, 5)));
    expect(lab.counters(...MEANS)).toEqual({});
    expect(lab.events('WriteAccessSearched')).toEqual([]);
  });

  it('crashes the domain if a writer stays, who is not in any shadow', () => {
    const lab = new XenLab({ entries: [{ page: 0x30, index: 5, value: e(0x100, PUAD) }] });
    lab.x.guest.addForeignWriters(0x30, 1);
    lab.run(0, load(vaOf(0x30, 5)));
    expect(lab.x.domain.get('crashed')).toBe(1);
    expect(lab.events('DomainCrashed')).toEqual(['DomainCrashed 30']);
  });
});

describe('taking write access away in a resync', () => {
  const PAGE = { page: 0x30, index: 5, value: e(0x100, PUAD) };
  const letGo = (options: LabOptions = {}): XenLab => {
    const lab = new XenLab({ ...options, entries: [PAGE, ...(options.entries ?? [])] });
    lab.run(0, load(vaOf(0x30, 5)), load(direct(0x30), 0), setEntry(0x30, 5, e(0x101, PUAD)));
    expect(lab.slots(0)).toEqual([0x30, -1, -1]);
    lab.fresh();
    return lab;
  };

  it.each(['U', 'A'])('reads one entry when the fixup is valid, era %s', (era) => {
    const lab = letGo({ era });
    lab.run(0, cr3());
    expect(lab.counters(...MEANS)).toEqual({ shadow_writeable_h_7: 1 });
    const sK = lab.shadowOf(K).toString(16);
    expect(lab.events('WriteAccessSearched', 'FixupHit')).toEqual([
      `WriteAccessSearched 30 7 ${sK} 30 1`,
      `FixupHit 30 ${sK} 30`,
    ]);
  });

  it('without fixups tries the address of the unsync first (U)', () => {
    const lab = letGo({ switches: { fixups: false } });
    lab.run(0, cr3());
    expect(lab.counters(...MEANS)).toEqual({ shadow_writeable: 1, shadow_writeable_h_6: 1 });
    expect(lab.writable(0x30)).toBe(false);
  });

  it('without fixups guesses, when the slot keeps no address (A)', () => {
    const lab = letGo({ era: 'A', switches: { fixups: false } });
    lab.run(0, cr3());
    expect(lab.counters(...MEANS)).toEqual({ shadow_writeable: 1, shadow_writeable_h_4: 1 });
  });

  it('of a page that another vCPU let go cannot guess: it searches (sheet 4.3)', () => {
    const lab = letGo({ switches: { fixups: false } });
    // vCPU 1 brings a new L3 in: everything is resynced, whoever let it go.
    for (const frame of [0x40, 0x41, 0x42]) lab.machine.memory.write64(frame, 0, 0, e(frame + 1, PWUAD).lo);
    lab.run(1, store(direct(0x10, 0), e(0x40, PWUAD), 0), load(word(0, 0)));
    expect(lab.slots(0)).toEqual([-1, -1, -1]);
    expect(lab.counter('shadow_writeable_h_6')).toBe(0);
    expect(lab.counter('shadow_writeable_bf_1')).toBe(1);
    expect(lab.violations).toEqual([]);
  });

  it('that cannot find the writer unshadows the page instead (sheet 9.22)', () => {
    const lab = letGo();
    lab.x.guest.addForeignWriters(0x30, 1);
    lab.run(0, cr3());
    expect(lab.counters(...MEANS)).toMatchObject({ shadow_writeable_h_7: 1, shadow_writeable_bf_1: 1 });
    expect(lab.events('Unshadowed', 'Resynced', 'DomainCrashed')).toEqual(['Unshadowed 30 3']);
    expect(lab.x.isPageTable(0x30)).toBe(false);
    expect(lab.slots(0)).toEqual([-1, -1, -1]);
    expect(lab.violations).toEqual([]);
  });

  it('misses a fixup whose entry has gone meanwhile, and is not misled', () => {
    const lab = letGo();
    // The guest maps something else at D(P): K goes out of sync itself, and INVLPG empties the recorded entry.
    lab.run(0, setEntry(K, 0x30, e(0x77, PWUAD & ~4)), invlpg(direct(0x30)), cr3());
    expect(lab.events('FixupMiss')).toEqual([`FixupMiss 30 ${lab.shadowOf(K).toString(16)} 30`]);
    expect(lab.counters(...MEANS)).toEqual({ shadow_writeable_h_7: 1, shadow_writeable_h_8: 1 });
    expect(lab.slots(0)).toEqual([-1, -1, -1]);
    expect(lab.entry(lab.shadowOf(0x30), 5)).toBe(asText(e(0x101, PUAD & ~0x40)));
  });
});

describe('the guesses of a 64-bit guest', () => {
  const lab = new XenLab();
  const at = (level: number, vaHi: number, vaLo: number): string[] =>
    guesses(lab.x, 0, 0x30, level, vaHi, vaLo).map(
      (g) => `h_${g.how} ${asText(word(g.vaHi, g.vaLo)).padStart(16, '0')}`,
    );
  const direct4 = ['h_4 ffff810000030000', 'h_4 0000010000030000', 'h_4 fffffe0000030000'];

  it('stand in the order of the sheet, the Windows self-map of the level first', () => {
    const va = word(0x7f80, 0x8820_7000 | 0);
    expect(at(1, va.hi, va.lo)).toEqual(['h_3 fffff6bfc0441038', ...direct4]);
    expect(at(2, va.hi, va.lo)).toEqual(['h_3 fffff6fb5fe02208', ...direct4]);
    expect(at(3, va.hi, va.lo)).toEqual(['h_3 fffff6fb7daff010', ...direct4]);
    expect(at(4, 0, 0)).toEqual(direct4);
  });

  it('begin with the unsync address in a resync, if there is one', () => {
    expect(at(0, 0xffff8100 | 0, 0x30008)).toEqual(['h_6 ffff810000030008', ...direct4]);
    expect(at(0, 0, 0)).toEqual(direct4);
  });
});
