import { assertNever } from '../base';
import type { Invariant, Violation } from '../kernel';
import type { BuiltWorld } from './build';
import type { Proposition, Question } from './spec';

/** Under which name a world knows itself, for questions about its end. */
export const SCENARIO_PART = 'scenario';

/** Whether a proposition is true of the present state: of memory itself, whatever waits in store buffers, and of registers. */
export function holdsNow(built: BuiltWorld, p: Proposition): boolean {
  const { machine } = built;
  switch (p.kind) {
    case 'register':
      return machine.vcpu(p.vcpu).get(p.register) === p.value;
    case 'memory':
      return machine.memory.read32(machine.gfnToMfn(p.gfn), p.offset >>> 2) === p.value;
    case 'constant':
      return p.holds;
    case 'not':
      return !holdsNow(built, p.of);
    case 'and':
      return holdsNow(built, p.left) && holdsNow(built, p.right);
    case 'or':
      return holdsNow(built, p.left) || holdsNow(built, p.right);
    default:
      return assertNever(p);
  }
}

const SAYS: Readonly<Record<Question['quantifier'], (text: string) => string>> = {
  sometimes: (text) => `No schedule ends with ${text}.`,
  never: (text) => `No schedule ends with ${text}.`,
  always: (text) => `Every schedule ends with ${text}.`,
};

const FOUND: Readonly<Record<Question['quantifier'], (text: string) => string>> = {
  sometimes: (text) => `It ends with ${text}: that can happen.`,
  never: (text) => `It ends with ${text}, which must never be.`,
  always: (text) => `It does not end with ${text}, as it always should.`,
};

/**
 * What a scenario asks about its ends, as an invariant: it "breaks" where the answer can be seen, so that the schedule which
 * breaks it is the witness. For `sometimes` that is good news.
 */
export function questionInvariant({ quantifier, proposition, text }: Question): Invariant<BuiltWorld> {
  const seen = quantifier !== 'always';
  return {
    name: quantifier,
    part: SCENARIO_PART,
    when: 'end',
    says: SAYS[quantifier](text),
    check: (built): readonly Violation[] =>
      holdsNow(built, proposition) === seen
        ? [{ invariant: quantifier, says: FOUND[quantifier](text), where: '' }]
        : [],
  };
}
