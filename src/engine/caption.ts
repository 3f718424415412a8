import { sayBuffered } from '../machine';
import type { Run } from './run';

/**
 * The sentence of one step: what just happened and why. Made after the step from its own table entry; locals of a frame
 * that the step gave up are taken from the journal. Undefined where there is no such step, or for an actor without a stack.
 */
export function stepCaption(run: Run, step: number): string | undefined {
  if (step < 0 || step >= run.length) return undefined;
  const name = run.nameOf(step);
  const say = name.step?.say;
  const actor = run.world.actors[run.actorOf(step)];
  if (actor?.kind === 'drain') return drainCaption(run, step, actor.index);
  const thread = actor?.thread;
  if (say === undefined || name.procedure === undefined || thread === undefined) return undefined;
  if (typeof say === 'string') return say;
  const { part } = name.procedure;
  const procedure = name.procedure;
  const frame = run.peek(step, () => thread.frameBase);
  return run.peek(step + 1, () => {
    // What was cleared when the frame went away: what each cell held at the end of the step. All after the top has moved.
    const gone = new Map<number, number>();
    const { from, to } = thread.extent(frame, procedure);
    let leaving = false;
    run.writesIn(step, step + 1, (cell, old) => {
      if (cell === thread.topCell) leaving = true;
      else if (leaving && cell >= from && cell < to) gone.set(cell, old);
    });
    const read = (cell: number): number => gone.get(cell) ?? run.store.get(cell);
    return thread.recall(frame, read, (t) => say(t, run.world.part(part)));
  });
}

/** A store buffer has given its oldest store to memory: which one, is read where it still waited. */
function drainCaption(run: Run, step: number, actor: number): string {
  const { machine } = run.built;
  const v = machine.drains(actor);
  const store = run.peek(step, () => sayBuffered(machine, machine.storeBuffers.at(v, 0)));
  return `The oldest store that vCPU ${v} held back, ${store}, reaches memory. From now on everybody sees it.`;
}

/** The sentence of the moment a cursor stands at: that of the step just taken; undefined at the beginning. */
export function captionAt(run: Run, cursor: number): string | undefined {
  return stepCaption(run, cursor - 1);
}
