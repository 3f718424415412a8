import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defined } from '../../base';
import { checkXenCase } from './compare';
import { entriesOf, parseXenCase, type XenCase } from './format';

const lines = ['scripted', 'random'].flatMap((name) =>
  readFileSync(new URL(`../../testing/oracles/xen/${name}.cases.jsonl`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== ''),
);

function read(line: string): XenCase {
  const parsed = parseXenCase(line);
  if (parsed.kind === 'error') throw new Error(parsed.error);
  return parsed.value;
}

/** The first case of a mode with a name that begins so. */
const find = (mode: string, begins: string): XenCase =>
  read(
    defined(
      lines.find((line) => read(line).mode === mode && read(line).name.startsWith(begins)),
      `a case ${begins} of mode ${mode}`,
    ),
  );

const text = (c: XenCase): string[] =>
  checkXenCase(c).map(({ where, what, expected, got }) => `${where} ${what}: ${expected}, ${got}`);

describe('a recorded case of Xen', () => {
  it('replays without a difference whatever it is called, and wherever its machine frames lie', () => {
    const c = find('64', 'b-');
    expect(text({ ...c, name: 'another' })).toEqual([]);
    // All homes in the hash of out-of-sync pages move on by one: the slots do as well, and nothing else changes.
    const mfnMod3 = Object.fromEntries(Object.entries(c.mfnMod3).map(([gfn, m]) => [gfn, (m + 1) % 3]));
    const found = checkXenCase({ ...c, mfnMod3 });
    expect(new Set(found.map(({ what }) => what))).toEqual(new Set(['out-of-sync slots']));
  });

  it('is told apart from one in which Xen did something else', () => {
    const c = find('64', 'b-');
    const [first, ...rest] = c.ops;
    const changed = (op: object): string[] =>
      text({ ...c, ops: [{ ...defined(first, 'op 0'), ...op }, ...rest] });
    expect(changed({ result: { pf: { error: '0x2', cr2: '0x40002000' } } })).toEqual([
      'op 0 result: #PF error 0x2 cr2 0x40002000, ok',
    ]);
    expect(changed({ mem: [] })).toEqual(['op 0 memory 0x802000: unchanged, 0x1']);
    expect(changed({ events: [] })[0]).toMatch(/^op 0 event 0: ev=nothing more, addr=0x40002000/);
    expect(changed({ shadow: {} })).toContain('op 0 shadow 15/l1_64: no shadow, a shadow');
    expect(changed({ state: { oos: ['0x15', null, null] } })).toContain('op 0 out-of-sync slots: 0x15, -');
    expect(changed({ kind: 'jump' })).toEqual([
      "start replay: an operation that can be replayed, op 0: operation kind jump is not known. Expected one of the format's",
    ]);
  });

  it('has no memory where none of its ranges lies: a store there goes to a device', () => {
    const c = find('64', 'b-');
    const memory = [
      { gpa: '0x0', size: '0x802000' },
      { gpa: '0x803000', size: '0x17fd000' },
    ];
    const found = text({ ...c, ops: c.ops.slice(0, 1), memory });
    expect(found).toContain('op 0 memory 0x802000: 0x1, unchanged');
    expect(found).toContain('op 0 shadow 15/l1_64[2]: 802:7, 0');
  });

  it.each([
    ['{', 'not JSON'],
    ['[]', 'not a case'],
    ['{"name":"n","mode":"64"}', 'Expected a maxphyaddr of 33 to 43'],
    [(lines[0] ?? '').replace('"marker":"', '"marker":"no'), 'Expected a marker of none or fault'],
    [
      (lines[0] ?? '').replace('"op":2,', '"op":"2",'),
      'Expected `ops[2].op` to be there as the format describes it',
    ],
    [(lines[0] ?? '').replace(/"va":"0x/, '"va":"0y'), 'Expected `ops[0].va` to be there'],
    ['{"name":"n","mode":"16"}', 'Expected a mode of 64, pae or 32'],
  ])('is refused with what was expected (%#)', (line, says) => {
    const parsed = parseXenCase(line);
    expect(parsed.kind === 'error' ? parsed.error : '').toContain(says);
  });

  it('writes runs of entries with frames that go up', () => {
    const entries = [...entriesOf({ '5+3': '10a:67', '9': '>14/l2_64:67', '20+2': '0' })];
    expect(entries.sort((a, b) => a.index - b.index)).toEqual([
      { index: 5, text: '10a:67' },
      { index: 6, text: '10b:67' },
      { index: 7, text: '10c:67' },
      { index: 9, text: '>14/l2_64:67' },
      { index: 20, text: '0' },
      { index: 21, text: '0' },
    ]);
  });
});
