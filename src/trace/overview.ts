import { ENTRY } from './brackets';
import { NO_LANE, type TraceEvents } from './events';
import { KINDS } from './kinds';

/** What runs, as lanes colour it. */
export const RUNS = ['guest', 'walk', 'hypervisor', 'resync'] as const;
export type Runs = (typeof RUNS)[number];

const RUNS_OF: Readonly<Record<string, Runs>> = {
  kvm_entry: 'guest',
  kvm_mmu_pagetable_walk: 'walk',
  kvm_mmu_paging_element: 'walk',
  kvm_mmu_walker_error: 'walk',
  kvm_mmu_set_accessed_bit: 'walk',
  kvm_mmu_set_dirty_bit: 'walk',
  kvm_mmu_sync_page: 'resync',
  kvm_mmu_unsync_page: 'resync',
};
const runsOf = KINDS.map(({ name }) => RUNS.indexOf(RUNS_OF[name] ?? 'hypervisor'));

/** What stands out on a lane. */
export const MARKS = ['fault', 'unsync', 'zap', 'injected'] as const;
export type Mark = (typeof MARKS)[number];
const MARK_OF: Readonly<Record<string, Mark>> = {
  kvm_page_fault: 'fault',
  kvm_mmu_unsync_page: 'unsync',
  kvm_mmu_prepare_zap_page: 'zap',
  kvm_mmu_zap_all_fast: 'zap',
  kvm_inj_exception: 'injected',
};
const markOf = KINDS.map(({ name }) => {
  const mark = MARK_OF[name];
  return mark === undefined ? -1 : MARKS.indexOf(mark);
});

/** One lane of a span, cut into parts. */
export interface LaneOverview {
  /** For each part of the span: what runs most in it (an index into RUNS), or -1 where nothing of this lane is. */
  readonly runs: Int8Array;
  /** For each part: bits of MARKS. */
  readonly marks: Uint8Array;
}

/** A span of events cut into `parts` equal pieces: what each vCPU does in each. The last lane is of lines that belong to no vCPU. */
export function overviewOf(events: TraceEvents, from: number, to: number, parts: number): LaneOverview[] {
  const lanes = events.lanes.length + 1;
  const span = Math.max(1, to - from);
  const pieces = Math.max(1, Math.min(parts, span));
  const counts = new Uint32Array(lanes * pieces * RUNS.length);
  const marks = Array.from({ length: lanes }, () => new Uint8Array(pieces));
  for (let event = from; event < to; event++) {
    const own = events.lane(event);
    const lane = own === NO_LANE ? lanes - 1 : own;
    const piece = Math.floor(((event - from) * pieces) / span);
    const { id } = events.kind(event);
    counts[(lane * pieces + piece) * RUNS.length + (runsOf[id] ?? 0)]!++;
    const mark = markOf[id] ?? -1;
    if (mark >= 0) marks[lane]![piece]! |= 1 << mark;
  }
  return marks.map((laneMarks, lane) => {
    const runs = new Int8Array(pieces).fill(-1);
    for (let piece = 0; piece < pieces; piece++) {
      let most = 0;
      for (let kind = 0; kind < RUNS.length; kind++) {
        const count = counts[(lane * pieces + piece) * RUNS.length + kind] ?? 0;
        if (count <= most) continue;
        most = count;
        runs[piece] = kind;
      }
    }
    return { runs, marks: laneMarks };
  });
}

/** A line of the list of events. */
export interface EventRow {
  readonly event: number;
  readonly line: number;
  readonly time: number;
  readonly lane: number | undefined;
  readonly name: string;
  readonly payload: string;
  readonly runs: Runs;
}

/** Events `from` up to `to` as the list shows them. */
export function eventRows(events: TraceEvents, from: number, to: number): EventRow[] {
  const out: EventRow[] = [];
  for (let event = Math.max(0, from); event < Math.min(to, events.length); event++) {
    const lane = events.lane(event);
    const { name, id } = events.kind(event);
    out.push({
      event,
      line: events.line(event),
      time: events.time(event),
      lane: lane === NO_LANE ? undefined : lane,
      name,
      payload: events.payload(event),
      runs: RUNS[runsOf[id] ?? 0] ?? 'hypervisor',
    });
  }
  return out;
}

/** The next event of a kind of mark after (or before) an event; undefined if there is none. */
export function nextMark(
  events: TraceEvents,
  event: number,
  mark: Mark,
  forward: boolean,
): number | undefined {
  const wanted = MARKS.indexOf(mark);
  const step = forward ? 1 : -1;
  for (let e = event + step; e >= 0 && e < events.length; e += step)
    if (markOf[events.kind(e).id] === wanted) return e;
  return undefined;
}

/** The next time that a vCPU of the trace enters its guest: one exit is handled from beginning to end. */
export function nextEntry(events: TraceEvents, event: number, forward: boolean): number | undefined {
  const step = forward ? 1 : -1;
  for (let e = event + step; e >= 0 && e < events.length; e += step)
    if (events.kind(e).id === ENTRY) return e;
  return undefined;
}
