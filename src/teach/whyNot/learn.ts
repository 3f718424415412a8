import type { Run } from '../../engine';
import type { Procedure } from '../../kernel';
import { OperationEnded } from '../../machine';
import { addCall, type StepGraph, type StepNode } from './graph';

const labelsOf = (procedure: Procedure): readonly string[] => procedure.steps.map(({ label }) => label);

/** Where an actor stood before one of its steps. */
interface Stood {
  readonly procedure: Procedure;
  readonly node: StepNode;
  readonly frame: number;
  /** The step after which its caller goes on, by the time the call was made. */
  resumes: number;
}

/**
 * Adds to the graph every edge that the steps in [from, to) of a run went along. What follows the end of an operation is the
 * next operation, which is no way of the first one: that edge is left out.
 */
export function learn(run: Run, graph: StepGraph, from = 0, to = run.length): void {
  const here = run.cursor;
  const stood = new Map<number, Stood | undefined>();
  for (let step = from; step < to; step++) {
    const actor = run.actorOf(step);
    const thread = run.world.actors[actor]?.thread;
    const { procedure, pc } = run.nameOf(step);
    if (thread === undefined || procedure === undefined) continue;
    run.seek(step);
    const frame = thread.frameBase;
    const node = graph.procedure(procedure.name, labelsOf(procedure))[pc] as StepNode;
    const before = stood.get(actor);
    if (before !== undefined) connect(before, procedure, pc, frame);

    const events = run.eventsIn(step, step + 1);
    for (const { kind } of events) node.events.add(kind);
    run.seek(step + 1);
    const inside = thread.frameBase;
    const ended = events.some(({ kind }) => kind === OperationEnded.kind);
    if (inside < frame) node.returns = true;
    const resumes = inside > frame ? (thread.frames().at(-2)?.pc ?? 0) : 0;
    stood.set(actor, ended ? undefined : { procedure, node, frame, resumes });
  }
  run.seek(here);
}

/** One edge: to the next step of the same frame, or into a procedure that was called. A return is marked where it happens. */
function connect(before: Stood, procedure: Procedure, pc: number, frame: number): void {
  if (frame > before.frame) addCall(before.node, procedure.name, before.resumes);
  else if (frame === before.frame && procedure === before.procedure) before.node.next.add(pc);
}
