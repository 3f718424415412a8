import { ensure, hex } from '../base';
import { judge, type Run, recordRun, stepCaption, verdictText } from '../engine';
import type { EventType, LoggedEvent } from '../kernel';
import { printDiagnostic, resolve } from '../scenario';

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
  return run.eventsIn(0, run.length).filter(({ kind }) => kind === type.kind);
}

/** A field of an event, which its type promises to be there. */
export const part = (event: LoggedEvent, field: string): number => event[field] as number;

/** A number as an answer: hex without prefix. */
export const asHex = (value: number): string => hex(value);

/** 64 bits as an answer. */
export const asHex64 = (hi: number, lo: number): string => (hex(hi, 8) + hex(lo, 8)).replace(/^0+(?=.)/, '');

/** As many sentences as anybody reads. */
const MOST_TOLD = 200;

/** What the run itself says at the steps that are picked (by procedure and label), each sentence once in a row. */
export function told(
  run: Run,
  picked: (procedure: string, label: string) => boolean,
  most = MOST_TOLD,
): string[] {
  const out: string[] = [];
  for (let step = 0; step < run.length && out.length < most; step++) {
    const { procedure, step: entry } = run.nameOf(step);
    if (procedure === undefined || entry === undefined || !picked(procedure.name, entry.label)) continue;
    const caption = stepCaption(run, step);
    if (caption !== undefined && out.at(-1) !== caption) out.push(caption);
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
