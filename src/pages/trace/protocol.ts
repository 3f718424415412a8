import type { EventRow, Explained, LaneOverview, Mark, OddLine, TraceMoment } from '../../trace';

/** What page and worker say to each other. The worker keeps the trace: only what is looked at comes over. */

/** What is known of a trace once it has been read. */
export interface Opened {
  readonly name: string;
  readonly lines: number;
  readonly events: number;
  /** Names of the vCPUs, in the order of their lanes. */
  readonly lanes: readonly string[];
  /** What a person is told about the text. */
  readonly says: readonly string[];
  /** The first lines that were not understood. */
  readonly odd: readonly OddLine[];
  /** Seconds between its first and its last event. */
  readonly seconds: number;
  /** Where to begin to look: the first event after which there is something on the stage. */
  readonly begin: number;
}

export type ToWorker =
  | { readonly kind: 'open'; readonly id: number; readonly file: Blob; readonly name: string }
  | { readonly kind: 'cancel'; readonly id: number }
  | { readonly kind: 'ask'; readonly id: number; readonly nth: number; readonly question: Question };

/** Questions about the trace that is open, and what each is answered by. */
export type Question =
  | { readonly what: 'moment'; readonly event: number }
  | { readonly what: 'rows'; readonly from: number; readonly to: number }
  | { readonly what: 'overview'; readonly from: number; readonly to: number; readonly parts: number }
  | { readonly what: 'explain' }
  | {
      readonly what: 'next';
      readonly event: number;
      readonly mark: Mark | 'entry';
      readonly forward: boolean;
    };

export interface Answers {
  readonly moment: TraceMoment;
  readonly rows: readonly EventRow[];
  readonly overview: readonly LaneOverview[];
  readonly next: number | undefined;
  readonly explain: Explained;
}

export type FromWorker =
  | { readonly kind: 'progress'; readonly id: number; readonly done: number }
  | { readonly kind: 'opened'; readonly id: number; readonly opened: Opened }
  | {
      readonly kind: 'refused';
      readonly id: number;
      readonly why: string;
      readonly commands: readonly string[];
    }
  | { readonly kind: 'cancelled'; readonly id: number }
  | { readonly kind: 'answer'; readonly id: number; readonly nth: number; readonly answer: unknown }
  /** Something went wrong that should not have: why, in a sentence. */
  | { readonly kind: 'failed'; readonly id: number; readonly nth?: number; readonly why: string };
