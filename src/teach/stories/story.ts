import type { LibraryId } from '../../library';
import type { Reference } from './sources';

/** Where a story begins: before the first step of a scenario. */
export const BEGINNING = 'beginning';

/** One piece of a story: words beside the stage, tied to one moment of one scenario. */
export interface Passage {
  /** Id of the scenario in the library that is on stage. */
  readonly scene: LibraryId;
  /** `beginning`, or an anchor as links print it: `1:0:sh_unsync.count`, `0:1:done`. */
  readonly at: string;
  /** What happens here and why: 200 to 600 characters. */
  readonly text: string;
  /** Where to look on the stage, in one sentence. */
  readonly look: string;
  /** Where the claims come from. */
  readonly sources: readonly Reference[];
}

export interface Story {
  /** Stable: it is in addresses, and progress is kept under it. */
  readonly id: string;
  readonly title: string;
  /** One sentence: what one knows afterwards. */
  readonly about: string;
  readonly level: 'intro' | 'core' | 'advanced';
  /** How long it takes somebody who reads everything and plays every beat. */
  readonly minutes: number;
  readonly passages: readonly Passage[];
}

/** Passages of one scenario: the scenario need not be repeated. */
export const scene = (id: LibraryId, ...passages: readonly Omit<Passage, 'scene'>[]): Passage[] =>
  passages.map((passage) => ({ scene: id, ...passage }));
