import { encodeLink, hasLink } from '../permalink';
import type { Controls } from '../session/controls';
import { captureLink, openFragment } from '../session/link';

/**
 * The address and the stage. At the start, and when the person goes back or forward or changes the address, the address
 * decides what is on stage. When another scenario is opened, it becomes a new entry of the history; so does a link that is
 * copied (see session/sharing.ts). Nothing else touches the address: stepping and choosing leave no trail of entries.
 */
export function followAddress(controls: Controls): () => void {
  const { session, sources, host } = controls;
  /** While the address decides, what it puts on stage is no new entry. */
  let following = false;
  let planned = false;

  const follow = (): void => {
    following = true;
    try {
      openFragment(session, sources, location.hash);
    } finally {
      following = false;
    }
  };

  const pushOpened = (): void => {
    planned = false;
    const link = captureLink(session);
    if (link === undefined) return;
    const encoded = encodeLink(link);
    // Too large for any address: the entry is left out, the scenario is on stage all the same.
    if (encoded.kind === 'ok') host.push(encoded.value);
  };

  const unsubscribe = session.store.subscribe((now, before) => {
    const another = now.spec !== before.spec && now.spec?.title !== before.spec?.title;
    if (!another || following || planned || before.spec === undefined) return;
    planned = true;
    // The scenario is being put on stage right now; its link is made when that is done.
    queueMicrotask(pushOpened);
  });

  window.addEventListener('hashchange', follow);
  // A bare visit may have its first scenario on stage already.
  if (hasLink(location.hash) || session.run === undefined) follow();
  return () => {
    unsubscribe();
    window.removeEventListener('hashchange', follow);
  };
}
