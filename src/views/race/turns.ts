import type { Run } from '../../engine';
import type { LaneKind } from '../../kernel';
import { sayBuffered } from '../../machine';
import { programsAt } from '../program';

/** What an actor would do if it were chosen now, or why it cannot be. */
export interface TurnView {
  readonly actor: number;
  readonly name: string;
  readonly lane: LaneKind;
  /** The operation of its program that the step is part of, as written. */
  readonly doing: string;
  /** Its next step: the line of pseudo-code. */
  readonly line: string;
  /** Why it cannot go on now; undefined if it can. */
  readonly why: string | undefined;
}

/** Everybody who has, or had, something to do in the run, at a cursor: the next step of each. */
export function turnsAt(run: Run, cursor: number): TurnView[] {
  const { world, built } = run;
  const programs = programsAt(run, cursor);
  return run.peek(cursor, () =>
    world.actors
      .filter(({ index, kind }) => kind === 'drain' || (built.machine.programs[index]?.length ?? 0) > 0)
      .map(({ index, name, kind }): TurnView => {
        const can = world.enabled(index);
        if (kind === 'drain') return drainTurn(run, index, name, can);
        const next = world.actors[index]?.thread?.next;
        const line = next?.step.line.trim() ?? '';
        const lane = next?.step.lane ?? next?.procedure.lane ?? 'idle';
        const op = next === undefined ? undefined : (programs.find((one) => one.actor === index)?.ops ?? []);
        const doing = op?.find(({ state }) => state !== 'done')?.text ?? '';
        return { actor: index, name, doing, lane, line, why: can ? undefined : whyNot(run, index) };
      }),
  );
}

function drainTurn(run: Run, actor: number, name: string, can: boolean): TurnView {
  const { machine } = run.built;
  const v = machine.drains(actor);
  if (!can) return { actor, name, doing: '', lane: 'drain', line: '', why: 'nothing waits in it' };
  const store = sayBuffered(machine, machine.storeBuffers.at(v, 0));
  return { actor, name, doing: '', lane: 'drain', line: `${store} reaches memory`, why: undefined };
}

/** The vCPU's next step has a condition that does not hold: a lock is held, a store waits, or somebody has paused it. */
function whyNot(run: Run, actor: number): string {
  const { world, built, store } = run;
  const { machine } = built;
  if (world.actors[actor]?.thread?.alive !== true) return 'has nothing left to do';
  const pausedBy = machine.pausedBy;
  if (pausedBy >= 0 && pausedBy !== actor) return `is paused by ${nameOf(run, pausedBy)}`;
  const vcpu = actor < machine.config.vcpus;
  const waiting = vcpu ? machine.storeBuffers.count(actor) : 0;
  const fences = /fence|locked|fault|leave/.test(world.location(actor)?.label ?? '');
  if (waiting > 0 && fences) return 'waits until its own stores have reached memory';
  for (const cell of store.lockCells) {
    const owner = store.get(cell) - 1;
    if (owner >= 0 && owner !== actor)
      return `waits: ${store.regions.find((r) => r.base === cell)?.name ?? 'a lock'} is held by ${nameOf(run, owner)}`;
  }
  if (waiting > 0)
    return machine.storeBuffers.full(actor)
      ? 'waits: its store buffer is full'
      : 'waits until its own stores have reached memory';
  return 'waits for somebody else';
}

const nameOf = (run: Run, actor: number): string => run.world.actors[actor]?.name ?? `actor ${actor}`;
