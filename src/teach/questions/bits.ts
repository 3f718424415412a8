import { assertNever, fail, ok, type Result } from '../../base';
import type { Run } from '../../engine';
import { A, D, PFEC_I, PFEC_P, PFEC_RSVD, PFEC_U, PFEC_W, sayError } from '../../machine';
import { ruleOf } from '../rule';
import { eventAhead, goingOn, num } from './ahead';
import { sayEntryOf } from './places';
import type { Option, Question } from './question';

interface Bit {
  readonly name: string;
  readonly mask: number;
  /** What it means when it is set, and when it is clear. */
  readonly set: string;
  readonly clear: string;
}

export const ERROR_BITS: readonly Bit[] = [
  {
    name: 'P',
    mask: PFEC_P,
    set: 'it is set, for every entry on the path was present: a right was missing, or a bit was set that must not be.',
    clear: 'it is clear, for an entry on the path was not present.',
  },
  {
    name: 'W',
    mask: PFEC_W,
    set: 'it is set, for the access was a store.',
    clear: 'it is clear, for the access was no store.',
  },
  {
    name: 'U',
    mask: PFEC_U,
    set: 'it is set, for the access came from user mode.',
    clear: 'it is clear, for the access came from the kernel.',
  },
  {
    name: 'RSVD',
    mask: PFEC_RSVD,
    set: 'it is set, for an entry had a bit set that must be zero.',
    clear: 'it is clear, for no entry had a bit set that must be zero.',
  },
  {
    name: 'I',
    mask: PFEC_I,
    set: 'it is set, for the access was a fetch, and NX or SMEP is in force.',
    clear: 'it is clear: the access was no fetch, or neither NX nor SMEP is in force.',
  },
];

const MARK_BITS: readonly Bit[] = [
  {
    name: 'A',
    mask: A,
    set: 'a walk marks what it uses, and it was clear.',
    clear: 'it is set already: nothing is written.',
  },
  {
    name: 'D',
    mask: D,
    set: 'a store marks the entry that maps the page, and it was clear.',
    clear: 'only a store sets it, in the entry that maps the page, and only if it is clear.',
  },
];

function optionsOf(bits: readonly Bit[], value: number): { options: Option[]; truth: string[] } {
  const on = (bit: Bit): boolean => (value & bit.mask) !== 0;
  return {
    options: bits.map((bit) => ({ id: bit.name, says: bit.name, why: on(bit) ? bit.set : bit.clear })),
    truth: bits.filter(on).map(({ name }) => name),
  };
}

export type BitsOf = 'error' | 'marks';

/** What bits can be asked about; a scenario's `ask … bits error` names it, `error` where nothing is said. */
export const bitsOf = (about: string): BitsOf | undefined =>
  about === '' || about === 'error' ? 'error' : about === 'marks' ? 'marks' : undefined;

/** Which bits does the next page fault's error code have; or, which marks does the next walk leave? */
export function bits(run: Run, cursor: number, about: string): Result<Question, string> {
  const of = bitsOf(about);
  const span = goingOn(run, cursor);
  if (of === undefined) return fail(`\`${about}\` has no bits to ask for. Expected \`error\` or \`marks\`.`);
  if (span === undefined) return fail('The run is at its end.');
  switch (of) {
    case 'error': {
      const event = eventAhead(run, cursor, ({ kind }) => kind === 'PageFault', span);
      if (event === undefined) return fail('No page fault comes in this operation.');
      const { options, truth } = optionsOf(ERROR_BITS, num(event, 'error'));
      const rule = ruleOf(run, event.step);
      return ok({
        kind: 'bits',
        cursor,
        prompt: `This access of vCPU ${num(event, 'vcpu')} will fault. Which bits will the error code have?`,
        parts: [{ says: 'Set', many: true, how: 'bits', options }],
        truth,
        shown: event.step + 1,
        hides: ['code', 'timeline', 'events'],
        rule: { ...rule, says: `The error code is ${sayError(num(event, 'error'))}. ${rule.says}` },
      });
    }
    case 'marks': {
      const event = eventAhead(run, cursor, ({ kind }) => kind === 'AccessedDirtySet', span);
      if (event === undefined) return fail('No walk of this operation leaves a mark.');
      const { options, truth } = optionsOf(MARK_BITS, num(event, 'bits'));
      const entry = sayEntryOf(run, num(event, 'level'), num(event, 'frame'), num(event, 'index'));
      return ok({
        kind: 'bits',
        cursor,
        prompt: `A walk is about to write to ${entry}. Which bits will it set?`,
        parts: [{ says: 'It sets', many: true, how: 'bits', options }],
        truth,
        shown: event.step + 1,
        hides: ['code', 'events'],
        rule: ruleOf(run, event.step),
      });
    }
    default:
      return assertNever(of, 'bits');
  }
}
