import type { KvmEntry } from '../../oracle/kvm/format';
import { isHost } from '../../oracle/kvm/format';
import { KvmReplay } from '../../oracle/kvm/replay';
import type { TraceHistory } from '../follow';
import { simulatedText, tracedText } from './asRecorded';
import type { Segment } from './course';
import { planOf } from './plan';

/** One line of both sides. */
export interface ExplainedRow {
  /** Event of the trace; undefined where only the simulator has one. */
  readonly event: number | undefined;
  readonly traced: string;
  readonly simulated: string;
}

/** An operation of the guest on both sides. */
export interface ExplainedOp {
  readonly title: string;
  readonly from: number;
  readonly to: number;
  readonly rows: readonly ExplainedRow[];
  /** The first row in which they differ; undefined if they agree. */
  readonly differs: number | undefined;
  /** What else went another way than the trace tells. */
  readonly astray: string | undefined;
}

/** The simulator beside a trace, up to where they part. */
export interface Explained {
  /** Nothing could be replayed: why. */
  readonly impossible: string | undefined;
  readonly ops: readonly ExplainedOp[];
  /** Operations and events that agree, up to the first difference. */
  readonly agreed: { readonly ops: number; readonly events: number };
  /** The operation in which they differ first. */
  readonly first: number | undefined;
  /** Where the trace stops to carry enough. */
  readonly stopped: { readonly event: number; readonly why: string } | undefined;
  readonly assumed: readonly string[];
}

/** How the work gives way to others, and is given up. */
export interface ExplainOptions {
  readonly pause?: () => Promise<void>;
  readonly cancelled?: () => boolean;
}

const NOTHING: Explained = {
  impossible: undefined,
  ops: [],
  agreed: { ops: 0, events: 0 },
  first: undefined,
  stopped: undefined,
  assumed: [],
};

/**
 * Runs the design `kvm` (profile linux-6.1) beside a trace: the same guest, as far as the trace tells of it, operation by operation, up to the first
 * event that differs. What follows a difference would only repeat it.
 */
export async function explain(h: TraceHistory, options: ExplainOptions = {}): Promise<Explained> {
  const plan = planOf(h);
  if (typeof plan === 'string') return { ...NOTHING, impossible: plan };
  const { start, segments, stopped, assumed } = plan;
  const ops: ExplainedOp[] = [];
  let replay: KvmReplay | undefined;
  let events = 0;
  for (const segment of segments) {
    await options.pause?.();
    if (options.cancelled?.() === true) break;
    let op: ExplainedOp;
    try {
      replay ??= new KvmReplay(start);
      op = compared(h, segment, replay);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      op = {
        ...head(segment),
        rows: traced(h, segment),
        differs: undefined,
        astray: `the simulator cannot go on: ${why}`,
      };
    }
    ops.push(op);
    if (op.differs !== undefined || op.astray !== undefined) {
      const before = op.differs ?? segment.events.length;
      return {
        ...NOTHING,
        ops,
        agreed: { ops: ops.length - 1, events: events + before },
        first: ops.length - 1,
        assumed,
      };
    }
    events += segment.events.length;
  }
  return { ...NOTHING, ops, agreed: { ops: ops.length, events }, stopped, assumed };
}

const head = ({ title, from, to }: Segment) => ({ title, from, to });

const traced = (h: TraceHistory, { events }: Segment): ExplainedRow[] =>
  events.map((event) => ({ event, traced: tracedText(h.events, event) ?? '', simulated: '' }));

function compared(h: TraceHistory, segment: Segment, replay: KvmReplay): ExplainedOp {
  let astray: string | undefined;
  const simulated: string[] = [];
  for (const entry of segment.entries) {
    const got = replay.run(entry);
    if (isHost(entry)) continue;
    simulated.push(...got.events.map(simulatedText));
    astray ??= wentAstray(entry, got.astray);
  }
  const rows: ExplainedRow[] = [];
  for (let i = 0; i < Math.max(simulated.length, segment.events.length); i++) {
    const event = segment.events[i];
    rows.push({
      event,
      traced: event === undefined ? '' : (tracedText(h.events, event) ?? ''),
      simulated: simulated[i] ?? '',
    });
  }
  const differs = rows.findIndex((row) => row.traced !== row.simulated);
  return { ...head(segment), rows, differs: differs < 0 ? undefined : differs, astray };
}

/** In words, what the simulator did that the trace does not show. */
const wentAstray = (_: KvmEntry, astray: string | undefined): string | undefined =>
  astray === undefined ? undefined : `the simulator took another way: ${astray}`;
