import { FAULT, GUEST_FAULT, OP_ENDED, OP_STARTED, type Run, VIOLATION } from '../engine';
import { type Lanes, lanesOf } from './lanes';
import { laneOf } from './moment';

/**
 * A run in the JSON format of Chrome's tracing, which Perfetto and chrome://tracing open. One step is one microsecond. Each actor is a thread,
 * with its operations as slices and, in them, a slice for each stretch of steps in one procedure. Each lock is a thread of a second
 * process, with a slice for as long as somebody holds it, and an arrow from who gave it back to who took it next. Source: "Trace Event
 * Format".
 */
export interface TraceEvent {
  readonly name: string;
  /** X: a slice; i: an instant; s and f: the two ends of an arrow; M: a name of a process or thread. */
  readonly ph: 'X' | 'i' | 's' | 'f' | 'M';
  /** Microseconds. */
  readonly ts: number;
  readonly dur?: number;
  readonly pid: number;
  readonly tid: number;
  readonly cat?: string;
  /** Of an instant: it belongs to its thread. */
  readonly s?: 't';
  /** Of an arrow: which two ends belong together. */
  readonly id?: number;
  /** Of an arrow's end: it points at the slice around it, not at the next one. */
  readonly bp?: 'e';
  readonly args?: Readonly<Record<string, string | number>>;
}

export interface ChromeTrace {
  readonly traceEvents: readonly TraceEvent[];
  readonly displayTimeUnit: 'ns';
  readonly otherData: Readonly<Record<string, string>>;
}

const named = (
  kind: 'process' | 'thread',
  pid: number,
  tid: number,
  name: string,
  order: number,
): TraceEvent[] => [
  { name: `${kind}_name`, ph: 'M', ts: 0, pid, tid, args: { name } },
  { name: `${kind}_sort_index`, ph: 'M', ts: 0, pid, tid, args: { sort_index: order } },
];

const PID = 1;
const LOCKS_PID = 2;

/** A stretch of one actor's steps: [from, to). */
interface Open {
  name: string;
  from: number;
  last: number;
  lane: string;
  label: string;
  /** What the slice says beyond where it begins. */
  said: string;
}

const slice = ({ name, from, last, lane, label, said }: Open, tid: number): TraceEvent => ({
  name,
  ph: 'X',
  ts: from,
  dur: last + 1 - from,
  pid: PID,
  tid,
  cat: lane,
  args: { 'first step': label, ...(said === '' ? {} : { line: said }), steps: last + 1 - from },
});

function marksOf(run: Run, step: number): string[] {
  const flags = run.flagsOf(step);
  return [
    ...((flags & FAULT) === 0 ? [] : ['page fault']),
    ...((flags & GUEST_FAULT) === 0 ? [] : ['#PF for the guest']),
    ...((flags & VIOLATION) === 0
      ? []
      : run.violations.filter((v) => v.step === step).map((v) => `${v.violation.invariant} breaks`)),
  ];
}

/** Who held each lock when; and where it went from one actor to another. */
function lockEvents({ locks, actors }: Lanes): TraceEvent[] {
  if (locks.length === 0) return [];
  const nameOf = (actor: number): string =>
    actors.find(({ index }) => index === actor)?.name ?? `actor ${actor}`;
  let arrows = 0;
  const events = locks.flatMap(({ name, held }, lock) => [
    ...named('thread', LOCKS_PID, lock + 1, name, lock),
    ...held.flatMap(({ from, to, actor }, i): TraceEvent[] => {
      const holder = nameOf(actor);
      const slice: TraceEvent = {
        ...{ name: `held by ${holder}`, ph: 'X', ts: from, dur: to - from, cat: 'lock' },
        ...{ pid: LOCKS_PID, tid: lock + 1, args: { holder, steps: to - from } },
      };
      const next = held[i + 1];
      if (next === undefined || next.actor === actor) return [slice];
      const arrow = { name: `${name} goes on`, cat: 'lock', id: ++arrows, pid: PID } as const;
      return [
        slice,
        // In the middle of the steps that let go and take: an end on the edge of a slice belongs to nobody for sure.
        { ...arrow, ph: 's', ts: to - 0.5, tid: actor + 1 },
        { ...arrow, ph: 'f', bp: 'e', ts: next.from + 0.5, tid: next.actor + 1 },
      ];
    }),
  ]);
  return [...named('process', LOCKS_PID, 0, 'Locks', 1), ...events];
}

/** The whole record of a run. `title` names it. */
export function chromeTrace(run: Run, title: string): ChromeTrace {
  const lanes = lanesOf(run);
  const events: TraceEvent[] = [
    ...named('process', PID, 0, title, 0),
    ...lanes.actors.flatMap(({ index, name }) => named('thread', PID, index + 1, name, index)),
    ...lockEvents(lanes),
  ];
  const operation = new Map<number, Open>();
  const stretch = new Map<number, Open>();
  const close = (open: Map<number, Open>, actor: number): void => {
    const one = open.get(actor);
    if (one !== undefined) events.push(slice(one, actor + 1));
    open.delete(actor);
  };
  let before = -1;
  for (let step = 0; step < run.length; step++) {
    const actor = run.actorOf(step);
    const flags = run.flagsOf(step);
    const { procedure, label, step: row } = run.nameOf(step);
    const lane = laneOf(run, step);
    if ((flags & OP_STARTED) !== 0) {
      close(stretch, actor);
      close(operation, actor);
      const op = run.opOf(step);
      const name = run.built.spec.sources[actor]?.[op]?.text ?? `operation ${op}`;
      operation.set(actor, { name, from: step, last: step, lane: 'operation', label, said: '' });
    }
    const name = procedure?.name ?? 'drain';
    const now = stretch.get(actor);
    // Where somebody else has acted in between, a slice of the same procedure begins anew.
    if (now === undefined || now.name !== name || before !== actor) {
      close(stretch, actor);
      stretch.set(actor, { name, from: step, last: step, lane, label, said: row?.line ?? '' });
    } else now.last = step;
    const whole = operation.get(actor);
    if (whole !== undefined) whole.last = step;
    for (const mark of marksOf(run, step))
      events.push({ name: mark, ph: 'i', ts: step, pid: PID, tid: actor + 1, s: 't', cat: 'mark' });
    if ((flags & OP_ENDED) !== 0) {
      close(stretch, actor);
      close(operation, actor);
    }
    before = actor;
  }
  for (const { index } of lanes.actors) {
    close(stretch, index);
    close(operation, index);
  }
  return {
    traceEvents: events.sort((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0)),
    displayTimeUnit: 'ns',
    otherData: { title, 'one microsecond': 'one step' },
  };
}
