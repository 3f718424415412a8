import { address, hex } from '../../../base';
import type { LoggedEvent } from '../../../kernel';
import { FETCH, indexAt, WRITE } from '../../../machine';
import { COLUMN_KEYS } from '../columns';
import type { StripModel } from '../model';
import { field, type Moment } from './moment';

/** One level of a walk: the entry that was read. */
export interface WalkStep {
  readonly level: number;
  readonly frame: number;
  readonly index: number;
  /** Step of the run that read it. */
  readonly step: number;
}

/** The latest walk of the acting vCPU in the operation it is in. */
export interface Walk {
  readonly vcpu: number;
  /** 0 the processor, 1 the hypervisor's own walk of the guest's tables. */
  readonly walker: number;
  readonly vaHi: number;
  readonly vaLo: number;
  readonly access: number;
  readonly steps: readonly WalkStep[];
  /** The frame it ended in; -1 while it is on its way or if it faulted. */
  readonly frame: number;
  readonly over: boolean;
}

/** How far back the beginning of a walk is looked for. */
const FAR = 3000;

/** Reads back from the moment to the last `WalkStarted` of the acting vCPU in the same operation; undefined if there is none. */
export function latestWalk(moment: Moment): Walk | undefined {
  return assemble(walkEvents(moment) ?? []);
}

/** The acting vCPU's events since it last began to walk in its operation, oldest first; undefined if it has not. */
export function walkEvents({ run, to, actor }: Moment): readonly LoggedEvent[] | undefined {
  if (to === 0 || actor < 0) return undefined;
  const op = run.opOf(to - 1);
  const after: LoggedEvent[] = [];
  for (let step = to - 1; step >= Math.max(0, to - FAR); step--) {
    if (run.actorOf(step) !== actor) continue;
    if (run.opOf(step) !== op) break;
    const events = run.eventsIn(step, step + 1).filter((e) => e.vcpu === actor);
    const start = events.findLastIndex((e) => e.kind === 'WalkStarted');
    after.unshift(...events.slice(Math.max(0, start)));
    if (start >= 0) return after;
  }
  return undefined;
}

function assemble([start, ...rest]: readonly LoggedEvent[]): Walk | undefined {
  if (start === undefined) return undefined;
  const steps: WalkStep[] = [];
  let frame = -1;
  let over = false;
  for (const e of rest) {
    if (e.kind === 'WalkedLevel' && e.walker === start.walker)
      steps.push({
        level: field(e, 'level'),
        frame: field(e, 'frame'),
        index: field(e, 'index'),
        step: e.step,
      });
    else if (e.kind === 'WalkEnded' && e.walker === start.walker) {
      over = true;
      if (field(e, 'error') === -1) frame = field(e, 'frame');
    }
  }
  return {
    vcpu: field(start, 'vcpu'),
    walker: field(start, 'walker'),
    vaHi: field(start, 'vaHi'),
    vaLo: field(start, 'vaLo'),
    access: field(start, 'access'),
    steps,
    frame,
    over,
  };
}

/** The strip above the columns: the address of the walk, or of the operation that is about to need one. */
export function stripOf(moment: Moment, walk: Walk | undefined): StripModel | undefined {
  const { machine, mode, actor, run, to } = moment;
  const levels = Array.from({ length: mode.levels }, (_, i) => mode.levels - i);
  const va = walk === undefined ? operationVa(moment) : { hi: walk.vaHi, lo: walk.vaLo };
  if (va === undefined) return undefined;
  const reached = walk?.steps.at(-1)?.level ?? mode.levels + 1;
  const access =
    walk === undefined
      ? (machine.programs[actor]?.[run.opOf(Math.max(0, to - 1))]?.kind ?? '')
      : walk.access === WRITE
        ? 'write'
        : walk.access === FETCH
          ? 'fetch'
          : 'read';
  return {
    access,
    who: `vCPU ${actor}${walk?.walker === 1 ? ' (software walk)' : ''}`,
    address: address(va.hi, va.lo, mode.vaBits > 32 ? 12 : 8),
    chips: [
      ...levels.map((level) => ({
        column: COLUMN_KEYS[level] ?? ('mem' as const),
        text: hex(indexAt(mode, level, va.hi, va.lo), 3),
        state:
          level > reached ? ('done' as const) : level === reached ? ('active' as const) : ('idle' as const),
      })),
      {
        column: 'mem',
        text: hex(va.lo & 0xfff, 3),
        state: (walk?.frame ?? -1) >= 0 ? 'active' : 'idle',
      } as const,
    ].map((chip, i, all) =>
      // Once the frame is found the offset is what counts; every index has been used.
      chip.state === 'active' && i < all.length - 1 && all.at(-1)?.state === 'active'
        ? { ...chip, state: 'done' as const }
        : chip,
    ),
  };
}

function operationVa(moment: Moment): { hi: number; lo: number } | undefined {
  const { machine, actor, run, to } = moment;
  if (to === 0 || actor < 0) return undefined;
  const op = machine.programs[actor]?.[run.opOf(to - 1)];
  return op !== undefined && 'va' in op ? op.va : undefined;
}
