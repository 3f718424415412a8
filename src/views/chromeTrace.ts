import { FAULT, GUEST_FAULT, OP_ENDED, OP_STARTED, type Run, VIOLATION } from '../engine';
import { laneOf } from './moment';

/**
 * A run in the JSON format of Chrome's tracing, which Perfetto and chrome://tracing open. One step is one microsecond; each actor is a thread,
 * with its operations as slices and, in them, a slice for each stretch of steps in one procedure. Source: "Trace Event Format".
 */
export interface TraceEvent {
  readonly name: string;
  /** X: a slice; i: an instant; M: a name of a process or thread. */
  readonly ph: 'X' | 'i' | 'M';
  /** Microseconds. */
  readonly ts: number;
  readonly dur?: number;
  readonly pid: number;
  readonly tid: number;
  readonly cat?: string;
  /** Of an instant: it belongs to its thread. */
  readonly s?: 't';
  readonly args?: Readonly<Record<string, string | number>>;
}

export interface ChromeTrace {
  readonly traceEvents: readonly TraceEvent[];
  readonly displayTimeUnit: 'ns';
  readonly otherData: Readonly<Record<string, string>>;
}

const PID = 1;

/** A stretch of one actor's steps: [from, to). */
interface Open {
  name: string;
  from: number;
  last: number;
  lane: string;
  label: string;
}

const slice = ({ name, from, last, lane, label }: Open, tid: number): TraceEvent => ({
  name,
  ph: 'X',
  ts: from,
  dur: last + 1 - from,
  pid: PID,
  tid,
  cat: lane,
  args: { 'first step': label, steps: last + 1 - from },
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

/** The whole record of a run. `title` names it. */
export function chromeTrace(run: Run, title: string): ChromeTrace {
  const events: TraceEvent[] = [
    { name: 'process_name', ph: 'M', ts: 0, pid: PID, tid: 0, args: { name: title } },
  ];
  const { actors } = run.world;
  for (const actor of actors) {
    const named = { ph: 'M', ts: 0, pid: PID, tid: actor.index + 1 } as const;
    events.push({ ...named, name: 'thread_name', args: { name: actor.name } });
    events.push({ ...named, name: 'thread_sort_index', args: { sort_index: actor.index } });
  }
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
    const { procedure, label } = run.nameOf(step);
    const lane = laneOf(run, step);
    if ((flags & OP_STARTED) !== 0) {
      close(stretch, actor);
      close(operation, actor);
      const name = `operation ${run.opOf(step)}`;
      operation.set(actor, { name, from: step, last: step, lane: 'guest', label });
    }
    const name = procedure?.name ?? 'drain';
    const now = stretch.get(actor);
    // Where somebody else has acted in between, a slice of the same procedure begins anew.
    if (now === undefined || now.name !== name || before !== actor) {
      close(stretch, actor);
      stretch.set(actor, { name, from: step, last: step, lane, label });
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
  for (const { index } of actors) {
    close(stretch, index);
    close(operation, index);
  }
  return {
    traceEvents: events.sort((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0)),
    displayTimeUnit: 'ns',
    otherData: { title, 'one microsecond': 'one step' },
  };
}
