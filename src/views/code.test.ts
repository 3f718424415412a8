import { describe, expect, it } from 'vitest';
import { designs } from '../hypervisor/registry';
import { procedures } from '../kernel';
import { aboutOf } from './code';

/** What only those can look up who have the fact sheet: `(sheet 2.2)`, `(5.4 P5)`, `S12`, `F3`. Versions are none: `(3.6)`, `2.6`. */
const REFERENCE = /\bsheet\b|§|\bsections? \d|\(\d+\.\d+(\.\d+)?( [A-Za-z]\d*)?[,)]|\b[FPRS]\d+\b/;
const VERSIONS = /\((2\.6|3\.6|6\.1)\)/g;

const referring = (texts: Iterable<string>): string[] =>
  [...texts].filter((text) => REFERENCE.test(text.replace(VERSIONS, '')));

describe('nobody is sent to a fact sheet that the page does not have', () => {
  it('by what the code panel says of a procedure, or by its lines', () => {
    const all = procedures();
    expect(all.length).toBeGreaterThan(100);
    expect(referring(all.flatMap((p) => [aboutOf(p), ...p.steps.map((step) => step.line)]))).toEqual([]);
  });

  it.each([...designs.values()].map((d) => [d.name, d] as const))('by the texts of %s', (_, design) => {
    const { profiles, switches, counters, invariants, figures = [], knobs = [] } = design;
    expect(
      referring([
        design.about,
        ...profiles.map((p) => p.says),
        ...switches.flatMap((s) => [s.label, s.says]),
        ...[...counters, ...invariants, ...knobs, ...figures].map((x) => x.says),
      ]),
    ).toEqual([]);
  });

  it('and it is seen if somebody is', () => {
    expect(
      referring(['a (sheet 2.2)', 'b (5.4 P5).', 'c (3.3, S12)', 'F3 is', 'section 9', '(2.6.1)']).length,
    ).toBe(6);
    expect(referring(['made anew (3.6).', 'Linux 2.6.12', 'level 2'])).toEqual([]);
  });
});
