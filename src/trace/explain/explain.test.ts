import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseKvmCase } from '../../oracle/kvm';
import { caseAsTrace } from '../../testing/kvmCaseTrace';
import { bytesOf } from '../cursor';
import { type ImportedTrace, importTrace } from '../import';
import { type Explained, explain } from './explain';

const sample = (name: string): string => readFileSync(`src/pages/trace/samples/${name}.trace`, 'utf8');

async function read(text: string): Promise<ImportedTrace> {
  const bytes = bytesOf(text);
  const got = await importTrace({
    name: 'guest.trace',
    size: bytes.length,
    read: async (from, to) => bytes.subarray(from, to),
  });
  if (got.kind !== 'trace') throw new Error(got.kind);
  return got.trace;
}

const explained = async (text: string): Promise<Explained> => explain((await read(text)).history);

const withoutMarkers = (text: string): string =>
  text
    .split('\n')
    .filter((line) => !line.includes('tracing_mark_write'))
    .join('\n');

describe('the simulator beside a recorded trace', () => {
  it.each([
    ['b-pt-write-cr3', 19],
    ['d-invlpg', 24],
    ['g-two-vcpus', 27],
  ])('%s: every event of every operation is the same', async (name, ops) => {
    const x = await explained(sample(name));
    expect(x.impossible ?? x.stopped ?? x.ops[x.first ?? -1]).toBeUndefined();
    expect(x.agreed.ops).toBe(ops);
    expect(x.agreed.events).toBeGreaterThan(100);
    for (const op of x.ops) for (const row of op.rows) expect(row.simulated).toBe(row.traced);
  });

  it('goes by the exits alone where nobody has marked what the guest does, stores nobody saw included', async () => {
    const x = await explained(withoutMarkers(sample('b-pt-write-cr3')));
    expect(x.first).toBeUndefined();
    expect(x.agreed.events).toBe((await explained(sample('b-pt-write-cr3'))).agreed.events);
    expect(x.assumed.join()).toContain('leave no line');
  });

  it('stops where the trace does not carry enough, and says why', async () => {
    const x = await explained(withoutMarkers(sample('g-two-vcpus')));
    expect(x.first).toBeUndefined();
    expect(x.agreed.events).toBeGreaterThan(50);
    expect(x.stopped?.why).toContain('operands');
    const odd = await explained(
      sample('d-invlpg').replace(/OP 4 vcpu0 cpl0 write .*/, 'OP 4 vcpu0 cpl0 rep_stos va=0x15000 n=4'),
    );
    expect(odd.agreed.ops).toBe(4);
    expect(odd.stopped?.why).toContain('rep_stos');
  });

  it.each([
    [
      'an spte with other rights',
      /spte (\w+)a25 \(r-xu\)/,
      'spte $1a27 (rwxu)',
      'set_spte gfn=0x832 rights=rwxu bits=0xa27',
      'set_spte gfn=0x832 rights=r-xu bits=0xa25',
    ],
    [
      'an unsync that is missing',
      /.*kvm_mmu_unsync_page.*\n/,
      '',
      'set_spte gfn=0x15',
      'unsync_page sp=15/l1/wux',
    ],
    ['a sync that is missing', /.*kvm_mmu_sync_page.*\n/, '', '', 'sync_page sp=15/l1/wux'],
  ])('marks the first line that differs: %s', async (_, what, by, traced, simulated) => {
    const changed = sample('b-pt-write-cr3').replace(what, by);
    const trace = await read(changed);
    const x = await explain(trace.history);
    const op = x.ops[x.first ?? -1];
    const row = op?.rows[op.differs ?? -1];
    if (op === undefined || row === undefined) throw new Error('no difference was found');
    expect(row.traced.startsWith(traced)).toBe(true);
    expect(row.simulated.startsWith(simulated)).toBe(true);
    // Everything before it agrees.
    for (const before of x.ops.slice(0, -1)) expect(before.differs).toBeUndefined();
  });

  it('says of a trace without walks that there is nothing to replay', async () => {
    const x = await explained(' vmm-1 [000] d..1. 1.5: kvm_entry: vcpu 0, rip 0x1\n');
    expect(x.impossible).toContain('No walk');
  });
});

/** What a guest does whose effects need something that no line prints: dirty logs, memory slots, other bits of CR0 and CR4 at the start. */
const UNPRINTED = new Set(['dirty', 'mmio', 'smap', 'smep', 'wp0', 'pge', 'slots', 'thp']);

const MOST_CASES = 6;

describe('recorded cases, as the traces they were made from', () => {
  it.each(['64', '32'])('of mode %s agree with the simulator as far as they carry enough', async (mode) => {
    const lines = readFileSync(`src/testing/oracles/kvm/random-${mode}.cases.jsonl`, 'utf8')
      .trim()
      .split('\n');
    let cases = 0;
    let ops = 0;
    // The first that carry enough: all of them take longer than they tell.
    for (const line of lines) {
      if (cases === MOST_CASES) break;
      const { features } = JSON.parse(line) as { features: string[] };
      if (features.some((feature) => UNPRINTED.has(feature))) continue;
      const parsed = parseKvmCase(line);
      if (parsed.kind === 'error') throw new Error(parsed.error);
      const trace = await read(caseAsTrace(parsed.value));
      expect(trace.says).toEqual([]);
      expect(trace.history.unplaced).toBe(0);
      const x = await explain(trace.history);
      const op = x.ops[x.first ?? -1];
      expect(op?.rows[op.differs ?? -1] ?? op?.astray, parsed.value.name).toBeUndefined();
      cases++;
      ops += x.agreed.ops;
    }
    expect(cases).toBe(MOST_CASES);
    expect(ops / cases).toBeGreaterThan(20);
  });
});
