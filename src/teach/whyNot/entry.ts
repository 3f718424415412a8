import { provenance, type Run } from '../../engine';
import { A, D, P, U, W } from '../../machine';
import { type Rule, ruleOf } from '../rule';

/** Something that an entry does not say. */
export interface Lacking {
  /** `writable`: after "Why is … not". */
  readonly what: string;
  /** The step that decided it; undefined where the scenario began so. */
  readonly rule: Rule | undefined;
  /** The step that wrote what it was made from, where another entry is behind it. */
  readonly source: Rule | undefined;
}

const RIGHTS: readonly { readonly what: string; readonly bit: number }[] = [
  { what: 'present', bit: P },
  { what: 'writable', bit: W },
  { what: 'a user page', bit: U },
  { what: 'accessed', bit: A },
  { what: 'dirty', bit: D },
];

/**
 * What the entry in a cell (the low half of it) does not allow or say at a cursor, each with the step that last decided about that bit:
 * it took it away, or wrote the entry without it. An entry that is not present says nothing else.
 */
export function lackingOf(run: Run, cell: number, cursor: number): readonly Lacking[] {
  const lo = run.peek(cursor, () => run.store.get(cell));
  const asked = (lo & P) === 0 ? RIGHTS.slice(0, 1) : RIGHTS.filter(({ bit }) => (lo & bit) === 0);
  return asked.map(({ what, bit }) => {
    // Who took the bit away; if nobody did, who wrote the entry as it is.
    const taken = provenance(run, cell, cursor, bit);
    const chain = taken.length > 0 ? taken : provenance(run, cell, cursor, ~(A | D));
    const [last, before] = chain;
    return {
      what,
      rule: last === undefined ? undefined : ruleOf(run, last.step),
      source: before === undefined ? undefined : ruleOf(run, before.step),
    };
  });
}
