import { describe, expect, it } from 'vitest';
import { readArgs, runScenario } from './scenarioCommand';

const TEXT = `scenario "One page"
design native
paging x86-64, 128 frames
map 0x40_0000 -> 0x040 rw user
vcpu 0
  store 0x40_0000 = 7
  load  0x40_0000
  load  0x50_0000
`;

const ARGS = { file: 'one.scenario', json: false, until: undefined };
const GOOD = 'expect result vcpu 0 op 1 = 7\nexpect outcome vcpu 0 op 2 page-fault\n';

describe('the command line', () => {
  it('is a file and two options, in any order', () => {
    expect(readArgs(['--json', 'a', '--until', '7'])).toEqual({ file: 'a', json: true, until: 7 });
    expect(readArgs(['a'])).toEqual({ file: 'a', json: false, until: undefined });
  });

  it.each([
    [[], 'Found 0 files'],
    [['a', 'b'], 'Found 2 files'],
    [['a', '--until'], '--until is given nothing'],
    [['a', '--until', '-3'], '--until is given -3'],
    [['a', '--fast'], 'There is no option --fast'],
  ])('%j is refused with what is wrong and how it goes', (args, said) => {
    expect(readArgs(args)).toContain(said);
    expect(readArgs(args)).toContain('Usage: npm run scenario -- FILE');
  });
});

describe('running a scenario', () => {
  it('that shows what it promises prints events and state and ends with 0', () => {
    const { code, out, err } = runScenario(TEXT + GOOD, ARGS);
    expect({ code, err }).toEqual({ code: 0, err: [] });
    expect(out[0]).toMatch(/^One page: native, .*\d+ steps$/);
    expect(out).toContainEqual(
      expect.stringMatching(/^ +\d+ {2}vCPU 0 +guest-page-fault vcpu=0 va=0x50_0000 error=0x4$/),
    );
    expect(out).toContain('End state');
    expect(out.at(-1)).toBe('As the scenario says: 2 of 2 expectations met.');
  });

  it('that promises something else ends with 1 and says what was found', () => {
    const { code, out } = runScenario(`${TEXT}expect result vcpu 0 op 1 = 8\n`, ARGS);
    expect(code).toBe(1);
    expect(out.slice(-2)).toEqual([
      'Not as the scenario says:',
      '  `expect result vcpu 0 op 1 = 8`: it read 0x7, expected 0x8.',
    ]);
  });

  it('whose text has errors ends with 2 and lists every one with file, line and column', () => {
    const { code, out, err } = runScenario(
      TEXT.replace('rw user', 'rww user').replace('load ', 'laod '),
      ARGS,
    );
    expect({ code, out }).toEqual({ code: 2, out: [] });
    expect(err).toHaveLength(2);
    expect(err[0]).toMatch(/^one\.scenario: Line 4, column \d+: `rww` /);
    expect(err[1]).toMatch(/^one\.scenario: Line 7, column \d+: `laod` /);
  });

  it('up to a step judges nothing that the rest could still bring', () => {
    const { code, out } = runScenario(`${TEXT}expect result vcpu 0 op 1 = 8\n`, { ...ARGS, until: 3 });
    expect(code).toBe(0);
    expect(out).toContain('State after step 3');
    expect(out.at(-1)).toBe('Stopped after step 3: expectations were not judged.');
  });

  it('up to a step behind its end is judged as a whole', () => {
    expect(runScenario(`${TEXT}expect result vcpu 0 op 1 = 8\n`, { ...ARGS, until: 100_000 }).code).toBe(1);
    expect(runScenario(TEXT + GOOD, { ...ARGS, until: 100_000 }).code).toBe(0);
  });

  it('as JSON gives the same as one value', () => {
    const { code, out } = runScenario(TEXT + GOOD, { ...ARGS, json: true });
    expect(code).toBe(0);
    expect(JSON.parse(out.join('\n'))).toMatchObject({
      title: 'One page',
      design: 'native',
      violations: [],
      verdict: { ok: true, expectations: [{ met: true }, { met: true }], missingViolations: [] },
    });
  });

  it('twice gives the same to the letter', () => {
    expect(runScenario(TEXT, { ...ARGS, json: true })).toEqual(runScenario(TEXT, { ...ARGS, json: true }));
  });
});
