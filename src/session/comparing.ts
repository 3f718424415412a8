import { fail, ok, type Result } from '../base';
import { stepTablesFingerprint } from '../kernel';
import { decodeLink, encodeLink, type LinkState, linkErrorText } from '../permalink';
import { printDiagnostic } from '../scenario/diagnostic';
import { Controls } from './controls';
import { captureLink, openLink } from './link';
import { Session } from './session';

/**
 * What a comparison's address says behind `#/compare/`: a link per side, as each would be on its own, and how far the two have
 * been stepped together: `1.<payload>~1.<payload>~12`. The second side and the place may be missing.
 */
export interface Compared {
  readonly left: LinkState;
  readonly right: LinkState | undefined;
  /** Which of the pairs of moments is shown. */
  readonly place: number;
  /** What of the address means nothing and was left out, in a sentence; undefined if all of it was used. */
  readonly unused?: string;
}

const PREFIX = '#/';

/** A side as the address has it: the fragment of its own link, its slash a dot. */
function sideText(link: LinkState): Result<string, string> {
  const encoded = encodeLink(link);
  return encoded.kind === 'ok'
    ? ok(encoded.value.slice(PREFIX.length).replace('/', '.'))
    : fail(linkErrorText(encoded.error));
}

export function compareRest(left: LinkState, right?: LinkState, place = 0): Result<string, string> {
  const one = sideText(left);
  if (one.kind === 'error') return one;
  if (right === undefined) return one;
  const other = sideText(right);
  if (other.kind === 'error') return other;
  return ok(`${one.value}~${other.value}${place > 0 ? `~${place}` : ''}`);
}

function readSide(which: string, text: string): Result<LinkState, string> {
  const link = decodeLink(`${PREFIX}${text.replace('.', '/')}`);
  return link.kind === 'ok'
    ? link
    : fail(`The ${which} side of this comparison does not open. ${linkErrorText(link.error)}`);
}

/** Reads what stands behind `#/compare/`; undefined for nothing at all. */
export function readCompareRest(rest: string): Result<Compared, string> | undefined {
  if (rest === '') return undefined;
  const [first = '', second, third, ...more] = rest.split('~');
  const left = readSide('left', first);
  if (left.kind === 'error') return left;
  const right = second === undefined ? undefined : readSide('right', second);
  if (right?.kind === 'error') return right;
  const placed = third !== undefined && /^\d{1,7}$/.test(third);
  const junk = placed || third === undefined ? more : [third, ...more];
  return ok({
    left: left.value,
    right: right?.value,
    place: placed ? Number(third) : 0,
    ...(junk.length > 0 && { unused: unusedText(junk) }),
  });
}

const SHOWN = 24;

function unusedText(junk: readonly string[]): string {
  const text = junk.join('~');
  const quoted = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
  return `The address ends in “~${quoted}”, which is no place in a comparison: expected a number of beats, as in “~12”. The link may have been joined with other text. Both runs are here, and nothing else was read from it.`;
}

/** The link of a text at its beginning, with some switches set otherwise than it says. */
export const linkOfText = (
  text: string,
  library?: string,
  switches: Readonly<Record<string, boolean>> = {},
): LinkState => ({
  kind: 'scenario',
  text,
  ...(library !== undefined && { library }),
  switches,
  branches: [],
  run: 0,
  view: {},
  tables: stepTablesFingerprint(),
});

/** What a session has on stage, as a side: its text, its switches and its run, from the beginning. */
export function captureSide(session: Session): LinkState | undefined {
  const link = captureLink(session);
  if (link === undefined) return undefined;
  const { at: _, focus: __, ...rest } = link;
  return { ...rest, view: {} };
}

/** Any link that somebody may paste: an address with a fragment, or the fragment alone. */
export function pastedLink(text: string): Result<LinkState, string> {
  const at = text.indexOf('#');
  const fragment = at < 0 ? text.trim() : text.slice(at).trim();
  if (fragment.startsWith('#/compare'))
    return fail(
      'This is the link of a comparison, which has two runs. Expected the link of one: open the comparison by its address, or copy a link from the stage by Share.',
    );
  const link = decodeLink(fragment);
  return link.kind === 'ok' ? link : fail(linkErrorText(link.error));
}

/**
 * A side of a comparison: a session of its own, with a run and a cursor, and nothing that it could keep or tell the address.
 * It shares sources and what the person has chosen about looks with the page's own.
 */
export function sideOf(page: Controls, link: LinkState): Result<Controls, string> {
  const { session, sources, host } = page;
  const compiled = sources.compile(link.text);
  if (compiled.kind === 'error') {
    const [first] = compiled.error;
    return fail(`This side cannot be run. ${first === undefined ? '' : printDiagnostic(first)}`);
  }
  const side = new Session({ ...session.platform, storage: () => undefined });
  side.set({ scheme: session.state.scheme, instant: true, furnished: true });
  const opened = openLink(side, sources, link);
  if (opened && side.run !== undefined) return ok(new Controls(side, sources, host));
  const why = side.state.messages.map(({ text }) => text).join(' ');
  return fail(why === '' ? 'It cannot be put on stage.' : why);
}
