import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SCHEMES } from '../hypervisor/paravirt/schemes';
import { Store } from '../kernel';
import { SOAKING } from '../testing/soaking';
import { checkConfig, LAB_DESIGNS, type LabConfig, PAGINGS, usualConfig } from './config';
import { LabRun } from './run';
import { workloads } from './workloads/registry';

/** Runs to the end, cut into slices of so many accesses. */
function finished(run: LabRun, slice: number): LabRun {
  while (!run.advance(slice));
  return run;
}

const counts = (run: LabRun): Record<string, number> =>
  Object.fromEntries(run.measures.map(({ name }, i) => [`${i} ${name}`, run.values()[i] ?? Number.NaN]));

function cellsOf({ world }: LabRun): Int32Array {
  const { store } = world.built.world;
  return store.cells.subarray(0, store.size);
}

const config = fc
  .record({
    workload: fc.constantFrom(...workloads.keys()),
    design: fc.constantFrom(...LAB_DESIGNS),
    paging: fc.constantFrom(...PAGINGS),
    vcpus: fc.integer({ min: 1, max: 2 }),
    seed: fc.nat(),
    stay: fc.integer({ min: 1, max: 40 }),
    tlb: fc.constantFrom(0, 16, 64),
    scheme: fc.constantFrom(...SCHEMES.map(({ name }) => name)),
  })
  .map(({ workload, design, paging, vcpus, seed, stay, tlb, scheme }): LabConfig => {
    const profile = design === 'paravirt' ? scheme : '';
    const usual = usualConfig(workload, design);
    const small = Object.fromEntries(
      ['data', 'mapped', 'text'].flatMap((name) => (name in usual.values ? [[name, 12]] : [])),
    );
    const slice: Record<string, number> = 'slice' in usual.values ? { slice: 300 } : {};
    const values = { ...usual.values, ...small, ...slice, stay, words: 4 };
    const processors = design === 'paravirt' ? 1 : vcpus;
    return { ...usual, values, profile, paging, vcpus: processors, seed, tlb, frames: 1024, accesses: 1500 };
  })
  .filter((c) => checkConfig(c).kind === 'ok');

describe('a run of the lab', () => {
  it('leaves every cell and every count as a journaled run does that takes each access step by step', () => {
    fc.assert(
      fc.property(config, (c) => {
        const fast = finished(new LabRun(c), 700);
        const slow = finished(new LabRun(c, { store: new Store(), bySteps: true }), 1500);
        expect(counts(fast)).toEqual(counts(slow));
        expect(Buffer.compare(bytes(cellsOf(fast)), bytes(cellsOf(slow)))).toBe(0);
        expect(fast.windows).toEqual(slow.windows);
      }),
      { numRuns: SOAKING ? 500 : 6 },
    );
  });

  it('counts the same for the same seed however it is cut into slices, and something else for another', () => {
    const c = { ...usualConfig('compute', 'xen'), accesses: 20_000 };
    const once = finished(new LabRun(c), 20_000);
    expect(counts(finished(new LabRun(c), 333))).toEqual(counts(once));
    expect(counts(finished(new LabRun({ ...c, seed: 2 }), 20_000))).not.toEqual(counts(once));
    expect(once.windows).toHaveLength(100);
    expect(once.windows.at(-1)?.values).toEqual(once.values());
  });
});

const bytes = (cells: Int32Array): Uint8Array =>
  new Uint8Array(cells.buffer, cells.byteOffset, cells.byteLength);
