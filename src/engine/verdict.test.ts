import { describe, expect, it } from 'vitest';
import type { Design } from '../hypervisor/design';
import { designs } from '../hypervisor/registry';
import type { Machine } from '../machine';
import { entryOf, invlpg, load, store, tinySpec, writeEntry } from '../testing/tinySpec';
import { reportOf, reportText } from './report';
import type { Run } from './run';
import type { Expectation, ScenarioSpec } from './spec';
import { recordRun, type StartOptions } from './start';
import { judge, verdictText } from './verdict';

const native = designs.get('native') as Design;

/** Bare hardware with one invariant more, which breaks as soon as the guest has taken page 1 away. */
const watched: Design = {
  ...native,
  invariants: [
    ...native.invariants,
    {
      name: 'I1',
      part: 'machine',
      when: 'operation',
      says: 'Page 1 stays mapped.',
      check: (machine: Machine) =>
        machine.memory.lo(0x13, entryOf(1)) === 0
          ? [
              {
                invariant: 'I1',
                says: 'Broken: entry 001 of 0x013 is empty.',
                where: 'guest 0x013[001]',
              },
            ]
          : [],
    },
  ],
};

const record = (other: Partial<ScenarioSpec> = {}, options: StartOptions = {}): Run =>
  recordRun(tinySpec([[load(0), writeEntry(1, 0), invlpg(1), load(1)]], other), watched, options);

const counting = (count: number): Expectation => ({
  kind: 'event-count',
  event: { event: 'GuestPageFault', fields: [] },
  count,
  from: 0,
  to: 1,
  text: `  expect ${count} GuestPageFault`,
});

const verdict = (run: Run): { ok: boolean; text: string[] } => {
  const judged = judge(run);
  return { ok: judged.ok, text: verdictText(run, judged) };
};

describe('a verdict', () => {
  it('is good when all that is expected happens and exactly what is announced breaks', () => {
    const run = record({ violates: ['I1'], expect: [counting(1)] });
    expect(verdict(run)).toEqual({ ok: true, text: [] });
  });

  it('is bad when something expected does not happen, and quotes it', () => {
    const { ok, text } = verdict(record({ violates: ['I1'], expect: [counting(2)] }));
    expect(ok).toBe(false);
    expect(text).toEqual([
      expect.stringMatching(
        /^`expect 2 GuestPageFault`: guest-page-fault happens once, .*; expected 2 times\.$/,
      ),
    ]);
  });

  it('is bad when an invariant breaks unannounced, and says at which step and what to do', () => {
    const { ok, text } = verdict(record());
    expect(ok).toBe(false);
    expect(text).toEqual([
      expect.stringMatching(
        /^I1 breaks at step \d+ \(vCPU 0, \S+\): Broken: entry 001 of 0x013 is empty\. The scenario does not announce it; if it should, add `violates I1`\.$/,
      ),
    ]);
  });

  it('is bad when an announced invariant holds', () => {
    const run = recordRun(tinySpec([[load(0)]], { violates: ['I1'] }), watched);
    expect(verdict(run)).toEqual({
      ok: false,
      text: ['The scenario announces that I1 breaks, but it holds throughout.'],
    });
  });

  it('is bad when the run was stopped at its bound, whatever else holds', () => {
    const { ok, text } = verdict(record({}, { bound: 5 }));
    expect(ok).toBe(false);
    expect(text[0]).toMatch(/^The run was stopped at its bound of 5 steps\./);
  });
});

describe('a report', () => {
  const run = record({ violates: ['I1'], expect: [counting(1)] });
  const lines = (step: number): string[] => reportText(run, reportOf(run, step, undefined));

  it('has one line per event, with the step, who did it, and its fields in the language’s own spelling', () => {
    expect(lines(run.length)).toContainEqual(
      expect.stringMatching(/^ +\d+ {2}vCPU 0 {4}guest-page-fault vcpu=0 va=0x40_1000 error=0x4$/),
    );
  });

  it('tells only what had happened by the step asked for', () => {
    const before = run.violations[0]?.step ?? 0;
    const [early, late] = [reportOf(run, before, undefined), reportOf(run, before + 1, undefined)];
    expect(early.violations).toEqual([]);
    expect(late.violations).toMatchObject([{ step: before + 1, invariant: 'I1', announced: true }]);
    expect(Math.max(...early.events.map(({ step }) => step))).toBeLessThanOrEqual(before);
    expect(reportText(run, early)).toContain(`State after step ${before}`);
  });

  it('shows the state of its own step: what the guest has read so far', () => {
    const spec = tinySpec([[store(0, 0x77), load(0)]]);
    const short = recordRun(spec, native);
    expect(reportOf(short, 0, undefined).state[0]).toMatch(/last read 0x0$/);
    expect(reportOf(short, short.length, undefined).state[0]).toMatch(/last read 0x77$/);
  });

  it('is plain data: as JSON it says the same', () => {
    const report = reportOf(run, run.length, judge(run));
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    expect(report.verdict).toMatchObject({ ok: true, expectations: [{ met: true }] });
  });
});
