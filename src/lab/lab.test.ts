import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordRun } from '../engine';
import { resolve } from '../scenario';
import { checkConfig, LAB_DESIGNS, type LabConfig, PAGINGS, usualConfig } from './config';
import { plainSwitches, printConfig, readConfig } from './configText';
import { pieceOf } from './piece';
import { labCsv, labJson, resultOf } from './report';
import { LabRun } from './run';
import { workloads } from './workloads/registry';

const config = fc
  .record({
    workload: fc.constantFrom(...workloads.keys()),
    design: fc.constantFrom(...LAB_DESIGNS),
    paging: fc.constantFrom(...PAGINGS),
    vcpus: fc.integer({ min: 1, max: 4 }),
    seed: fc.integer({ min: 0, max: 0xffff_ffff }),
    words: fc.integer({ min: 1, max: 512 }),
  })
  .map(({ words, ...c }): LabConfig => {
    const usual = usualConfig(c.workload, c.design);
    return { ...usual, ...c, values: { ...usual.values, words } };
  })
  .filter((c) => checkConfig(c).kind === 'ok');

function counted(c: LabConfig): LabRun {
  const run = new LabRun(c);
  while (!run.advance(c.accesses));
  return run;
}

describe('a configuration as text', () => {
  it('is read back as it was printed', () => {
    fc.assert(
      fc.property(config, (c) => {
        expect(readConfig(printConfig(c))).toEqual({ kind: 'ok', value: c });
      }),
      { numRuns: 50 },
    );
    const c = plainSwitches({ ...usualConfig(), switches: { snapshots: false } });
    expect(readConfig(printConfig(c))).toEqual({ kind: 'ok', value: c });
  });

  it('says what is wrong with one that somebody typed', () => {
    const said = (text: string): string => {
      const read = readConfig(text);
      return read.kind === 'ok' ? 'ok' : read.error.join(' ');
    };
    expect(said('')).toBe('ok');
    expect(said('workload=sleep')).toContain('Expected one of: compile, fork');
    expect(said('design=skeleton')).toContain('Expected one of: native, xen');
    expect(said('seed=x')).toContain('seed is `x`. Expected a whole number');
    expect(said('colour=3')).toContain('nothing called `colour`');
    expect(said('accesses=1')).toContain('from 1000 to 100000000');
    expect(said('with=wings')).toContain('A switch of xen is `wings`');
    expect(said('seed')).toContain('not a name and a value');
    expect(said('%%%=%')).toContain('nothing called');
    expect(checkConfig({ ...usualConfig(), values: {} }).kind).toBe('error');
  });
});

describe('a piece of a run', () => {
  it.each([
    ['xen', 'x86-64', 'fork', ''],
    ['xen', 'pae', 'fork', ''],
    ['kvm', '32-bit', 'migrate', ''],
    ['xi', 'x86-64', 'fork', ''],
    ['paravirt', 'pae', 'fork', 'preserve-ad'],
    ['paravirt', 'x86-64', 'mprotect', 'vmi'],
  ] as const)(
    'counts on the stage of %s, %s, %s %s, what the lab counts',
    (design, paging, workload, profile) => {
      const c = { ...usualConfig(workload, design), profile, paging, tlb: 16 as const };
      const sizes = Object.entries({
        data: 10,
        text: 3,
        words: 2,
        slice: 200,
        stay: 3,
        mapped: 12,
        range: 4,
      });
      const values = { ...c.values, ...Object.fromEntries(sizes.filter(([name]) => name in c.values)) };
      const small = { ...c, frames: 512, values };
      const piece = pieceOf(small, 250);
      const resolved = resolve(piece.text);
      if (resolved.kind === 'error') throw new Error(resolved.error.map((d) => d.says).join('\n'));
      const onStage = recordRun(resolved.value.spec, resolved.value.design);
      onStage.seek(onStage.length);
      const lab = counted({ ...small, accesses: piece.accesses });
      const here = Object.entries(onStage.world.counters.all());
      expect(lab.measures.slice(lab.machineMeasures).map(({ name }) => name)).toEqual(
        here.map(([name]) => name),
      );
      expect([...lab.values()].slice(lab.machineMeasures)).toEqual(here.map(([, value]) => value));
    },
  );
});

describe('what a run leaves', () => {
  const run = counted({ ...usualConfig('mprotect', 'kvm'), accesses: 20_000 });

  it('is JSON by name and CSV by window, with the same ends', () => {
    const result = resultOf(run);
    const json = JSON.parse(labJson(result));
    expect(json.totals.accesses).toBe(run.accesses);
    expect(json.totals['kvm: pf_taken']).toBe(json.windows['kvm: pf_taken'].at(-1));
    const [head = '', ...rows] = labCsv(result).trim().split('\n');
    expect(rows).toHaveLength(100);
    expect(rows.at(-1)?.split(',')[head.split(',').indexOf('page faults')]).toBe(
      String(json.totals['page faults']),
    );
  });
});
