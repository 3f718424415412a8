import { describe, expect, it } from 'vitest';
import { findRace, scenarioWithout } from '../../checker';
import { LIBRARY, type LibraryEntry } from '../../library';
import { resolvedText } from '../library';

const BOUNDS = { states: 300_000 };
const xi = LIBRARY.filter(({ design }) => design === 'xi');
const broken = xi.filter(({ violates }) => violates.length > 0);

/** A scenario in every order, with all of its protections, less some. */
function inEveryOrder({ text }: LibraryEntry, removed: readonly string[]) {
  const { spec, design } = resolvedText(text);
  const whole = { ...spec, options: { ...spec.options, switches: {} } };
  return findRace(scenarioWithout(whole, design)(new Set(removed)), { verdictOnly: true, bounds: BOUNDS });
}

describe('XI in every order of its vCPUs', () => {
  it('has a scenario for each protection that is missed', () => {
    expect(broken.length).toBeGreaterThanOrEqual(11);
    expect(broken.every(({ without }) => without.length > 0)).toBe(true);
  });

  it.each(broken.map((entry) => [entry.title, entry] as const))('%s: holds with all of it', (_, entry) => {
    expect(inEveryOrder(entry, []).outcome.kind).toBe('holds');
  });

  it.each(broken.map((entry) => [entry.title, entry] as const))('%s: breaks without', (_, entry) => {
    const { outcome } = inEveryOrder(entry, entry.without);
    expect(outcome.kind).toBe('violation');
  });
});
