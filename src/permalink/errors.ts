import { LINK_VERSION } from './version';

/**
 * Why a link or a file does not open:
 * - `damaged`: characters were changed, added or lost inside;
 * - `truncated`: the end is missing;
 * - `oversized`: beyond the limits, encoded or decoded;
 * - `foreign`: not one of ours at all;
 * - `newer`: written by a later version of the page;
 * - `invalid`: intact, but its contents break a rule of the format.
 */
export type LinkErrorKind = 'damaged' | 'truncated' | 'oversized' | 'foreign' | 'newer' | 'invalid';

/** What was found, what was expected, and what the reader can do; each a clause without its full stop. */
export interface LinkError {
  readonly kind: LinkErrorKind;
  readonly found: string;
  readonly expected: string;
  readonly advice: string;
}

/** One message for a person: "The link is truncated: found …. Expected …. …." */
export function linkErrorText(error: LinkError, what: 'link' | 'file' = 'link'): string {
  const title =
    error.kind === 'newer' ? `The ${what} was made by a newer version` : `The ${what} is ${error.kind}`;
  return `${title}: found ${error.found}. Expected ${error.expected}. ${error.advice}.`;
}

const COPY_AGAIN = 'Copy the whole link again from where it was shared, or ask for the file';

export const damaged = (found: string, expected: string, advice = COPY_AGAIN): LinkError => ({
  kind: 'damaged',
  found,
  expected,
  advice,
});

export const truncated = (found: string, expected: string): LinkError => ({
  kind: 'truncated',
  found,
  expected,
  advice: COPY_AGAIN,
});

export const oversized = (found: string, expected: string, advice: string): LinkError => ({
  kind: 'oversized',
  found,
  expected,
  advice,
});

export const foreign = (found: string, expected: string, advice: string): LinkError => ({
  kind: 'foreign',
  found,
  expected,
  advice,
});

export const newer = (version: number, reads: number = LINK_VERSION): LinkError => ({
  kind: 'newer',
  found: `version ${version}`,
  expected: `at most ${reads}, which is what this page reads`,
  advice: 'Reload the page to get its newest version; your scenario is kept',
});

export const invalid = (found: string, expected: string): LinkError => ({
  kind: 'invalid',
  found,
  expected,
  advice: 'Ask whoever made it to share it again; if it was written by hand, correct the named field',
});
