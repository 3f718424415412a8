import { address, assertNever, hex } from '../base';
import { OperationEnded } from '../machine';
import { checkEntry, checkWord } from './expectEntry';
import { checkCount, checkEvents } from './expectEvents';
import type { Run } from './run';
import type { Expectation, Moment } from './spec';

/** What came of one expectation. `said` tells what was found and what was expected, for one that was not met. */
export type Finding =
  | { readonly kind: 'met'; readonly expectation: Expectation }
  | { readonly kind: 'unmet'; readonly expectation: Expectation; readonly said: string };

/** Holds a finished run against everything its scenario says it must show, in the order written. The cursor stays where it is. */
export function checkExpectations(run: Run): Finding[] {
  return run.built.spec.expect.map((expectation) => {
    const said = check(run, expectation);
    return said === undefined ? { kind: 'met', expectation } : { kind: 'unmet', expectation, said };
  });
}

/** What speaks against an expectation; undefined if it is met. */
function check(run: Run, expected: Expectation): string | undefined {
  switch (expected.kind) {
    case 'events':
      return checkEvents(run, expected.events, expected.exactly);
    case 'event-count':
      return checkCount(run, expected.event, expected.count);
    case 'counter':
      return at(run, expected.at, () => {
        const counters = run.world.counters;
        if (!counters.specs.some(({ name }) => name === expected.name)) {
          return `${run.built.design.name} has no counter ${expected.name}`;
        }
        const found = counters.value(expected.name);
        return found === expected.value
          ? undefined
          : `${expected.name} is ${found}, expected ${expected.value}`;
      });
    case 'entry':
      return at(run, expected.at, () => checkEntry(run, expected));
    case 'word':
      return at(run, expected.at, () => checkWord(run, expected.frame, expected.index, expected.value));
    case 'result':
      return afterOperation(run, expected.actor, expected.op, () => {
        const registers = run.built.machine.registersOf(expected.actor);
        const hi = registers.get('resultHi');
        const lo = registers.get('resultLo');
        const { value } = expected;
        if (hi === value.hi && lo === value.lo) return undefined;
        return `it read ${address(hi, lo, 1)}, expected ${address(value.hi, value.lo, 1)}`;
      });
    case 'outcome':
      return afterOperation(run, expected.actor, expected.op, () => {
        const found = OUTCOMES[run.built.machine.registersOf(expected.actor).get('outcome')];
        return found === expected.outcome
          ? undefined
          : `it ended with ${found}, expected ${expected.outcome}`;
      });
    case 'state':
      return at(run, expected.at, () => checkState(run, expected.what, expected.args, expected.values));
    default:
      return assertNever(expected);
  }
}

/** In the order of the machine's outcome numbers. */
const OUTCOMES = ['done', 'page-fault', 'general-protection', 'no-direct-map', 'refused'] as const;

function at(run: Run, moment: Moment | undefined, look: () => string | undefined): string | undefined {
  if (moment === undefined) return run.peek(run.length, look);
  const { cursor, exact } = run.find(moment);
  if (exact) return run.peek(cursor, look);
  const { op, label, nth } = moment;
  const which = nth === 0 ? label : `${label} for the ${nth + 1}th time`;
  return `the run never comes to that moment (${actorName(run, moment.actor)}, operation ${op}, ${which})`;
}

function afterOperation(
  run: Run,
  actor: number,
  op: number,
  look: () => string | undefined,
): string | undefined {
  for (let step = 0; step < run.length; step++) {
    if (run.actorOf(step) !== actor || run.opOf(step) !== op) continue;
    const ended = run
      .eventsIn(step, step + 1)
      .some((e) => e.kind === OperationEnded.kind && e.vcpu === actor && e.op === op);
    if (ended) return run.peek(step + 1, look);
  }
  return `operation ${op} of ${actorName(run, actor)} does not end in this run`;
}

function checkState(
  run: Run,
  what: string,
  args: readonly number[],
  values: readonly number[],
): string | undefined {
  const { describe } = run.built.hypervisor;
  const found = describe.state(what, args);
  if (found === undefined) {
    const known = Object.keys(describe.states).join(', ');
    return `${run.built.design.name} has nothing called ${what}. Expected one of: ${known === '' ? 'none' : known}`;
  }
  const same = found.length === values.length && found.every((value, i) => value === values[i]);
  return same ? undefined : `it holds ${numbers(found)}, expected ${numbers(values)}`;
}

const numbers = (values: readonly number[]): string =>
  values.length === 0 ? 'nothing' : values.map((v) => (v === -1 ? '-' : `0x${hex(v, 3)}`)).join(' ');

/** `vCPU 1`, `the host`. */
export function actorName(run: Run, actor: number): string {
  return run.world.actors[actor]?.name ?? `actor ${actor}`;
}
