import { fail, type Result } from '../base';
import { damaged, foreign, type LinkError, newer } from './errors';
import type { LinkState } from './state';
import { UPGRADERS } from './upgraders';
import { upgrade } from './upgraders/upgrader';
import { LINK_VERSION } from './version';
import { fromPlain } from './wire';

/** The one door: a plain object of any version becomes a state of the present one, so all other code knows only that. */
export function readPlain(plain: unknown, version: number): Result<LinkState, LinkError> {
  if (version > LINK_VERSION) return fail(newer(version));
  if (version < 1) {
    return fail(
      foreign(`version ${version}`, `a version from 1 to ${LINK_VERSION}`, 'Ask for the link again'),
    );
  }
  return fromPlain(upgrade(plain, version, UPGRADERS));
}

/** The same for JSON text. */
export function readJson(text: string, version: number): Result<LinkState, LinkError> {
  if (version > LINK_VERSION) return fail(newer(version));
  let plain: unknown;
  try {
    plain = JSON.parse(text);
  } catch {
    return fail(damaged('contents that are not JSON', 'JSON text'));
  }
  return readPlain(plain, version);
}
