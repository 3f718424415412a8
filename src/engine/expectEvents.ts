import type { LoggedEvent } from '../kernel';
import { eventName, eventText, patternText } from './eventText';
import type { Run } from './run';
import type { EventPattern } from './spec';

/** All events of these kinds, in order. */
export const eventsOfKinds = (run: Run, kinds: ReadonlySet<string>): LoggedEvent[] =>
  run.eventsIn(0, run.length, kinds);

/** Whether an event is what a pattern describes: its kind, its actor if one is named, and every field that is. */
export function matches(event: LoggedEvent, pattern: EventPattern): boolean {
  if (event.kind !== pattern.event) return false;
  if (pattern.actor !== undefined && event.actor !== pattern.actor) return false;
  return pattern.fields.every(({ name, value }) => event[name] === value);
}

/** Whether the events happen in this order; with `exactly`, and no other of the kinds named. Says what does not fit. */
export function checkEvents(
  run: Run,
  patterns: readonly EventPattern[],
  exactly: boolean,
): string | undefined {
  const found = eventsOfKinds(run, new Set(patterns.map((p) => p.event)));
  return exactly ? oneByOne(run, patterns, found) : inOrder(run, patterns, found);
}

function oneByOne(
  run: Run,
  patterns: readonly EventPattern[],
  found: readonly LoggedEvent[],
): string | undefined {
  for (let i = 0; i < Math.max(patterns.length, found.length); i++) {
    const pattern = patterns[i];
    const event = found[i];
    if (pattern !== undefined && event !== undefined && matches(event, pattern)) continue;
    const has = event === undefined ? 'nothing more happens' : `found ${said(run, event)}`;
    const wants = pattern === undefined ? 'no further one' : patternText(pattern, named(run));
    return `event ${i + 1} of ${patterns.length}: ${has}, expected ${wants}`;
  }
  return undefined;
}

/** Each in turn takes the first that fits after the one before: if any order of picks works, this one does. */
function inOrder(
  run: Run,
  patterns: readonly EventPattern[],
  found: readonly LoggedEvent[],
): string | undefined {
  let next = 0;
  let before: LoggedEvent | undefined;
  for (const [i, pattern] of patterns.entries()) {
    const at = found.findIndex((event, k) => k >= next && matches(event, pattern));
    if (at < 0) {
      const since = before === undefined ? '' : ` after ${said(run, before)}`;
      const alike = found.filter((event, k) => k >= next && event.kind === pattern.event);
      const instead =
        alike.length === 0
          ? `no ${eventName(pattern.event)} happens${since}`
          : `none of the ${alike.length} ${eventName(pattern.event)}${since} is like it (the first: ${said(run, alike[0] as LoggedEvent)})`;
      return `event ${i + 1} of ${patterns.length}: ${instead}, expected ${patternText(pattern, named(run))}`;
    }
    before = found[at];
    next = at + 1;
  }
  return undefined;
}

/** Whether exactly so many events fit the pattern. */
export function checkCount(run: Run, pattern: EventPattern, count: number): string | undefined {
  const found = eventsOfKinds(run, new Set([pattern.event])).filter((event) => matches(event, pattern));
  if (found.length === count) return undefined;
  const first = found[0];
  const where = first === undefined ? '' : `, the first ${said(run, first)}`;
  return `${patternText(pattern, named(run))} happens ${times(found.length)}${where}; expected ${times(count)}`;
}

const times = (n: number): string => (n === 0 ? 'never' : n === 1 ? 'once' : `${n} times`);

const named =
  (run: Run) =>
  (actor: number): string =>
    run.world.actors[actor]?.name ?? `actor ${actor}`;

const said = (run: Run, event: LoggedEvent): string =>
  `${eventText(event)} by ${named(run)(event.actor)} at step ${event.step + 1}`;
