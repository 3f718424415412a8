import { describe, expect, it } from 'vitest';
import { type Run, recordRun } from '../../engine';
import { designs } from '../../hypervisor';
import { LIBRARY, type LibraryId } from '../../library';
import { resolvedText, runOf } from '../../testing/library';
import { buildScene } from '../scene/build';
import { apartAt } from './apart';
import { countsAt, series } from './counts';
import { differencesOf } from './differences';
import { marked } from './marked';
import { PRESETS, type PresetSide } from './presets';
import { staleMeter } from './stale';
import { memoryApart } from './states';
import { pairsOf, stopsOf } from './together';
import { variantText } from './variant';

const textOf = (id: string): string => LIBRARY.find((entry) => entry.id === id)?.text ?? '';
const run = (text: string, switches: Readonly<Record<string, boolean>> = {}): Run => {
  const { spec, design } = resolvedText(text);
  const options = { ...spec.options, switches: { ...spec.options.switches, ...switches } };
  return recordRun({ ...spec, options }, design);
};
const under = (id: LibraryId, design: string): Run => {
  const other = designs.get(design);
  if (other === undefined) throw new Error(`there is no design ${design}`);
  return run(variantText(textOf(id), { design: other }).text);
};

function runOfSide({ library, design, profile, switches }: PresetSide): Run {
  const text = textOf(library);
  if (design === undefined && profile === undefined) return run(text, switches);
  const change = {
    ...(design !== undefined && { design: designs.get(design) as never }),
    ...(profile !== undefined && { profile }),
  };
  return run(variantText(text, change).text, switches);
}

describe('the same guest under something else', () => {
  it('another design keeps the program, and loses what only the first design could promise', () => {
    const { text, without } = variantText(textOf('unsync-mprotect'), {
      design: designs.get('nested') as never,
    });
    expect(text).toContain('design nested');
    expect(text).not.toMatch(/^(profile|expect|violates|knob)/m);
    expect(text).toContain('mfence');
    expect(without).toEqual([
      '`call mprotect`, which Nested paging does not have',
      '1 moment of its schedule within operations: their ends stand for them',
    ]);
    expect(run(text).ending.kind).toBe('done');
  });

  it('another profile keeps the moments, and forgets switches that were for the first one', () => {
    const { text, without } = variantText(textOf('flush-after-unlock'), { profile: 'preserve-ad' });
    expect(text).toContain('design paravirt\nprofile preserve-ad\n');
    expect(text).toContain('sys_mprotect.unlock');
    expect(without).toEqual([]);
    expect(run(text).violations).toEqual([]);
  });

  it('what only the host of the first design could do goes, with all that was said of it', () => {
    const { text, without } = variantText(textOf('kvm-dirty-log-two-ways'), {
      design: designs.get('nested') as never,
    });
    expect(without.some((one) => one.startsWith('`call '))).toBe(true);
    expect(text).not.toMatch(/^host\n {2}mfence/m);
    expect(run(text).ending.kind).toBe('done');
  });

  it('XI is given shadows enough for a guest of so little memory', () => {
    const { text } = variantText(textOf('a-page-table-may-drift'), { design: designs.get('xi') as never });
    expect(text).toContain('knob kits 16');
    expect(run(text).ending.kind).toBe('done');
  });

  it('every preset runs to its end on both sides, and the two are not the same', () => {
    for (const { id, left, right } of PRESETS) {
      const [a, b] = [runOfSide(left), runOfSide(right)];
      expect([id, a.ending.kind, b.ending.kind]).toEqual([id, 'done', 'done']);
      const { first } = differencesOf(a, b, stopsOf(a, b));
      expect([id, first === undefined]).toEqual([id, false]);
      // Not by the numbers of pages alone: the step that did it is another one, or says something else.
      expect([id, first?.a.says === first?.b.says]).toEqual([id, false]);
    }
  });
});

describe('stepping together', () => {
  it('both are through with the same operations at every stop, and nobody ever goes back', () => {
    const [a, b] = [runOf('process-creation-shadow'), under('process-creation-shadow', 'nested')];
    const stops = stopsOf(a, b);
    expect(stops.every((stop) => stop.in === 'both')).toBe(true);
    expect(stops.at(-1)).toMatchObject({ a: a.length, b: b.length });
    const pairs = pairsOf(a, b, stops);
    for (const [i, pair] of pairs.entries()) {
      const before = pairs[i - 1];
      if (before === undefined) continue;
      expect(pair.a >= before.a && pair.b >= before.b && pair.stop >= before.stop).toBe(true);
      expect(pair.a + pair.b).toBeGreaterThan(before.a + before.b);
    }
    for (const [i, stop] of stops.entries())
      expect(pairs.find((pair) => pair.stop === i + 1)).toMatchObject({ a: stop.a, b: stop.b });
  });

  it('an operation of one run alone has a stop of its own', () => {
    const text = textOf('tlb-miss-shadow');
    const a = run(text);
    const b = run(text.replace(/^expect/m, 'vcpu 0\n  load 0x40_0000\nexpect'));
    const stops = stopsOf(a, b);
    expect(stops.map((stop) => stop.in)).toEqual(['both', 'both', 'both', 'b']);
    expect(stopsOf(b, a).map((stop) => stop.in)).toEqual(['both', 'both', 'both', 'a']);
  });
});

describe('where two runs part', () => {
  it('is nowhere, for a run and itself', () => {
    const [a, b] = [runOf('unsync'), run(textOf('unsync'))];
    const stops = stopsOf(a, b);
    const { first, firstForGuest, ofStops } = differencesOf(a, b, stops);
    expect([first, firstForGuest]).toEqual([undefined, undefined]);
    expect(new Set(ofStops)).toEqual(new Set(['same']));
    expect(memoryApart(a, b, { a: a.length, b: b.length }, 5).all).toBe(0);
  });

  it('a queue flushed too late: the unlock comes first, and what the guest sees of it is another process’s data', () => {
    const [a, b] = [runOf('flush-before-unlock'), runOf('flush-after-unlock')];
    const stops = stopsOf(a, b);
    const { first, firstForGuest, ofStops } = differencesOf(a, b, stops);
    expect(first).toMatchObject({ op: 0, actor: 0, b: { text: 'page-table-unlocked vcpu=0 table=0x13' } });
    expect(firstForGuest).toMatchObject({ actor: 0, op: 1 });
    expect(firstForGuest?.b.text).toMatch(/value=0xb0b$/);
    expect(ofStops).toEqual(['same', 'different', 'seen by the guest']);
    expect(memoryApart(a, b, { a: a.length, b: b.length }, 5)).toEqual({
      all: 1,
      found: [
        {
          gfn: 0x13,
          index: 0,
          name: '0x013[000]',
          kind: 'L1',
          a: '0x07f r user accessed',
          b: 'not present (0x4_0200)',
        },
      ],
    });
    const { found } = memoryApart(a, b, { a: a.length, b: b.length }, 5);
    const scene = a.peek(a.length, () => buildScene(a, a.length - 1, a.length));
    const differs = (model: typeof scene) =>
      model.tables.flatMap(({ side, frame, notes }) =>
        [...notes].flatMap(([index, { stale }]) => (stale === true ? [`${side} ${frame} ${index}`] : [])),
      );
    expect(differs(scene)).toEqual([]);
    expect(differs(marked(scene, [{ frame: 0x13, index: 0 }]))).toEqual([`guest ${0x13} 0`]);
    expect(found).toHaveLength(1);
  });

  it('not where two pools give their pages in another order, but where something else happens', () => {
    const [a, b] = [runOf('a-page-table-may-drift'), under('a-page-table-may-drift', 'kvm')];
    const { first, ofStops } = differencesOf(a, b, stopsOf(a, b));
    // The same load through two shadows is the same; at the store to a page table Xen's shadow denies what KVM's allows.
    expect(ofStops[0]).toBe('same');
    expect(first).toMatchObject({
      op: 0,
      actor: 1,
      a: { text: expect.stringContaining('error=0x3') },
      b: { text: expect.stringContaining('error=-1') },
    });
  });

  it('two hypervisors between which the guest cannot tell', () => {
    const [a, b] = [runOf('tlb-miss-shadow'), under('tlb-miss-shadow', 'nested')];
    const { first, firstForGuest } = differencesOf(a, b, stopsOf(a, b));
    expect(first).toBeDefined();
    expect(firstForGuest).toBeUndefined();
  });
});

describe('what the processors make of it', () => {
  it('one design, one switch: the entries of shadows that differ, known by the guest tables behind them', () => {
    const [a, b] = [run(textOf('unsync')), run(textOf('unsync'), { 'out-of-sync': false })];
    const at = { a: a.length, b: b.length };
    const { shadows, translations, marks } = apartAt(a, b, at);
    expect(shadows?.all).toBeGreaterThan(0);
    // A table out of sync may be written by the guest: its page is writable in one run alone.
    expect(translations.found.some((one) => / rw/.test(one.a) && / r( |x|$)/.test(one.b))).toBe(true);
    const scene = a.peek(at.a, () => buildScene(a, a.length - 1, at.a));
    const noted = marked(scene, marks.a).tables.filter(({ side }) => side === 'shadow');
    expect(noted.some(({ notes }) => [...notes.values()].some(({ stale }) => stale === true))).toBe(true);
    expect(apartAt(a, run(textOf('unsync')), { a: at.a, b: at.a })).toMatchObject({
      ...{ memory: { all: 0 }, translations: { all: 0 }, shadows: { all: 0 } },
      marks: { a: [], b: [] },
    });
  });

  it('two designs: the same pages lead to the same frames; what only one has filled in is said to be a fault', () => {
    const [a, b] = [runOf('tlb-miss-shadow'), under('tlb-miss-shadow', 'nested')];
    const { shadows, translations } = apartAt(a, b, { a: a.length, b: b.length });
    expect(shadows).toBeUndefined();
    for (const one of translations.found)
      expect(one.a.startsWith('a fault')).not.toBe(one.b.startsWith('a fault'));
  });
});

describe('counts', () => {
  it('are those of both, by name; what only one design counts has no value in the other', () => {
    const [a, b] = [runOf('tlb-miss-shadow'), under('tlb-miss-shadow', 'nested')];
    const counts = countsAt(a, b, { a: a.length, b: b.length });
    const of = (name: string) => counts.find((one) => one.name === name);
    expect(of('entries read by walks')).toMatchObject({ a: 4, b: 24 });
    expect(of('nested reads')).toMatchObject({ a: undefined, b: 20 });
    const stops = stopsOf(a, b);
    const { a: left, b: right } = series(a, b, stops, 'entries read by walks');
    expect([left[0], left.at(-1), right.at(-1)]).toEqual([0, 4, 24]);
    expect(left).toHaveLength(stops.length + 1);
  });
});

const STALE = `scenario "Stale"
design native
paging x86-64, 128 frames
root 0x010
table l3 0x011 at 0x40_0000
table l2 0x012 at 0x40_0000
table l1 0x013 at 0x40_0000
map 0x40_0000 -> 0x040 rw user a d
map 0x40_1000 -> 0x041 rw user a d
direct 0xffff_8100_0000_0000 frames 128 tables 0x061
vcpu 0
  load 0x40_0000
  pte 0x40_0000 = CHANGE
  load 0x40_1000
  invlpg 0x40_0000
  load 0x40_1000
`;
const meter = (change: string) => staleMeter(run(STALE.replace('CHANGE', change)));

describe('the meter of outdated translations', () => {
  it('opens at the store to the entry, and closes at the INVLPG', () => {
    const r = run(STALE.replace('CHANGE', '0'));
    const { vcpus } = staleMeter(r);
    expect(vcpus[0]?.windows).toHaveLength(1);
    const [window] = vcpus[0]?.windows ?? [];
    const stored = r.eventsIn(0, r.length).find((e) => e.kind === 'MemoryWritten')?.step ?? -1;
    const flushed = r.eventsIn(0, r.length).find((e) => e.kind === 'TlbFlushed')?.step ?? -1;
    expect(window).toMatchObject({
      vcpu: 0,
      vaLo: 0x40_0000,
      holder: 'TLB',
      from: stored + 1,
      to: flushed + 1,
    });
    expect(vcpus[0]).toMatchObject({ steps: flushed - stored, longest: flushed - stored, operations: 3 });
  });

  it('another frame, or a right less, is outdated; a right more is not', () => {
    const says = (change: string) => meter(change).vcpus[0]?.windows.map((one) => one.says) ?? [];
    expect(says('0x045 rw user a d')).toEqual(["frame 0x040; the guest's tables say 0x045"]);
    expect(says('0x040 r user a d')).toEqual(["frame 0x040 for stores; the guest's tables forbid that"]);
    expect(says('0x040 rwx user a d')).toEqual([]);
  });

  it('sees a shadow that is out of sync, where the TLB has forgotten already', () => {
    const { vcpus } = staleMeter(runOf('unsync-mprotect'));
    const windows = vcpus.flatMap((one) => one.windows);
    expect(windows.filter(({ holder }) => holder === 'shadow').length).toBeGreaterThan(0);
    expect(vcpus[1]?.steps).toBeGreaterThan(0);
  });

  it('finds nothing where nested paging has nothing to go stale but the TLB', () => {
    const { vcpus } = staleMeter(under('unsync', 'nested'));
    expect(vcpus.flatMap((one) => one.windows).filter(({ holder }) => holder === 'shadow')).toEqual([]);
  });

  it('leaves the cursor where it was', () => {
    const r = runOf('unsync');
    r.seek(5);
    staleMeter(r);
    expect(r.cursor).toBe(5);
  });
});
