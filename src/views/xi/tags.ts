import type { Tag } from '../../hypervisor';

/** How sure a statement about XI is, for people. */
export interface Certainty {
  readonly text: string;
  readonly says: string;
  readonly tone: 'plain' | 'sure' | 'doubt';
}

const CERTAINTY: Readonly<Record<Tag, Certainty>> = {
  K: { text: 'K', says: 'Known: a source of the time says so.', tone: 'sure' },
  D: { text: 'D', says: 'Derived by arithmetic or logic from what is known.', tone: 'plain' },
  RECONSTRUCTED: {
    text: 'RECONSTRUCTED',
    says: 'Reconstructed: the public text is silent. This is the most plausible design that agrees with every known fact.',
    tone: 'doubt',
  },
  UNCERTAIN: {
    text: 'UNCERTAIN',
    says: 'Uncertain: nobody can tell from what is public. It can be switched, and is no history.',
    tone: 'doubt',
  },
};

export const certainty = (tag: Tag): Certainty => CERTAINTY[tag];

export type { Tag };
