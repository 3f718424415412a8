import type { Run } from '../../../engine';
import type { LoggedEvent } from '../../../kernel';
import type { Machine, PagingMode } from '../../../machine';

/** What a cell of a frame held before the beat: by frame, by 32-bit word of it. */
export type Was = ReadonlyMap<number, ReadonlyMap<number, number>>;

/**
 * One beat of a run, as the scene's readers see it: the store stands at its end, the events and writes of its steps are at
 * hand. Everything on the scene is read from here; nothing is computed a second time.
 */
export interface Moment {
  readonly run: Run;
  readonly machine: Machine;
  /** Cursors: the steps from `from` to `to - 1` are the beat. */
  readonly from: number;
  readonly to: number;
  /** The guest's paging mode as the scenario settled it: columns do not change when a vCPU turns paging off. */
  readonly mode: PagingMode;
  readonly actor: number;
  readonly events: readonly LoggedEvent[];
  readonly was: Was;
}

/** More events than a beat can show: what is left out is left out of its motion only, never of the state. */
const MOST_STEPS = 6000;

/** The numeric field of an event. Readers name fields as the event declares them. */
export const field = (event: LoggedEvent, name: string): number => Number(event[name] ?? 0);

/** Call with the run's store at `to`. */
export function readMoment(run: Run, from: number, to: number): Moment {
  const { machine, spec } = run.built;
  const { paging } = spec;
  const mode = machine.modes[paging === 'x86-64' ? '64' : paging === 'pae' ? 'pae' : '32'];
  const first = Math.max(from, to - MOST_STEPS);
  return {
    run,
    machine,
    from,
    to,
    mode,
    actor: to > 0 ? run.actorOf(to - 1) : -1,
    events: run.eventsIn(first, to),
    was: readWas(run, first, to),
  };
}

function readWas(run: Run, from: number, to: number): Was {
  const { memory } = run.built.machine;
  const was = new Map<number, Map<number, number>>();
  if (from >= to) return was;
  run.writesIn(from, to, (cell, old) => {
    const frame = memory.frameOfCell(cell);
    if (frame < 0) return;
    const words = was.get(frame) ?? new Map<number, number>();
    was.set(frame, words);
    const word = cell - memory.find(frame);
    if (!words.has(word)) words.set(word, old);
  });
  return was;
}

/** The 32-bit words of frames in a row as they are now. A copy: models do not change when the cursor moves on. */
export function wordsOf(moment: Moment, frame: number, pages = 1): Int32Array {
  const { memory } = moment.machine;
  const { cells } = moment.run.store;
  const first = memory.find(frame);
  if (pages === 1) return first === 0 ? new Int32Array(1024) : cells.slice(first, first + 1024);
  const words = new Int32Array(1024 * pages);
  for (let p = 0; p < pages; p++) {
    const page = memory.find(frame + p);
    if (page !== 0) words.set(cells.subarray(page, page + 1024), 1024 * p);
  }
  return words;
}
