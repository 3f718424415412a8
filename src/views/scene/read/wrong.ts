import type { Invariant } from '../../../kernel';
import type { EntityId } from '../entity';
import type { Wrong } from '../model';
import type { Moment } from './moment';

/**
 * What is broken at the moment: violations the run has reported so far that still stand. An invariant is not asked anew
 * where it has never been seen broken: in the middle of a step it need not hold.
 */
export function wrongNow(moment: Moment): Map<EntityId, Wrong> {
  const { run, to } = moment;
  const out = new Map<EntityId, Wrong>();
  const before = run.violations.filter((seen) => seen.step < to);
  for (const name of new Set(before.map((seen) => seen.violation.invariant))) {
    const invariant = (run.built.design.invariants as readonly Invariant<unknown>[]).find(
      (i) => i.name === name,
    );
    if (invariant === undefined) continue;
    const seen = new Set(before.filter((s) => s.violation.invariant === name).map((s) => s.violation.where));
    for (const violation of invariant.check(run.world.part(invariant.part)))
      if (seen.has(violation.where) && !out.has(violation.where))
        out.set(violation.where, { invariant: name, says: violation.says });
  }
  return out;
}
