import type { LoggedEvent } from '../../../../kernel';
import { field, type Moment } from '../../read/moment';
import { walkEvents } from '../../read/walks';

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

/** The latest walk of the acting vCPU in its operation; undefined if it has made none. */
export function twoWalk(moment: Moment): TwoWalk | undefined {
  const events = walkEvents(moment);
  return events === undefined ? undefined : assemble(events, moment.actor);
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
