import type { LabConfig, LabResult, SchemePrice } from '../../lab';

/** What page and worker say to each other about one run of the lab. Plain data: it is copied on the way. */
export type ToLab =
  | { readonly kind: 'start'; readonly config: LabConfig }
  /** One mprotect of so many pages, in every scheme. */
  | { readonly kind: 'mprotect'; readonly pages: number };

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
  | { readonly kind: 'prices'; readonly prices: readonly SchemePrice[] }
  /** Why it could not be done, in a sentence. */
  | { readonly kind: 'failed'; readonly why: string };
