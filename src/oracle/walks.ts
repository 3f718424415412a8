import { sameWord, type Word, word } from '../base';
import { A, D, sayValue } from '../machine';
import type { WalkCase } from './walksFormat';
import { replayWalk, type WalkOutcome } from './walksReplay';

/** Where the model and a recording disagree. */
export interface Difference {
  /** What was compared: `fault`, `error`, `cr2`, `pa`, `mode` or `entry L2`. */
  readonly what: string;
  readonly expected: string;
  readonly got: string;
}

const say = (w: Word): string => sayValue(w.hi, w.lo);

const differ = (what: string, expected: string, got: string): Difference[] =>
  expected === got ? [] : [{ what, expected, got }];

/** What real hardware does in the case: the recording, with the emulator's known deviations replaced. */
function expectedFault(c: WalkCase): { fault: WalkOutcome['fault']; error: Word; cr2: Word | undefined } {
  const { result, hw } = c;
  const recorded = result.fault === null ? word(0, 0) : result.error;
  return {
    fault: hw?.fault ?? result.fault,
    error: hw?.error ?? recorded,
    cr2: result.fault === '#PF' ? result.cr2 : undefined,
  };
}

/** The entries after an access that went through: exactly as recorded, but for the A bit of a PDPTE, which hardware never sets. */
function entriesAfterSuccess(c: WalkCase, got: WalkOutcome): Difference[] {
  return c.entries.flatMap(({ level, after }, i) => {
    const ignored = c.mode === 'pae' && level === 3 ? A : 0;
    const now = got.after[i] as Word;
    const equal = now.hi === after.hi && ((now.lo ^ after.lo) & ~ignored) === 0;
    return equal ? [] : differ(`entry L${level}`, say(after), say(now));
  });
}

/**
 * The entries after a fault: nothing changes but A above the entry where the fault was found; that is left open, unless the
 * recording says that hardware must have set it.
 */
function entriesAfterFault(c: WalkCase, got: WalkOutcome): Difference[] {
  return c.entries.flatMap(({ level, before }, i) => {
    const now = got.after[i] as Word;
    const least = c.hw?.afterMin?.[i] ?? before;
    const required = least.lo & ~before.lo & (A | D);
    const optional = got.fault === '#PF' && level > got.lastLevel ? A : 0;
    const fixed = now.hi === before.hi && ((now.lo ^ before.lo) & ~(optional | required)) === 0;
    if (fixed && (now.lo & required) === required) return [];
    const open = optional === 0 ? '' : ', A optional';
    return differ(`entry L${level}`, `${say(word(before.hi, before.lo | required))}${open}`, say(now));
  });
}

/** Compares an outcome with a recorded case. */
export function compareWalk(c: WalkCase, got: WalkOutcome): readonly Difference[] {
  const expected = expectedFault(c);
  const kind = [
    ...differ('mode', c.mode, got.mode),
    ...differ('fault', expected.fault ?? 'none', got.fault ?? 'none'),
  ];
  // Everything else would only repeat that the access ended otherwise.
  if (kind.length > 0) return kind;
  switch (expected.fault) {
    case null: {
      const pa = c.result.fault === null ? c.result.pa : word(0, 0);
      return [...differ('pa', say(pa), say(got.pa)), ...entriesAfterSuccess(c, got)];
    }
    case '#GP':
      return entriesAfterFault(c, got);
    case '#PF': {
      const cr2 = expected.cr2 ?? got.cr2;
      return [
        ...differ('error', say(expected.error), sayValue(0, got.error)),
        ...(sameWord(cr2, got.cr2) ? [] : differ('cr2', say(cr2), say(got.cr2))),
        ...entriesAfterFault(c, got),
      ];
    }
  }
}

/** Replays a recorded case on the machine model and lists every difference; none means that the model is right about it. */
export function checkWalk(c: WalkCase): readonly Difference[] {
  return compareWalk(c, replayWalk(c));
}
