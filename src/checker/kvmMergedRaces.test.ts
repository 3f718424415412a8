import { describe, expect, it } from 'vitest';
import { resolved } from '../testing/library';
import { findRace } from './race';
import { replay } from './replay';
import { scenarioWithout, specWithout } from './scenarioRace';

/** Explorations of a whole hypervisor: seconds each, on a machine that has other things to do. */
const LONG = 60_000;

/** A scenario of the library that misses one protection, and the invariant that breaks. */
const MISSED = [
  ['kvm-marked-before-opened', 'dirty-after-open', 'I14'],
  ['kvm-dirty-bit-lost', 'volatile-exchange', 'I-D'],
  ['kvm-table-freed-under-a-walk', 'walk-guard', 'I17'],
  ['kvm-page-that-was-taken-away', 'notifier-retry', 'I8'],
  ['kvm-closed-and-yet-not-protected', 'protect-mmu-writable', 'I1'],
  ['kvm-opened-again', 'clear-mmu-writable', 'I1'],
  ['kvm-flush-that-was-on-its-way', 'flush-mmu-writable', 'I2'],
  ['kvm-harvest-that-flushed-too-late', 'harvest-flush-locked', 'I2'],
  ['kvm-entry-changed-under-the-walk', 'gpte-recheck', 'I9'],
  ['kvm-compared-before-protected', 'protect-before-compare', 'I9'],
] as const;

const subjects = (id: string, name: string, invariant: string) => {
  const { spec, design } = resolved(id);
  const switches = { ...spec.options.switches, [name]: true };
  const safe = { ...spec, explored: [invariant], options: { ...spec.options, switches } };
  return {
    safe: scenarioWithout(safe, design)(new Set()),
    missing: scenarioWithout(specWithout(safe, [name]), design)(new Set()),
  };
};

describe('the merged versions under every interleaving', () => {
  it.each(MISSED)(
    '%s: safe with %s, and without it %s breaks, by a shortest schedule that does it again',
    (id, name, invariant) => {
      const { safe, missing } = subjects(id, name, invariant);
      expect(findRace(safe, { verdictOnly: true }).outcome.kind).toBe('holds');
      const { counterexample } = findRace(missing);
      expect(counterexample?.shortest).toBe(true);
      expect(replay(missing, counterexample?.schedule ?? [])).toMatchObject({ violation: { invariant } });
    },
    LONG,
  );

  it(
    'the fast path for tables of a guest logs the wrong frame (that it is safe without takes 284,523 states)',
    () => {
      const { missing } = subjects('kvm-frame-that-the-log-took-for-another', 'direct-only', 'I14');
      const { outcome } = findRace(missing, { verdictOnly: true });
      expect(outcome).toMatchObject({ kind: 'violation', violation: { invariant: 'I14' } });
    },
    LONG,
  );
});
