import { describe, expect, it } from 'vitest';
import { checkKvmCase } from '../../oracle/kvm';
import { isHost, type KvmCase, type KvmEntry } from '../../oracle/kvm/format';
import { type Played, playCase } from './play';

/** The same cases in every run; `KVM_CASE=123 npx vitest run kvmCases` repeats one, `npm run soak -- cases` goes on from there. */
const SEEDS =
  process.env.KVM_CASE === undefined ? [2, 10, 12, 20, 22, 26, 28] : [Number(process.env.KVM_CASE)];
const OPERATIONS = 24;

/** What was played, written down as a recording: what the design did is what is expected. */
function recorded({ c, outcomes }: Played): KvmCase {
  const ops = c.ops.map((entry, i): KvmEntry => {
    const out = outcomes[i] as (typeof outcomes)[number];
    const seen = { events: out.events, mem: out.mem, shadow: out.shadow };
    if (isHost(entry))
      return entry.kind === 'get_dirty_log'
        ? { ...entry, ...seen, dirty: out.dirty.map((gfn) => `0x${gfn.toString(16)}`) }
        : { ...entry, ...seen, mem: entry.mem ?? out.mem };
    const { fault, mmio } = out.result;
    const pf = fault && {
      error: `0x${fault.error.toString(16)}`,
      cr2: `0x${((BigInt(fault.va.hi >>> 0) << 32n) | BigInt(fault.va.lo >>> 0)).toString(16)}`,
    };
    return { ...entry, ...seen, result: pf === undefined ? { ok: true, mmio } : { pf, mmio } };
  });
  return { ...c, ops };
}

const KINDS = [
  ...[
    'read',
    'write',
    'fetch',
    'cmpxchg',
    'rep_stos',
    'nop',
    'mov_cr0',
    'mov_cr3',
    'mov_cr4',
    'read_cr3',
    'invlpg',
  ],
  ...['memslot', 'get_dirty_log', 'set_cpl', 'host_write', 'madvise_dontneed'],
];

describe('cases made up from everything that the format knows', { timeout: 60_000 }, () => {
  const kinds = new Set<string>();
  it.each(SEEDS)('seed %i: every operation can be replayed, and nothing that must hold breaks', (seed) => {
    const played = playCase(seed, OPERATIONS);
    expect(played.wrong).toBeUndefined();
    for (const entry of played.c.ops) kinds.add(entry.kind);
    // Replayed once more from what was written down, it is the same; `final` is not written down, and left out.
    const again = checkKvmCase(recorded(played)).differences.filter(({ where }) => where !== 'final');
    expect(again).toEqual([]);
  });

  it('they have operations of every kind', () => {
    if (process.env.KVM_CASE !== undefined) return;
    const missing = KINDS.filter((kind) => !kinds.has(kind));
    expect(missing).toEqual([]);
  });
});
