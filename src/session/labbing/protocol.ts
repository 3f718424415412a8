import type { LabConfig, LabResult } from '../../lab';

/** What page and worker say to each other about one run of the lab. Plain data: it is copied on the way. */
export type ToLab = { readonly kind: 'start'; readonly config: LabConfig };

/** How far a run has come. */
export interface LabProgress {
  readonly accesses: number;
  readonly perSecond: number;
  /** What has been counted so far. */
  readonly result: LabResult;
}

export type FromLab =
  | { readonly kind: 'progress'; readonly progress: LabProgress }
  | { readonly kind: 'done'; readonly result: LabResult }
  /** Why it could not be done, in a sentence. */
  | { readonly kind: 'failed'; readonly why: string };
