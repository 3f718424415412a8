import type { Protection, ProtectionRow, ProtectionTable, RaceOptions } from '../../checker';
import type { ScenarioSpec } from '../../engine';

/** What page and worker say to each other about one exploration. Plain data: it is copied on the way. */

/** Looks for races in a scenario: the race itself first, then a row for each protection, then the smallest safe sets. */
export interface Job {
  readonly spec: ScenarioSpec;
  /** Protections to be removed in turn: switches of the design that are on. */
  readonly protections: readonly Protection[];
  readonly options: RaceOptions;
}

export type ToWorker =
  | { readonly kind: 'start'; readonly id: number; readonly job: Job }
  | { readonly kind: 'cancel'; readonly id: number };

/** How far the exploration under way has come. */
export interface Progress {
  /** Names of the protections that are removed in it. */
  readonly removed: readonly string[];
  readonly states: number;
  readonly statesPerSecond: number;
  readonly depth: number;
  readonly bytes: number;
}

export type FromWorker =
  | { readonly kind: 'progress'; readonly id: number; readonly progress: Progress }
  /** A row is ready; the first one is the race itself. */
  | { readonly kind: 'row'; readonly id: number; readonly row: ProtectionRow }
  | {
      readonly kind: 'table';
      readonly id: number;
      readonly table: ProtectionTable;
      readonly cancelled: boolean;
    }
  /** The job could not be done: why, in a sentence. */
  | { readonly kind: 'failed'; readonly id: number; readonly why: string };
