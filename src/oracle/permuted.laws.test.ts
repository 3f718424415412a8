import { describe, expect, it } from 'vitest';
import { recordedLines } from '../testing/oracleSamples';
import { permutedKvmCase } from '../testing/permuted/kvm';
import { permutedXenCase } from '../testing/permuted/xen';
import { SOAKING } from '../testing/soaking';
import { checkKvmCase } from './kvm/compare';
import { parseKvmCase } from './kvm/format';
import { checkXenCase } from './xen/compare';
import { parseXenCase } from './xen/format';

const FIRST = process.env.FC_SEED === undefined ? Date.now() % 1_000_000 : Number(process.env.FC_SEED);
/** Seeds of one run: `FC_SEED=N` gives the first of them again. */
const SEEDS = Array.from({ length: SOAKING ? 20 : 1 }, (_, i) => FIRST + i * 1000);

const parsed = <T>(result: { kind: 'ok'; value: T } | { kind: 'error'; error: string }): T => {
  if (result.kind === 'error') throw new Error(result.error);
  return result.value;
};

describe('a recorded case told with other frame numbers, at other addresses', () => {
  it.each(SEEDS)('is replayed as completely as the original, on KVM (seed %i)', (seed) => {
    let [moved, shifted] = [0, 0];
    const lines = recordedLines('kvm');
    lines.forEach((line, i) => {
      const c = parsed(parseKvmCase(line));
      const { case: told, plan } = permutedKvmCase(c, seed + i);
      if (plan.moved > 0) moved++;
      if (plan.shift !== undefined) shifted++;
      expect({ seed: seed + i, name: c.name, ...checkKvmCase(told) }).toEqual({
        seed: seed + i,
        name: c.name,
        differences: [],
        notes: [],
      });
    });
    expect(moved).toBe(lines.length);
    expect(shifted).toBeGreaterThan(lines.length / 2);
  });

  it.each(SEEDS)('is replayed as completely as the original, on Xen (seed %i)', (seed) => {
    let [moved, shifted] = [0, 0];
    const lines = recordedLines('xen');
    lines.forEach((line, i) => {
      const c = parsed(parseXenCase(line));
      const { case: told, plan } = permutedXenCase(c, seed + i);
      if (plan.moved > 0) moved++;
      if (plan.shift !== undefined) shifted++;
      expect([seed + i, c.name, checkXenCase(told)]).toEqual([seed + i, c.name, []]);
    });
    expect(moved).toBe(lines.length);
    expect(shifted).toBeGreaterThan(lines.length / 2);
  });

  it('is another text: tables, addresses and events of it differ', () => {
    const c = parsed(parseKvmCase(recordedLines('kvm')[0] as string));
    const { case: told } = permutedKvmCase(c, 1);
    expect(Object.keys(told.tables).sort()).not.toEqual(Object.keys(c.tables).sort());
    expect(told.vcpus[0]?.cr3).not.toBe(c.vcpus[0]?.cr3);
    expect(told.ops.map((op) => op.events)).not.toEqual(c.ops.map((op) => op.events));
  });
});
