import { encodeLink, hasLink } from '../permalink';
import type { Controls } from '../session/controls';
import { captureLink, openFragment } from '../session/link';
import { openText } from '../session/opening';
import { PAGES, type PageRow, pageAddress, pageOf, STAGE, showPage } from '../session/pages';
import { openFirst } from '../session/visit';
import { stageBehind } from './offline/keepPlace';

/** What an entry of the history remembers of the stage. */
interface Kept {
  readonly text: string;
  readonly cursor: number;
}

/** What is remembered may be of another version of the page, or nothing. */
function keptIn(state: unknown): Kept | undefined {
  if (typeof state !== 'object' || state === null || !('text' in state) || !('cursor' in state)) return;
  const { text, cursor } = state;
  return typeof text === 'string' && typeof cursor === 'number' ? { text, cursor } : undefined;
}

/**
 * The address and the stage. At the start, and when the person goes back or forward or changes the address, the address
 * decides what is on stage. When another scenario is opened, it becomes a new entry of the history; so does a link that is
 * copied (see session/sharing.ts), and a page of its own. A story being told has one entry, which names the passage
 * (session/telling). Nothing else touches the address: stepping and choosing leave no
 * trail of entries.
 */
export function followAddress(controls: Controls, pages: readonly PageRow[] = PAGES): () => void {
  const { session, sources, host } = controls;
  /** While the address decides, what it puts on stage is no new entry. */
  let following = false;
  let planned = false;
  /** What the page that was left for its new version had on stage behind it. */
  let behind = stageBehind(history.state);

  /** The stage by its own address: what was on it when it was left, or what is on it now. */
  const bringBack = (): void => {
    const kept = keptIn(history.state);
    if (kept !== undefined && kept.text !== session.state.text && openText(session, sources, kept.text))
      session.jump(kept.cursor);
    session.set({ page: undefined });
  };

  const follow = (): void => {
    following = true;
    try {
      const page = pageOf(hasLink(location.hash) ? location.hash : '#/home', pages);
      if (page === undefined && /^#\/[a-z]/i.test(location.hash) && location.hash !== STAGE) {
        const known = [STAGE, ...pages.map(({ name }) => pageAddress(name))].join(', ');
        session.say(
          `There is no page at this address: found ${location.hash.slice(0, 60)}, expected one of ${known}, or a link that begins with #/1/. What was on stage stays.`,
          'wrong',
        );
        if (session.run === undefined) openFirst(session, sources);
        session.set({ page: undefined });
        return;
      }
      if (page === undefined && location.hash !== STAGE) {
        openFragment(session, sources, location.hash);
        return;
      }
      // There is always something on stage to go back to.
      if (behind !== undefined) openFragment(session, sources, behind);
      else if (session.run === undefined) openFirst(session, sources);
      behind = undefined;
      if (page === undefined) bringBack();
      else showPage(session, page.row, page.rest);
    } finally {
      following = false;
    }
  };

  const pushOpened = (same: boolean): void => {
    planned = false;
    if (same) {
      host.push(STAGE);
      return;
    }
    const link = captureLink(session);
    if (link === undefined) return;
    const encoded = encodeLink(link);
    // Too large for any address: the entry is left out, the scenario is on stage all the same.
    if (encoded.kind === 'ok') host.push(encoded.value);
  };

  const unsubscribe = session.store.subscribe((now, before) => {
    if (following || before.spec === undefined) return;
    // The address of the stage does not say what is on it, so its entry of the history remembers what was.
    if (now.text !== before.text && location.hash === STAGE)
      history.replaceState({ text: before.text, cursor: before.cursor } satisfies Kept, '');
    // A page that came on by itself, as the list of an opened file does, is an entry of the history like any other: Back leads away from it.
    // The race finder has no address.
    const { page } = now;
    const addressed = pages.some(({ name }) => name === page?.name);
    if (
      page !== undefined &&
      page !== before.page &&
      addressed &&
      pageOf(location.hash, pages)?.row.name !== page.name
    )
      host.push(pageAddress(page.name, page.rest));
    if (planned || session.led) return;
    const another = now.spec !== before.spec && now.spec?.title !== before.spec?.title;
    const gone =
      before.page !== undefined &&
      now.page === undefined &&
      (!hasLink(location.hash) || pageOf(location.hash, pages) !== undefined);
    if (!another && !gone) return;
    planned = true;
    // The scenario is being put on stage right now; its link is made when that is done.
    const { spec } = before;
    queueMicrotask(() => pushOpened(session.state.spec === spec));
  });

  // Left in the usual way, not by a crash: see session/visit.ts.
  const left = (): void => session.keeper.remove('opening');
  window.addEventListener('pagehide', left);
  window.addEventListener('hashchange', follow);
  // A bare visit may have its first scenario on stage already; one that finds a draft goes on with it.
  if (hasLink(location.hash)) follow();
  else if (session.run === undefined) openFirst(session, sources);
  return () => {
    unsubscribe();
    window.removeEventListener('pagehide', left);
    window.removeEventListener('hashchange', follow);
  };
}
