import { assertNever } from '../../base';
import {
  eventRows,
  explain,
  type ImportedTrace,
  importTrace,
  laneName,
  momentAt,
  nextEntry,
  nextMark,
  overviewOf,
  type TraceEvents,
} from '../../trace';
import type { FromWorker, Opened, Question, ToWorker } from './protocol';

interface Surroundings {
  readonly tell: (message: FromWorker) => void;
  /** Resolves when messages that have arrived by then have been handled. */
  readonly pause: () => Promise<void>;
  /** Milliseconds. */
  readonly now: () => number;
}

/** How often the page is told, in milliseconds. */
const TELL_EVERY = 60;

/** The worker's side: reads one trace at a time and answers questions about it. */
export class TraceReading {
  private id = 0;
  private given: number | undefined;
  private trace: ImportedTrace | undefined;

  constructor(private readonly around: Surroundings) {}

  hear(message: ToWorker): void {
    switch (message.kind) {
      case 'open':
        this.id = message.id;
        this.trace = undefined;
        this.given = undefined;
        void this.open(message.id, message.file, message.name);
        return;
      case 'cancel':
        this.given = message.id;
        return;
      case 'ask':
        void this.ask(message.id, message.nth, message.question);
        return;
      default:
        assertNever(message);
    }
  }

  private async open(id: number, file: Blob, name: string): Promise<void> {
    const { tell, pause, now } = this.around;
    let told = now();
    try {
      const got = await importTrace(
        {
          name,
          size: file.size,
          read: async (from, to) => new Uint8Array(await file.slice(from, to).arrayBuffer()),
        },
        {
          pause,
          cancelled: () => this.given === id || this.id !== id,
          progress: (done) => {
            if (now() - told < TELL_EVERY) return;
            told = now();
            tell({ kind: 'progress', id, done });
          },
        },
      );
      if (this.id !== id) return;
      switch (got.kind) {
        case 'trace':
          this.trace = got.trace;
          tell({ kind: 'opened', id, opened: openedOf(got.trace) });
          return;
        case 'refused':
          tell({ kind: 'refused', id, why: got.why, commands: got.commands });
          return;
        case 'cancelled':
          tell({ kind: 'cancelled', id });
          return;
        default:
          assertNever(got);
      }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      tell({ kind: 'failed', id, why: `${name} could not be read: ${why}` });
    }
  }

  private async ask(id: number, nth: number, question: Question): Promise<void> {
    const { trace } = this;
    if (id !== this.id || trace === undefined) return; // of a trace that was given up
    try {
      const answer =
        question.what === 'explain'
          ? await explain(trace.history, { pause: this.around.pause, cancelled: () => id !== this.id })
          : answered(trace, question);
      this.around.tell({ kind: 'answer', id, nth, answer });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.around.tell({ kind: 'failed', id, nth, why });
    }
  }
}

function openedOf({ name, lines, events, says, problems }: ImportedTrace): Opened {
  const last = events.length - 1;
  return {
    name,
    lines,
    events: events.length,
    lanes: events.lanes.map((_, lane) => laneName(events, lane)),
    says,
    odd: [...problems.first, ...problems.firstUnread].sort((a, b) => a.line - b.line),
    seconds: Math.max(0, events.time(last) - events.time(0)),
    begin: firstSpte(events),
  };
}

/** How far the first spte is looked for. */
const NEAR = 20_000;

/** The first event that sets an spte: with it comes a walk, and shadow pages. The beginning if there is none nearby. */
function firstSpte(events: TraceEvents): number {
  for (let e = 0; e < Math.min(NEAR, events.length); e++)
    if (events.kind(e).name === 'kvm_mmu_set_spte') return e;
  return 0;
}

function answered(
  { events, history }: ImportedTrace,
  question: Exclude<Question, { readonly what: 'explain' }>,
): unknown {
  switch (question.what) {
    case 'moment':
      return momentAt(history, Math.min(Math.max(0, question.event), events.length - 1));
    case 'rows':
      return eventRows(events, question.from, question.to);
    case 'overview':
      return overviewOf(events, question.from, question.to, question.parts);
    case 'next':
      return question.mark === 'entry'
        ? nextEntry(events, question.event, question.forward)
        : nextMark(events, question.event, question.mark, question.forward);
    default:
      return assertNever(question);
  }
}
