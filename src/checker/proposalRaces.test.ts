import { describe, expect, it } from 'vitest';
import type { Violation } from '../kernel';
import { resolved, resolvedText } from '../testing/library';
import { PROPOSAL_TABLE, type ProposalRow, proposalModel } from '../testing/proposalModel';
import { SOAKING } from '../testing/soaking';
import { verify } from './explore';
import { findRace } from './race';
import { replay } from './replay';
import { protectionsOf, scenarioWithout } from './scenarioRace';

/** Explorations of a whole hypervisor, on a machine that has other things to do. */
const LONG = SOAKING ? 1_800_000 : 120_000;
const FAST = { fuse: true, reduce: true };

function subjectFor({ fast, without, forms }: Pick<ProposalRow, 'fast' | 'without' | 'forms'>) {
  const { spec, design } = resolvedText(proposalModel(fast, forms));
  return scenarioWithout(spec, design)(new Set(without));
}

const title = ({ what, fast }: ProposalRow): string => `${what}, fast vCPUs: ${fast}`;
const broken = (violation: Violation | undefined): string => violation?.invariant ?? 'nothing';

describe('the fast page fault of 2012 (sheet 5.7)', () => {
  const rows = PROPOSAL_TABLE.filter((row) => SOAKING || row.soak !== true);

  it.each(rows.map((row) => [title(row), row] as const))(
    '%s',
    (_, row) => {
      const outcome = verify(subjectFor(row), FAST);
      expect(outcome.kind).toBe(row.breaks === undefined ? 'holds' : 'violation');
      if (outcome.kind === 'violation') expect(outcome.violation.invariant).toBe(row.breaks);
    },
    LONG,
  );
});

describe('a shortest way to break it', () => {
  it.each([
    ['fast-barrier', 'fast_page_fault_2012.exchange'],
    ['protect-barrier', 'fast_page_fault_2012.exchange'],
    ['rmap-flag', 'fast_page_fault_2012.exchange'],
    ['identification', 'fast_page_fault_2012.exchange'],
  ])(
    'without %s goes through %s, breaks I1 again when it is replayed, and could have been avoided',
    (name, label) => {
      const subject = subjectFor({ fast: 1, without: [name], forms: [] });
      const { counterexample } = findRace(subject);
      if (counterexample === undefined) throw new Error('it breaks');
      const { schedule, violation, shortest, avoidable } = counterexample;
      expect(broken(violation)).toBe('I1');
      expect(shortest).toBe(true);
      expect(labels(subject, schedule)).toContain(label);
      expect(replay(subject, schedule)).toMatchObject({
        steps: schedule.length,
        violation: { invariant: 'I1' },
      });
      const safe = avoidable?.safe ?? [];
      expect(safe.length).toBeGreaterThan(0);
      expect(replay(subject, safe)).toMatchObject({ steps: safe.length, violation: undefined });
    },
    LONG,
  );

  it(
    'with one number for all is the race of three vCPUs that the proposal describes (5.5)',
    () => {
      const { spec, design } = resolved('kvm-three-vcpus-one-number');
      const subject = scenarioWithout(spec, design)(new Set());
      const { counterexample } = findRace(subject);
      const steps = labels(subject, counterexample?.schedule ?? []);
      expect(broken(counterexample?.violation)).toBe('I1');
      // Two identifications, the protector's erasure between them, and one exchange behind all of it.
      const told = steps.filter((label) => /identify|write_protect.clear|exchange/.test(label));
      expect(told).toEqual([
        'fast_page_fault_2012.identify',
        'kvm_write_protect.clear',
        'fast_page_fault_2012.identify',
        'fast_page_fault_2012.exchange',
      ]);
    },
    LONG,
  );
});

describe('the protections that a scenario of it lists', () => {
  it('are those of the invariants that it explores', () => {
    const { spec, design } = resolved('kvm-three-vcpus-three-numbers');
    expect(protectionsOf(spec, design).map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        ...['protect-flush', 'identification', 'unique-id', 'rmap-flag'],
        ...['fast-barrier', 'protect-barrier', 'compare-exchange', 'erase-id'],
      ]),
    );
    expect(protectionsOf(spec, design).map(({ name }) => name)).not.toContain('dirty-after-open');
  });
});

/** Where each step of a schedule stands, `procedure.label`; `drain` for a store that leaves its buffer. */
function labels(
  { world }: ReturnType<typeof subjectFor>,
  schedule: readonly { readonly actor: number; readonly branch?: number }[],
): string[] {
  const { mark } = world.store;
  const out = schedule.map(({ actor, branch }) => {
    const here = world.location(actor);
    world.step(actor, branch);
    return here === undefined ? 'drain' : `${here.procedure.name}.${here.label}`;
  });
  world.store.undo(mark);
  return out;
}
