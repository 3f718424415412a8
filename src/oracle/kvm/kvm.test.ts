import { describe, expect, it } from 'vitest';
import { kvmInvariants } from '../../hypervisor/kvm/invariants';
import type { Invariant } from '../../kernel';
import { recordedLines } from '../../testing/oracleSamples';
import { checkKvmCase } from './compare';
import { isHost, type KvmCase, parseKvmCase } from './format';
import { KvmReplay } from './replay';

/** Every n-th recorded case: `npm test` replays all of them by the command. */
function samples(every: number): KvmCase[] {
  return recordedLines('kvm')
    .filter((_, i) => i % every === 0)
    .map((line) => {
      const parsed = parseKvmCase(line);
      if (parsed.kind === 'error') throw new Error(parsed.error);
      return parsed.value;
    });
}

/** Those that are asked at the end of an operation look at the machine's own guest programs: a replay has none. */
const INVARIANTS = (kvmInvariants as readonly Invariant<unknown>[]).filter((i) => i.when !== 'operation');

const [first] = samples(1000);

describe('replay of the real KVM', () => {
  it('keeps the invariants after every operation', () => {
    for (const c of samples(7)) {
      const replay = new KvmReplay(c);
      for (const entry of c.ops) {
        replay.run(entry);
        for (const i of INVARIANTS)
          expect([c.name, isHost(entry) ? entry.host : entry.op, i.check(replay.k)]).toEqual([
            c.name,
            isHost(entry) ? entry.host : entry.op,
            [],
          ]);
      }
    }
  });
});

describe('the comparison', () => {
  const tampered = (change: (c: KvmCase) => void): readonly string[] => {
    const c = structuredClone(first) as KvmCase;
    change(c);
    return checkKvmCase(c).differences.map((d) => d.what);
  };
  type Loose = { ops: { [field: string]: unknown }[]; final: Record<string, unknown> };
  const loose = (c: KvmCase): Loose => c as unknown as Loose;
  const withEvents = (c: KvmCase): number => c.ops.findIndex((o) => (o.events?.length ?? 0) > 3);

  it('finds nothing in a case as it was recorded', () => {
    expect(tampered(() => undefined)).toEqual([]);
  });

  it('finds an event that is missing', () => {
    expect(
      tampered((c) => {
        const events = c.ops[withEvents(c)]?.events as unknown[];
        events.splice(2, 1);
      }),
    ).toEqual(['event 2']);
  });

  it('finds another result', () => {
    const at = (first as KvmCase).ops.findIndex(
      (o) => !isHost(o) && o.kind === 'read' && o.result.value !== undefined,
    );
    expect(at).toBeGreaterThanOrEqual(0);
    expect(
      tampered((c) => {
        (loose(c).ops[at] as { result: unknown }).result = { ok: true, value: '0x1234' };
      }),
    ).toEqual(['result']);
  });

  it('finds an entry of a shadow page, a word of memory and a frame at the end that are different', () => {
    const at = withEvents(first as KvmCase);
    const found = tampered((c) => {
      (loose(c).ops[at] as { shadow: unknown }).shadow = { '99/l1/wux': { new: true, e: { 3: '7:e67' } } };
      (loose(c).ops[at] as { mem: unknown }).mem = [['0x800000', '0x77']];
      loose(c).final['0x801'] = [[4, '0x99']];
    });
    expect(found).toContain('shadow 99/l1/wux[3]');
    expect(found).toContain('memory 0x800000');
    expect(found).toContain('frame 801 word 4');
  });

  it('says what is wrong with a line that is no case', () => {
    expect(parseKvmCase('{')).toMatchObject({ kind: 'error', error: expect.stringContaining('not JSON') });
    expect(parseKvmCase('[]')).toMatchObject({
      kind: 'error',
      error: expect.stringContaining('Expected an object'),
    });
    expect(parseKvmCase('{"name":"x","mode":"16"}')).toMatchObject({
      kind: 'error',
      error: expect.stringContaining('a mode of 64, pae or 32'),
    });
  });
});
