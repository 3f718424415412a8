import { defined, ensure, hex } from '../base';
import { judge, provenance, type Run, recordRun, stepCaption, verdictText } from '../engine';
import { type EventType, type LoggedEvent, printAnchor } from '../kernel';
import { printDiagnostic, resolve } from '../scenario';
import type { Moment, Told } from './exercise';

/**
 * Runs a scenario of ours to its end and stands there. It must run and end: an exercise whose run does not is a mistake of its
 * generator, and is told as one. Nobody who solves a sheet should wait for invariants: that they hold is what the tests hold the
 * same texts against.
 */
export function runOf(text: string): Run {
  const resolved = resolve(text);
  if (resolved.kind === 'error')
    throw new Error(`an exercise's scenario does not read: ${resolved.error.map(printDiagnostic).join(' ')}`);
  const { spec, design } = resolved.value;
  const run = recordRun(spec, { ...design, invariants: [] });
  const verdict = judge(run);
  ensure(verdict.ok, `an exercise's scenario goes wrong: ${verdictText(run, verdict).join(' ')}`);
  run.seek(run.length);
  return run;
}

/** All events of one kind, in order. */
export function eventsOf<F extends string>(run: Run, type: EventType<F>): LoggedEvent[] {
  return run.eventsIn(0, run.length, new Set([type.kind]));
}

/** A field of an event, which its type promises to be there. */
export const part = (event: LoggedEvent, field: string): number => event[field] as number;

/** A number as an answer: hex without prefix. */
export const asHex = (value: number): string => hex(value);

/** 64 bits as an answer. */
export const asHex64 = (hi: number, lo: number): string => (hex(hi, 8) + hex(lo, 8)).replace(/^0+(?=.)/, '');

/** The moment after a step of the run. */
export function momentAfter(run: Run, step: number): Moment {
  const anchor = defined(run.anchorAt(step + 1), `a moment after step ${step}`);
  return { anchor: printAnchor(anchor), step: step + 1 };
}

/** The end of the run: what is asked about how things stand then is decided nowhere later. */
export const atTheEnd = (run: Run): Moment => momentAfter(run, run.length - 1);

/** After the last of some events; where there are none, at the end of the run, by which none has come. */
export function afterLast(run: Run, events: readonly LoggedEvent[]): Moment {
  const last = events.at(-1);
  return last === undefined ? atTheEnd(run) : momentAfter(run, last.step);
}

/** The end of an actor's nth operation: after its last step. */
export function endOfOp(run: Run, actor: number, op: number): Moment {
  let last = run.length - 1;
  while (last > 0 && !(run.actorOf(last) === actor && run.opOf(last) === op)) last--;
  return momentAfter(run, last);
}

/** After the step that wrote the shadow's entry for an entry of a guest's level-1 table; at the end where none did. */
export function shadowWritten(run: Run, frame: number, index: number): Moment {
  const { machine, hypervisor } = run.built;
  const shadow = hypervisor.describe.shadowOf(machine.gfnToMfn(frame), 1);
  const cells = shadow < 0 ? -1 : machine.memory.find(shadow);
  const [last] = cells < 0 ? [] : provenance(run, cells + 2 * index, run.length);
  return last === undefined ? atTheEnd(run) : momentAfter(run, last.step);
}

/** As many sentences as anybody reads. */
const MOST_TOLD = 200;

/** What the run itself says at the steps that are picked (by procedure and label), each sentence once in a row. */
export function told(
  run: Run,
  picked: (procedure: string, label: string) => boolean,
  most = MOST_TOLD,
): Told[] {
  const out: Told[] = [];
  for (let step = 0; step < run.length && out.length < most; step++) {
    const { procedure, step: entry } = run.nameOf(step);
    if (procedure === undefined || entry === undefined || !picked(procedure.name, entry.label)) continue;
    const caption = stepCaption(run, step);
    if (caption !== undefined && out.at(-1)?.says !== caption)
      out.push({ says: caption, at: momentAfter(run, step) });
  }
  return out;
}

/** The low half of an entry of a guest's table as memory holds it now. */
export function entryLow(run: Run, frame: number, index: number): number {
  const { machine, spec } = run.built;
  const mfn = machine.gfnToMfn(frame);
  return spec.paging === '32-bit' ? machine.memory.read32(mfn, index) : machine.memory.lo(mfn, index);
}

/** What the design answers about one of its structures now. */
export function stateOf(run: Run, what: string, args: readonly number[]): readonly number[] {
  const found = run.built.hypervisor.describe.state(what, args);
  if (found === undefined) throw new Error(`${run.built.design.name} has nothing called ${what}`);
  return found;
}

/** The shadow's entry for an entry of a guest's level-1 table, both halves; undefined where the table has no shadow. */
export function shadowEntryOf(
  run: Run,
  frame: number,
  index: number,
): { readonly hi: number; readonly lo: number } | undefined {
  const { machine, hypervisor } = run.built;
  const shadow = hypervisor.describe.shadowOf(machine.gfnToMfn(frame), 1);
  return shadow < 0
    ? undefined
    : { hi: machine.memory.hi(shadow, index), lo: machine.memory.lo(shadow, index) };
}

/** Its low half; 0 where there is nothing. */
export const shadowLow = (run: Run, frame: number, index: number): number =>
  shadowEntryOf(run, frame, index)?.lo ?? 0;
