import { captionAt, eventText, type Run } from '../../engine';
import type { LoggedEvent } from '../../kernel';
import { alikeText } from './alike';
import type { Stop } from './together';

/** What is held against each other: all that happens, or only what the guest can see of it. */
export type Scope = 'everything' | 'guest';

/** Kinds by which a guest could tell two hypervisors apart: what its instructions give it, and the faults it is handed. */
const SEEN_BY_GUEST: ReadonlySet<string> = new Set(['GuestPageFault', 'GeneralProtection', 'OperationEnded']);

/** What only says from where a value was copied, by cells of the store: another order of pages is no other course of things. */
const OF_THE_STORE: ReadonlySet<string> = new Set(['Derived']);

/** Where two runs part: an event of one that the other does not have at that place. */
export interface Difference {
  readonly actor: number;
  readonly op: number;
  /** Which stop its operation belongs to. */
  readonly stop: number;
  readonly a: Side;
  readonly b: Side;
}

interface Side {
  /** The event as a scenario writes it; undefined: nothing more happens in the operation. */
  readonly text: string | undefined;
  /** What the step that did it is said to do. */
  readonly says: string;
  /** Cursor just after it, or at the end of the operation. */
  readonly cursor: number;
}

const keyOf = (actor: number, op: number): string => `${actor} ${op}`;

/** What is compared of an event. What a call into the kernel leaves in the registers is no answer: of it, only how it ended is seen. */
function keyText(run: Run, event: LoggedEvent, scope: Scope, oneDesign: boolean): string {
  const { programs } = run.built.spec;
  const call = programs[event.actor]?.[Number(event.op)]?.kind === 'call';
  return scope === 'guest' && event.kind === 'OperationEnded' && call
    ? eventText({ ...event, valueHi: 0, valueLo: 0 })
    : alikeText(run, event, oneDesign);
}

/** A run's events by operation: those of the actor itself, in order. */
function byOperation(run: Run, scope: Scope): Map<string, LoggedEvent[]> {
  const out = new Map<string, LoggedEvent[]>();
  for (const event of run.eventsIn(0, run.length)) {
    if (OF_THE_STORE.has(event.kind) || (scope === 'guest' && !SEEN_BY_GUEST.has(event.kind))) continue;
    const key = keyOf(run.actorOf(event.step), run.opOf(event.step));
    const list = out.get(key);
    if (list === undefined) out.set(key, [event]);
    else list.push(event);
  }
  return out;
}

/** Of each stop: whether its operation went the same way in both runs. Parallel to the stops. */
export type Sameness = 'same' | 'different' | 'seen by the guest';

export interface Differences {
  readonly first: Difference | undefined;
  readonly firstForGuest: Difference | undefined;
  readonly ofStops: readonly Sameness[];
}

/** Compares two runs operation by operation, so that another order of the vCPUs alone is no difference. */
export function differencesOf(a: Run, b: Run, stops: readonly Stop[]): Differences {
  const all = stops.map(partAt(a, b, 'everything'));
  const guest = stops.map(partAt(a, b, 'guest'));
  return {
    first: all.find((one) => one !== undefined),
    firstForGuest: guest.find((one) => one !== undefined),
    ofStops: stops.map((_, i) =>
      guest[i] !== undefined ? 'seen by the guest' : all[i] !== undefined ? 'different' : 'same',
    ),
  };
}

/** An event of a run, or that there is none: then the end of the operation is where one looks. */
function sideOf(run: Run, event: LoggedEvent | undefined, end: number): Side {
  if (event === undefined) return { text: undefined, cursor: end, says: '' };
  const cursor = event.step + 1;
  return { text: eventText(event), cursor, says: captionAt(run, cursor) ?? '' };
}

function partAt(a: Run, b: Run, scope: Scope): (stop: Stop, nth: number) => Difference | undefined {
  const [ofA, ofB] = [byOperation(a, scope), byOperation(b, scope)];
  const oneDesign = a.built.design.name === b.built.design.name;
  return (stop, nth) => {
    const key = keyOf(stop.actor, stop.op);
    const [left, right] = [ofA.get(key) ?? [], ofB.get(key) ?? []];
    const most = Math.max(left.length, right.length);
    for (let i = 0; i < most; i++) {
      const [one, other] = [left[i], right[i]];
      const alike =
        one !== undefined &&
        other !== undefined &&
        keyText(a, one, scope, oneDesign) === keyText(b, other, scope, oneDesign);
      if (alike) continue;
      return {
        actor: stop.actor,
        op: stop.op,
        stop: nth,
        a: sideOf(a, one, stop.a),
        b: sideOf(b, other, stop.b),
      };
    }
    return undefined;
  };
}
