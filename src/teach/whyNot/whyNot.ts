import type { Run } from '../../engine';
import { procedureNamed } from '../../kernel';
import { type Rule, ruleOf } from '../rule';
import type { Distances } from './distance';
import { type Known, knownGraph } from './known';
import { operationAt, type Span, standing } from './span';

/** Why something did not happen in an operation. */
export type WhyNot =
  /** It did: after that step. */
  | { readonly kind: 'happened'; readonly rule: Rule }
  /** No way from any step of this operation leads there. */
  | { readonly kind: 'never' }
  | {
      readonly kind: 'decided';
      /** The step nearest to it from which the run went another way. */
      readonly rule: Rule;
      /** How many steps it was from there, at least. */
      readonly distance: number;
      /** Where it would have gone on: `sh_unsync.flags` and its line. */
      readonly instead: { readonly label: string; readonly line: string } | undefined;
    };

/** A step of an operation after which an event was further away than before it. */
interface Turn {
  readonly step: number;
  readonly distance: number;
}

/**
 * Why no event of a kind came in the operation that the cursor stands in. Among the steps that were taken it looks for the one that was
 * nearest to such an event and led away from it: there it was decided, and the step's own sentence says by what.
 */
export function whyNot(
  run: Run,
  cursor: number,
  kind: string,
  known: Known = knownGraph(run.built.design.name),
): WhyNot {
  const span = operationAt(run, cursor);
  return span === undefined ? { kind: 'never' } : whyNotIn(run, span, kind, known);
}

/** The same, in any span of one actor's steps. */
export function whyNotIn(
  run: Run,
  span: Span,
  kind: string,
  known: Known = knownGraph(run.built.design.name),
): WhyNot {
  for (let step = span.from; step < span.to; step++)
    if (run.actorOf(step) === span.actor && run.eventsIn(step, step + 1).some((e) => e.kind === kind))
      return { kind: 'happened', rule: ruleOf(run, step) };
  const distances = known.to(kind);
  const turn = verdictIn(run, span, kind) ?? nearestTurn(run, span, distances);
  // Where the program goes at the beginning of an operation is the program's, not a decision about anything.
  if (turn === undefined || run.nameOf(turn.step).procedure?.name === 'guest') return { kind: 'never' };
  return {
    kind: 'decided',
    rule: ruleOf(run, turn.step),
    distance: turn.distance,
    instead: insteadOf(run, turn.step, distances),
  };
}

/**
 * Events that only carry out what was decided earlier: the steps that decide them, the hypervisor's before the processor's. Where one of
 * these was taken, it is the one that counts.
 */
export const DECIDED_AT: Readonly<Record<string, readonly string[]>> = {
  GuestPageFault: [
    ...['sh_page_fault.judge', 'kvm_page_fault.guest', 'xi_page_fault.row1', 'pv_shadow_fault.judge'],
    ...['nested_walk.check', 'hardware_walk.check', 'guest_access.lookup'],
  ],
  PageFault: ['nested_walk.check', 'hardware_walk.check', 'guest_access.lookup'],
};

function verdictIn(run: Run, span: Span, kind: string): Turn | undefined {
  for (const label of DECIDED_AT[kind] ?? [])
    for (let step = span.to - 1; step >= span.from; step--)
      if (run.actorOf(step) === span.actor && run.nameOf(step).label === label) return { step, distance: 1 };
  return undefined;
}

function nearestTurn(run: Run, span: Span, distances: Distances): Turn | undefined {
  const here = run.cursor;
  let nearest: Turn | undefined;
  for (let step = span.from; step < span.to; step++) {
    if (run.actorOf(step) !== span.actor) continue;
    run.seek(step);
    const before = distances.ofStack(standing(run, span.actor));
    if (!Number.isFinite(before) || (nearest !== undefined && before > nearest.distance)) continue;
    run.seek(step + 1);
    // At equal distance the later one: a loop that came back gave the run another chance.
    if (distances.ofStack(standing(run, span.actor)) >= before) nearest = { step, distance: before };
  }
  run.seek(here);
  return nearest;
}

function insteadOf(
  run: Run,
  step: number,
  distances: Distances,
): { label: string; line: string } | undefined {
  const { procedure, pc } = run.nameOf(step);
  const way = procedure === undefined ? undefined : distances.way(procedure.name, pc);
  const to = way === undefined ? undefined : procedureNamed(way.procedure)?.steps[way.pc];
  if (way === undefined || to === undefined) return undefined;
  return { label: `${way.procedure}.${to.label}`, line: to.line.trim() };
}
