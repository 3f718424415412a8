import { openLibrary, openText, type Sources } from './opening';
import type { Session } from './session';

/**
 * What a visit without a link shows: what was being typed when the page was left, else the first of the library. A draft that took
 * the page down with it the last time is not run again by itself: it waits in the editor.
 */
export function openFirst(session: Session, sources: Sources): void {
  const draft = session.keeper.read('draft');
  const died = draft !== undefined && session.keeper.read('opening') === draft;
  if (draft !== undefined && !died && watched(session, draft, () => openText(session, sources, draft)))
    return;
  const kept = draft === undefined ? {} : { draft, diagnostics: died ? [] : session.state.diagnostics };
  openLibrary(session, sources, sources.first);
  session.set(kept);
  if (draft === undefined) return;
  session.keeper.remove('opening');
  session.say(
    died
      ? 'The page ended while your draft was being run, so it was not run again. It is kept in the editor: make it smaller, or press Run to try once more.'
      : 'Your draft does not run yet. It is kept in the editor.',
  );
}

/**
 * Opens a text so that the next visit knows if this one did not outlive it: a mark stands until everything is drawn, or the page
 * is left in the usual way (app/urlSync.ts).
 */
export function watched(session: Session, text: string, open: () => boolean): boolean {
  session.keeper.write('opening', text);
  const opened = open();
  void session.frames.idle().then(() => session.keeper.remove('opening'));
  return opened;
}
