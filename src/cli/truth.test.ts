import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LIBRARY } from '../library';
import { checkAll, checkLibrary, isSection, type TruthSection, truthOf, uncovered } from '../oracle/truth';
import { readRecordings } from './recordings';

const stored = JSON.parse(
  readFileSync(new URL('../oracle/truth/checked.gen.json', import.meta.url), 'utf8'),
) as TruthSection[];
const given = readRecordings();
const nothing = { kvm: [], xen: [], walks: [], litmus: [], verdicts: '{}' };
const section = (sections: readonly TruthSection[], id: TruthSection['id']): TruthSection => {
  const found = sections.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no section ${id}`);
  return found;
};

describe('what is said to be checked', () => {
  it('is what the oracles find now; if not, run `npm run truth` and look at what has changed', () => {
    expect(truthOf(given)).toEqual(stored);
  });

  it('is that everything agrees', () => {
    for (const { title, passed, failed } of stored) {
      expect([title, failed]).toEqual([title, 0]);
      expect(passed).toBeGreaterThan(0);
    }
  });

  it('has other numbers when one case is missing', () => {
    const all = truthOf({ ...nothing, kvm: given.kvm.slice(0, 3), xen: given.xen.slice(0, 2) });
    const fewer = truthOf({ ...nothing, kvm: given.kvm.slice(0, 2), xen: given.xen.slice(0, 1) });
    for (const id of ['kvm', 'xen'] as const) {
      expect(section(fewer, id).passed).toBe(section(all, id).passed - 1);
      expect(section(fewer, id).tables).not.toEqual(section(all, id).tables);
    }
  });

  it('counts a case that cannot be read, or that comes out otherwise, as failed', () => {
    const [line = ''] = given.kvm;
    const other = line.replace(/"ok":true,"value":"0x[0-9a-f]+"/, '"ok":true,"value":"0x1"');
    expect(other).not.toBe(line);
    const { passed, failed } = section(
      truthOf({ ...nothing, kvm: [line, other, line.slice(0, 500)] }),
      'kvm',
    );
    expect([passed, failed]).toEqual([1, 2]);
  });

  it('names what the formats know and no case shows', () => {
    const found = section(stored, 'kvm');
    const zero = found.tables.flatMap(({ rows }) => rows.filter(({ count }) => count === 0));
    expect(uncovered(found)).toHaveLength(zero.length);
    expect(uncovered(section(truthOf(nothing), 'kvm')).length).toBeGreaterThan(zero.length);
  });

  it('comes step by step, so that whoever asks can be told how far it is', () => {
    const said = [...checkAll({ ...nothing, xen: given.xen.slice(0, 2) })].filter((one) => !isSection(one));
    expect(said.filter((one) => 'section' in one && one.section === 'xen')).toEqual([
      { section: 'xen', done: 0, of: 2 },
      { section: 'xen', done: 1, of: 2 },
    ]);
  });

  it('runs scenarios of the library, and tells which do not keep what they announce', () => {
    const few = LIBRARY.filter(({ id }) => id === 'demand-fault' || id === 'punt');
    const [one, two] = few;
    if (one === undefined || two === undefined) throw new Error('no such scenarios');
    const found = (entries: typeof few) => [...endOf(checkLibrary(entries))].filter(isSection)[0];
    expect(found(few)).toMatchObject({ passed: 2, failed: 0, deviations: [] });
    const other = {
      ...two,
      text: two.text.replace('snapshot 0x030[7] -> empty', 'snapshot 0x030[7] -> 0x100 rwx user a d'),
    };
    expect(other.text).not.toBe(two.text);
    expect(found([one, other])).toMatchObject({
      passed: 1,
      failed: 1,
      deviations: [{ name: two.title, count: 1 }],
    });
  });
});

/** What a generator gives back counts as its last. */
function* endOf<Y, R>(steps: Generator<Y, R>): Generator<Y | R> {
  yield yield* steps;
}
