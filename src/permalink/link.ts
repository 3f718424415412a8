import { fail, ok, type Result } from '../base';
import { dictionaryOf } from './dictionaries';
import { openText, sealText } from './envelope';
import { foreign, type LinkError, newer } from './errors';
import { readJson } from './read';
import type { LinkState } from './state';
import { LINK_VERSION } from './version';
import { toPlain } from './wire';

/** `#/1/<payload>`, to be put behind the page's address. An error only when the state is too large for any link. */
export function encodeLink(state: LinkState): Result<string, LinkError> {
  const payload = sealText(JSON.stringify(toPlain(state)), dictionaryOf(LINK_VERSION));
  return payload.kind === 'ok' ? ok(`#/${LINK_VERSION}/${payload.value}`) : payload;
}

/** Whether a fragment asks for anything: the bare page, `#` and `#/` do not. */
export function hasLink(hash: string): boolean {
  return !/^#?\/?$/.test(hash);
}

/** The state a fragment (`location.hash`) stands for. Call only when `hasLink`. */
export function decodeLink(hash: string): Result<LinkState, LinkError> {
  const match = /^#\/([1-9]\d{0,8})(?:\/(.*))?$/s.exec(hash);
  if (match === null) {
    const shown = hash.length > 40 ? `${hash.slice(0, 37)}…` : hash;
    return fail(
      foreign(
        `\`${shown}\` after the page's address`,
        `\`#/${LINK_VERSION}/\` and a payload`,
        'Check that the link is one of Shadowscope and was copied whole',
      ),
    );
  }
  const version = Number(match[1]);
  // Before anything else: a later version may pack its payload in another way.
  if (version > LINK_VERSION) return fail(newer(version));
  const text = openText(match[2] ?? '', dictionaryOf(version));
  return text.kind === 'ok' ? readJson(text.value, version) : text;
}
