import { fail, ok, type Result } from '../../base';
import type { Run } from '../../engine';
import { ruleOf } from '../rule';
import { goingOn } from './ahead';
import { DECISIONS } from './outcomes';
import type { Option, Question } from './question';

/** Where an actor stands after a step, in the words of `DECISIONS`. */
export function outcomeOf(run: Run, step: number): string | undefined {
  const place = placeAfter(run, step);
  const { alike } = DECISIONS[run.nameOf(step).label] ?? {};
  return place === undefined ? undefined : (alike?.[place] ?? place);
}

function placeAfter(run: Run, step: number): string | undefined {
  const { procedure } = run.nameOf(step);
  const thread = run.world.actors[run.actorOf(step)]?.thread;
  if (procedure === undefined || thread === undefined) return undefined;
  const frame = run.peek(step, () => thread.frameBase);
  return run.peek(step + 1, () => {
    const inside = thread.frameBase;
    const next = thread.next;
    if (inside < frame || next === undefined) return '^';
    return inside > frame ? `(${next.procedure.name}` : `>${next.step.label}`;
  });
}

const keepsShadows = new WeakMap<Run, boolean>();

/** Whether the hypervisor keeps tables of its own in the guest's place: then what it decides is asked, not what the processor does. */
export function shadows(run: Run): boolean {
  let known = keepsShadows.get(run);
  if (known === undefined) {
    const { hypervisor, machine, spec } = run.built;
    const has = (): boolean =>
      spec.tables.some(
        ({ frame, level }) => hypervisor.describe.shadowOf(machine.gfnToMfn(frame), level) >= 0,
      );
    known = has() || run.peek(run.length, has);
    keepsShadows.set(run, known);
  }
  return known;
}

/** Whether a step is a decision that a person can take, with an outcome that has a name. */
export function isDecision(run: Run, step: number): boolean {
  const { label, procedure } = run.nameOf(step);
  if (procedure?.part === 'machine' && shadows(run)) return false;
  const decision = DECISIONS[label];
  const outcome = decision === undefined ? undefined : outcomeOf(run, step);
  return outcome !== undefined && decision?.outcomes[outcome] !== undefined;
}

/** What will the hypervisor, or the processor, decide next? */
export function decision(run: Run, cursor: number): Result<Question, string> {
  const span = goingOn(run, cursor);
  if (span === undefined) return fail('The run is at its end.');
  let step = cursor;
  while (step < span.to && !(run.actorOf(step) === span.actor && isDecision(run, step))) step++;
  if (step >= span.to) return fail('No decision is left in this operation.');
  const made = DECISIONS[run.nameOf(step).label];
  const outcome = outcomeOf(run, step);
  if (made === undefined || outcome === undefined) return fail('No decision is left in this operation.');
  const rule = ruleOf(run, step);
  const options = Object.entries(made.outcomes).map(([id, says]): Option => ({ id, says, why: rule.says }));
  return ok({
    kind: 'decision',
    cursor,
    prompt: made.asks,
    parts: [{ says: 'Decide', many: false, how: 'list', options }],
    truth: [outcome],
    shown: step + 1,
    hides: ['code', 'timeline', 'events'],
    rule,
  });
}
