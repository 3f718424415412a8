import { encodeLink } from '../../permalink';
import { captureLink } from '../../session/link';
import { PAGES, pageAddress } from '../../session/pages';
import type { Session } from '../../session/session';

/** What an entry of the history remembers of the stage behind a page: the fragment of a link to the moment that was on it. */
interface Behind {
  readonly stage: string;
}

/**
 * Makes the address that of what is shown, so that the page comes back to it. A page has an address of its own; the moment on the stage
 * behind it goes along in the entry of the history. What is being typed is kept with every key. A run too large for any address leaves its
 * text in the editor's place: that is what cannot be made again.
 */
export function keepPlace(session: Session): void {
  const link = captureLink(session);
  if (link === undefined) return;
  const encoded = encodeLink(link);
  if (encoded.kind === 'error') {
    if (session.state.draft === undefined) session.keeper.write('draft', session.state.text);
    return;
  }
  const { page } = session.state;
  // The race finder looks at what is on stage and has no address: the moment it looks at has one.
  if (page === undefined || !PAGES.some(({ name }) => name === page.name))
    history.replaceState(null, '', encoded.value);
  else history.replaceState({ stage: encoded.value } satisfies Behind, '', pageAddress(page.name, page.rest));
}

/** The fragment that was kept behind a page. What an entry remembers may be of another version of the page, or nothing. */
export function stageBehind(state: unknown): string | undefined {
  if (typeof state !== 'object' || state === null || !('stage' in state)) return undefined;
  return typeof state.stage === 'string' ? state.stage : undefined;
}
