import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkLitmus,
  findRace,
  type Instruction,
  type LitmusTest,
  litmusOf,
  litmusScenario,
  type Proposition,
  parseLitmus,
  printLitmus,
  type Source,
  scenarioWithout,
} from '../checker';
import { recordRun } from '../engine';
import { resolve } from '../scenario';
import { litmusSamples } from '../testing/litmusSamples';

function scenarioOf(test: LitmusTest) {
  const text = litmusScenario(test, printLitmus(test));
  const resolved = resolve(text);
  if (resolved.kind === 'error') throw new Error(`${resolved.error[0]?.says}\n${text}`);
  return resolved.value;
}

/** What the checker says of the scenario, in herd's words: whether the proposition can be true at the end. */
function verdictOf(test: LitmusTest): 'allowed' | 'forbidden' {
  const { spec, design } = scenarioOf({ ...test, quantifier: 'exists' });
  const { outcome } = findRace(scenarioWithout(spec, design)(new Set()), { verdictOnly: true });
  return outcome.kind === 'violation' ? 'allowed' : 'forbidden';
}

const LOCATIONS = ['x', 'y', 'or'];
const NAMED = ['EAX', 'EBX', 'ESI'] as const;
const value = fc.integer({ min: -1, max: 2 });
const location = fc.constantFrom(...LOCATIONS);
const register = fc.constantFrom(...NAMED);
const source: fc.Arbitrary<Source> = fc.oneof(
  value.map((n): Source => ({ kind: 'immediate', value: n })),
  register.map((name): Source => ({ kind: 'register', register: name })),
);
const instruction: fc.Arbitrary<Instruction> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('store' as const), location, from: source }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('load' as const), to: register, location }) },
  fc.record({ kind: fc.constant('move' as const), to: register, from: source }),
  fc.record({ kind: fc.constant('mfence' as const) }),
  fc.record({ kind: fc.constantFrom('xchg' as const, 'cmpxchg' as const), location, register }),
  fc.record({ kind: fc.constant('add' as const), location, from: source }),
);
const fact = (threads: number): fc.Arbitrary<Proposition> =>
  fc.oneof(
    fc.record({ kind: fc.constant('memory' as const), location, value }),
    fc.record({
      kind: fc.constant('register' as const),
      thread: fc.nat({ max: threads - 1 }),
      register,
      value,
    }),
  );
const proposition = (threads: number): fc.Arbitrary<Proposition> =>
  fc.letrec<{ any: Proposition }>((tie) => ({
    any: fc.oneof(
      { depthSize: 'small' },
      fact(threads),
      tie('any').map((of): Proposition => ({ kind: 'not', of })),
      fc.record({
        kind: fc.constantFrom('and' as const, 'or' as const),
        left: tie('any'),
        right: tie('any'),
      }),
    ),
  })).any;
const tests: fc.Arbitrary<LitmusTest> = fc.integer({ min: 2, max: 3 }).chain((threads) =>
  fc.record({
    name: fc.constant('made'),
    threads: fc.array(fc.array(instruction, { maxLength: threads === 2 ? 3 : 2 }), {
      minLength: threads,
      maxLength: threads,
    }),
    registers: fc.array(fc.record({ thread: fc.nat({ max: threads - 1 }), register, value }), {
      maxLength: 2,
    }),
    memory: fc.constant(new Map([['x', 1]])),
    quantifier: fc.constant('exists' as const),
    proposition: proposition(threads),
  }),
);

describe('a litmus test as a scenario', () => {
  it.each(litmusSamples())('$name comes out as herd says: $expected', ({ text, expected }) => {
    const parsed = parseLitmus(text);
    if (parsed.kind === 'error') throw new Error(parsed.error.says);
    expect(verdictOf(parsed.value)).toBe(expected);
    expect(scenarioOf(parsed.value).ast.items.some((item) => item.kind === 'comment')).toBe(true);
  });

  it('comes out as the small machine of litmus tests does, whatever the test', () => {
    const seen = { allowed: 0, forbidden: 0 };
    fc.assert(
      fc.property(tests, (test) => {
        const expected = checkLitmus(test).verdict;
        expect(verdictOf(test), printLitmus(test)).toBe(expected);
        if (expected !== undefined) seen[expected]++;
      }),
      { numRuns: 120 },
    );
    expect(Math.min(seen.allowed, seen.forbidden)).toBeGreaterThan(10);
  });

  it('keeps a register that only the question names when it is exported', () => {
    const asked: Proposition = { kind: 'register', thread: 1, register: 'ESI', value: 1 };
    const test: LitmusTest = {
      name: 'asked',
      threads: [[], []],
      registers: [{ thread: 1, register: 'ESI', value: 1 }],
      memory: new Map([['x', 1]]),
      quantifier: 'exists',
      proposition: asked,
    };
    const { spec, design } = scenarioOf(test);
    const back = litmusOf(recordRun(spec, design));
    expect(back.kind === 'ok' && back.value.registers).toEqual(test.registers);
  });

  it('goes back to the same test when it is exported', () => {
    fc.assert(
      fc.property(tests, (test) => {
        const { spec, design } = scenarioOf(test);
        const back = litmusOf(recordRun(spec, design));
        if (back.kind === 'error') throw new Error(back.error);
        const again = checkLitmus(back.value);
        expect(again.verdict, printLitmus(back.value)).toBe(checkLitmus(test).verdict);
        expect(back.value.threads.map((t) => t.length)).toEqual(test.threads.map((t) => t.length));
      }),
      { numRuns: 40 },
    );
  });
});

describe('its question', () => {
  const asked = (quantifier: LitmusTest['quantifier']) => {
    const parsed = parseLitmus('X86 Q\n{ x=0; }\nP0 | P1 ;\nMOV [x],$1 | MOV [x],$2 ;\nexists (x=2)\n');
    if (parsed.kind === 'error') throw new Error(parsed.error.says);
    const { spec, design } = scenarioOf({ ...parsed.value, quantifier });
    const { counterexample } = findRace(scenarioWithout(spec, design)(new Set()));
    return { spec, design, counterexample };
  };

  it.each([
    ['exists', 'sometimes', 'It ends with x = 2: that can happen.'],
    ['~exists', 'never', 'It ends with x = 2, which must never be.'],
    ['forall', 'always', 'It does not end with x = 2, as it always should.'],
  ] as const)('%s is answered by a schedule', (quantifier, name, says) => {
    const { counterexample } = asked(quantifier);
    expect(counterexample?.violation).toEqual({ invariant: name, says, where: '' });
    expect(counterexample?.shortest).toBe(true);
    // Somebody could have gone first instead.
    expect(counterexample?.avoidable).toBeDefined();
  });

  it('is watched on the stage, too, where something must never be', () => {
    const found = (quantifier: LitmusTest['quantifier']) => {
      const { spec, design, counterexample } = asked(quantifier);
      const run = recordRun(spec, design, { prefix: counterexample?.schedule ?? [] });
      return run.violations.map(({ violation, step }) => [violation.invariant, step === run.length - 1]);
    };
    expect(found('~exists')).toEqual([['never', true]]);
    expect(found('forall')).toEqual([['always', true]]);
    expect(found('exists')).toEqual([]);
  });
});
