import { describe, expect, it } from 'vitest';
import type { Break } from '../../testing/xenBreaks/breaks';
import { LATER_BREAKS, MODE_BREAKS, OOS_BREAKS } from '../../testing/xenBreaks/outOfSync';
import { READ_TO_USE, WALK_BREAKS } from '../../testing/xenBreaks/walk';
import { XenLab } from '../../testing/xenLab';
import type { SwitchSpec } from '../design';
import { xen } from './design';
import { REPAIRS, SWITCHES } from './switches';

const BREAKS: readonly Break[] = [
  ...WALK_BREAKS,
  READ_TO_USE,
  ...OOS_BREAKS,
  ...MODE_BREAKS,
  ...LATER_BREAKS,
];
const PROTECTIONS = (SWITCHES as readonly SwitchSpec[]).filter(({ protects }) => protects !== undefined);

function played({ without, options, play }: Break, on: boolean): XenLab {
  const lab = new XenLab({ ...options, switches: { ...options?.switches, [without]: on } });
  play(lab);
  lab.check();
  return lab;
}

/** The invariants that were found broken first, all at the same moment. */
function first(lab: XenLab): string[] {
  const step = lab.violations[0]?.step;
  const names = lab.violations.filter((v) => v.step === step).map((v) => v.violation.invariant);
  return [...new Set(names)];
}

describe('each protection', () => {
  it.each(BREAKS.map((b) => [b.without, b] as const))('%s protects what it says', (name, b) => {
    const spec = PROTECTIONS.find((s) => s.name === name);
    const on = played(b, true);
    expect(
      on.violations.map((v) => v.violation.says),
      `with it: ${b.what}`,
    ).toEqual([]);
    expect(on.x.domain.get('crashed')).toBe(0);
    expect(first(played(b, false)), `without it: ${b.what}`).toContain(spec?.protects);
  });

  it('has a run that breaks without it', () => {
    const names = BREAKS.map(({ without }) => without);
    expect(names).toEqual([...new Set(names)]);
    expect([...names].sort()).toEqual(PROTECTIONS.map(({ name }) => name).sort());
  });
});

describe('what was repaired after June 2008', () => {
  const repaired = BREAKS.filter(({ without }) => REPAIRS.includes(without));

  it.each(repaired.map((b) => [b.without, b] as const))('%s: the Xen of the time breaks', (name, b) => {
    const profile = xen.profiles.find((p) => p.name === (b.options?.era ?? 'U'));
    expect(profile?.switches[name]).toBe(false);
    const lab = new XenLab({ ...b.options, switches: { ...b.options?.switches, ...profile?.switches } });
    b.play(lab);
    lab.check();
    expect(first(lab)).toContain(PROTECTIONS.find((s) => s.name === name)?.protects);
  });

  it('has the rule for user stores from July 2008 on', () => {
    const on = xen.profiles.filter(({ switches }) => switches['user-store'] === true);
    expect(on.map(({ name }) => name)).toEqual(['A']);
  });
});
