import type { LoggedEvent } from '../../../../kernel';
import { field, type Moment } from '../../read/moment';

/** One nested entry that the walk has read. */
export interface NestedRead {
  readonly frame: number;
  readonly index: number;
  readonly hi: number;
  readonly lo: number;
  readonly step: number;
}

/** The reads of the latest walk in both dimensions, as the run's events tell them. */
export interface TwoWalk {
  readonly vcpu: number;
  /** By what was sought: the guest's table of a level (4 to 1), or 0 for the data. In the order of the walk. */
  readonly sought: ReadonlyMap<number, readonly NestedRead[]>;
  /** Levels of the guest's tables read so far. */
  readonly guest: number;
  readonly nested: number;
  readonly over: boolean;
}

/** How far back the beginning of a walk is looked for. */
const FAR = 400;

/** The latest walk of the acting vCPU in its operation; undefined if it has made none. */
export function twoWalk(moment: Moment): TwoWalk | undefined {
  const { run, to, actor } = moment;
  if (to === 0 || actor < 0) return undefined;
  const op = run.opOf(to - 1);
  const after: LoggedEvent[] = [];
  for (let step = to - 1; step >= Math.max(0, to - FAR); step--) {
    if (run.actorOf(step) !== actor) continue;
    if (run.opOf(step) !== op) break;
    const events = run.eventsIn(step, step + 1).filter((e) => e.vcpu === actor);
    const start = events.findLastIndex((e) => e.kind === 'WalkStarted');
    after.unshift(...events.slice(Math.max(0, start)));
    if (start >= 0) return assemble(after, actor);
  }
  return undefined;
}

function assemble(events: readonly LoggedEvent[], vcpu: number): TwoWalk {
  const sought = new Map<number, NestedRead[]>();
  let guest = 0;
  let nested = 0;
  let over = false;
  for (const e of events) {
    if (e.kind === 'WalkedLevel') guest++;
    if (e.kind === 'WalkEnded') over = true;
    if (e.kind !== 'NestedEntryRead') continue;
    nested++;
    const read = {
      frame: field(e, 'frame'),
      index: field(e, 'index'),
      hi: field(e, 'hi'),
      lo: field(e, 'lo'),
    };
    const list = sought.get(field(e, 'sought')) ?? [];
    sought.set(field(e, 'sought'), list);
    list.push({ ...read, step: e.step });
  }
  return { vcpu, sought, guest, nested, over };
}
