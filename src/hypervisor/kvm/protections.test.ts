import { describe, expect, it } from 'vitest';
import { KVM_BREAKS, type KvmBreak } from '../../testing/kvmBreaks';
import { KvmLab } from '../../testing/kvmLab';
import { SWITCHES } from './switches';

function played({ without, options, play }: KvmBreak, on: boolean): KvmLab {
  const lab = new KvmLab({ ...options, switches: { ...options?.switches, [without]: on } });
  play(lab);
  lab.check();
  return lab;
}

/** The invariants that were found broken first, all at the same moment. */
function first(lab: KvmLab): string[] {
  const step = lab.violations[0]?.step;
  return [
    ...new Set(lab.violations.filter((v) => v.step === step).map(({ violation }) => violation.invariant)),
  ];
}

describe('each protection of the merged versions', () => {
  it.each(KVM_BREAKS.map((b) => [b.without, b] as const))('%s protects what it says', (name, b) => {
    const spec = SWITCHES.find((s) => s.name === name);
    expect(
      played(b, true).violations.map((v) => v.violation),
      `with it: ${b.what}`,
    ).toEqual([]);
    expect(first(played(b, false)), `without it: ${b.what}`).toContain(spec?.protects);
  });

  it('has a run that breaks without it', () => {
    const merged = SWITCHES.filter(
      ({ protects, profiles }) => protects !== undefined && profiles?.length !== 1,
    ).map(({ name }) => name);
    // What takes W away and does not flush is shown among the races of the proposal.
    expect([...KVM_BREAKS.map(({ without }) => without), 'protect-flush'].toSorted()).toEqual(
      merged.toSorted(),
    );
  });
});
