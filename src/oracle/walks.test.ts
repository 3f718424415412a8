import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { defined } from '../base';
import { checkWalk } from './walks';
import { parseWalkCase, type WalkCase } from './walksFormat';

const sample = (name: string): string[] =>
  readFileSync(fileURLToPath(new URL(`../testing/oracles/walks/${name}.jsonl`, import.meta.url)), 'utf8')
    .split('\n')
    .filter((line) => line !== '');

const parse = (line: string): WalkCase => {
  const parsed = parseWalkCase(line);
  if (parsed.kind === 'error') throw new Error(parsed.error);
  return parsed.value;
};

const all = ['mode64', 'mode64-no1g', 'pae', 'mode32'].flatMap((name) => sample(name).map(parse));
const first = (what: string, matches: (c: WalkCase) => boolean): WalkCase => defined(all.find(matches), what);
const whats = (c: WalkCase): string[] => checkWalk(c).map((d) => d.what);

const success = first(
  'a success',
  (c) => c.result.fault === null && c.hw === undefined && c.access === 'read',
);
const fault = first('a fault', (c) => c.result.fault === '#PF' && c.hw === undefined);

/** The same case with the frames of all tables moved, and the entries that name them. */
function moved(c: WalkCase, by: number): WalkCase {
  const shift = (w: { hi: number; lo: number }) => ({ hi: w.hi, lo: (w.lo + by * 4096) | 0 });
  const names = (w: { hi: number; lo: number }, below: { lo: number } | undefined) =>
    below !== undefined && w.lo >>> 12 === below.lo >>> 12 ? shift(w) : w;
  return {
    ...c,
    cr3: shift(c.cr3),
    entries: c.entries.map((e, i) => ({
      ...e,
      addr: shift(e.addr),
      before: names(e.before, c.entries[i + 1]?.addr),
      after: names(e.after, c.entries[i + 1]?.addr),
    })),
    hw: c.hw && {
      ...c.hw,
      afterMin: c.hw.afterMin?.map((w, i) => names(w, c.entries[i + 1]?.addr)),
    },
  };
}

describe('the walks oracle', () => {
  it('finds nothing in the sample', () => {
    expect(all).toHaveLength(1000);
    expect(all.filter((c) => checkWalk(c).length > 0).map((c) => c.id)).toEqual([]);
  });

  it('finds nothing when the tables lie elsewhere', () => {
    const four = all.filter((c) => c.mode === '64').map((c) => moved(c, 0x300));
    expect(four.filter((c) => checkWalk(c).length > 0).map((c) => c.id)).toEqual([]);
  });

  it.each([
    ['another frame', { ...success, result: { fault: null, pa: { hi: 0, lo: 0x1000 } } }, ['pa']],
    [
      'a fault where there was none',
      { ...success, result: { fault: '#PF', error: { hi: 0, lo: 4 }, cr2: success.va } },
      ['fault'],
    ],
    ['a success where there was a fault', { ...fault, result: { fault: null, pa: fault.va } }, ['fault']],
    ['#GP instead of #PF', { ...fault, result: { fault: '#GP', error: { hi: 0, lo: 0 } } }, ['fault']],
    [
      'another error code',
      { ...fault, result: { fault: '#PF', error: { hi: 0, lo: 0x1f }, cr2: fault.va } },
      ['error'],
    ],
    [
      'another CR2',
      {
        ...fault,
        result: {
          fault: '#PF',
          error: fault.result.fault === '#PF' ? fault.result.error : fault.va,
          cr2: { hi: 0, lo: 1 },
        },
      },
      ['cr2'],
    ],
    ['another mode', { ...success, mode: success.mode === '64' ? 'pae' : '64' }, ['mode']],
  ] as [string, WalkCase, string[]][])('tells a recording that says %s', (_, c, expected) => {
    expect(whats(c)).toEqual(expected);
  });

  it('tells a recording in which any one A or D bit is different after a success', () => {
    for (const bit of [0x20, 0x40]) {
      success.entries.forEach((_, changed) => {
        const entries = success.entries.map((e, i) =>
          i === changed ? { ...e, after: { hi: e.after.hi, lo: e.after.lo ^ bit } } : e,
        );
        expect(whats({ ...success, entries })).toEqual([`entry L${success.entries[changed]?.level}`]);
      });
    }
  });

  it('wants those bits set that hardware must set, and tells if they are not', () => {
    const c = first('a fault with afterMin', (x) => x.result.fault === '#PF' && x.hw?.afterMin !== undefined);
    const afterMin = c.entries.map((e, i) =>
      i === 0 ? { hi: e.before.hi, lo: e.before.lo | 0x20 } : e.before,
    );
    const before = c.entries.map((e, i) =>
      i === 0 ? { ...e, before: { hi: e.before.hi, lo: e.before.lo & ~0x20 } } : e,
    );
    expect(whats({ ...c, entries: before, hw: { ...c.hw, afterMin } })).toEqual([
      `entry L${c.entries[0]?.level}`,
    ]);
  });
});

describe('a recording that cannot be read', () => {
  const line = defined(sample('mode32')[0], 'a line');
  const error = (text: string): string => {
    const parsed = parseWalkCase(text);
    return parsed.kind === 'error' ? parsed.error : 'it was read';
  };

  it.each([
    ['a line cut off', line.slice(0, 50), /^not JSON: .*Expected one JSON object per line$/],
    [
      'a number that is not hex',
      line.replace('"cr3":"0x114000"', '"cr3":"114000"'),
      /^field `cr3`: `114000` is not hexadecimal/,
    ],
    ['a missing field', line.replace('"va":', '"va_":'), /^field `va`: /],
    [
      'an unknown mode',
      line.replace('"mode":"32"', '"mode":"16"'),
      'field `mode`: expected "64", "pae" or "32"',
    ],
    [
      'an unknown access',
      line.replace('"access":"write"', '"access":"exec"'),
      'field `access`: expected "read", "write" or "fetch"',
    ],
    ['an unknown fault', line.replace('"fault":"#PF"', '"fault":"#UD"'), /^field `result.fault`: /],
    [
      'more address bits than frames allow',
      line.replace('"maxpa":40', '"maxpa":52'),
      'field `maxpa`: expected 32 to 43 bits',
    ],
    [
      'too few afterMin',
      line.replace(/"afterMin":\[[^\]]*\]/, '"afterMin":[]'),
      /^field `hw.afterMin`: 0 entries/,
    ],
  ] as [string, string, string | RegExp][])('says what is wrong with %s', (_, text, expected) => {
    expect(error(text)).toMatch(expected);
  });
});
