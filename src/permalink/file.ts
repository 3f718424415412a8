import { strToU8 } from 'fflate';
import { assertNever, fail, ok, type Result } from '../base';
import { foreign, type LinkError, oversized } from './errors';
import { MAX_DECODED, MAX_SHARED_LINK } from './limits';
import { encodeLink } from './link';
import { readPlain } from './read';
import type { LinkState } from './state';
import { LINK_VERSION } from './version';
import { toPlain } from './wire';

export const FILE_EXTENSION = '.shadowscope';

/** What the share dialog offers: the link, or, when it is too long to travel well, only a file. */
export type Shared =
  | { readonly kind: 'link'; readonly url: string }
  | { readonly kind: 'file'; readonly why: string; readonly linkLength: number | undefined };

/** `page` is the page's address without a fragment. */
export function linkOrFile(state: LinkState, page: string): Shared {
  const link = encodeLink(state);
  switch (link.kind) {
    case 'error':
      return {
        kind: 'file',
        why: `Too large for a link: found ${link.error.found}, expected ${link.error.expected}. Share the file.`,
        linkLength: undefined,
      };
    case 'ok': {
      const url = page + link.value;
      if (url.length <= MAX_SHARED_LINK) return { kind: 'link', url };
      return {
        kind: 'file',
        why: `The link would have ${url.length} characters; past ${MAX_SHARED_LINK} many programs cut it. Share the file.`,
        linkLength: url.length,
      };
    }
    default:
      return assertNever(link);
  }
}

/** A `.shadowscope` file: JSON, the version first, then the same fields as in a link. */
export function writeFile(state: LinkState): string {
  return `${JSON.stringify({ shadowscope: LINK_VERSION, ...toPlain(state) }, null, 2)}\n`;
}

/** A file name made from a scenario's title: `a-page-table-may-drift.shadowscope`. */
export function fileName(title: string): string {
  const plain = title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60);
  return `${plain === '' ? 'scenario' : plain}${FILE_EXTENSION}`;
}

/** The state in a file's text. Text that is no JSON object with a `shadowscope` field is `foreign`; it may be bare scenario text. */
export function readFile(text: string): Result<LinkState, LinkError> {
  // A string of n characters has at least n bytes, so the count need not be taken of what is hopelessly long.
  if (text.length > MAX_DECODED || strToU8(text).length > MAX_DECODED) {
    const advice = 'No scenario is that long: check that it is the right file';
    return fail(oversized('a file of more than 1 MB', `at most ${MAX_DECODED} bytes`, advice));
  }
  const plain = parsed(text);
  if (plain.kind === 'error') return plain;
  const { shadowscope, ...rest } = plain.value;
  if (typeof shadowscope !== 'number' || !Number.isInteger(shadowscope)) {
    return fail(
      foreign('JSON without a version', 'a `shadowscope` field with a version number', OPEN_ANOTHER),
    );
  }
  return readPlain(rest, shadowscope);
}

const OPEN_ANOTHER = `Open a ${FILE_EXTENSION} file that this page saved, or a text that begins with \`scenario\``;

function parsed(text: string): Result<Record<string, unknown>, LinkError> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return ok(value as Record<string, unknown>);
    }
  } catch {
    // Said below, with what was expected.
  }
  return fail(
    foreign('text that is not a JSON object', `what this page saves as ${FILE_EXTENSION}`, OPEN_ANOTHER),
  );
}
