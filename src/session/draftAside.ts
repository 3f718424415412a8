import { draftsOf, freeName, keepAs } from './drafts';
import type { Session } from './session';

const NAME = 'What you were typing';

/**
 * A text that was typed and never run is not lost when another scenario comes on stage, from wherever that came: it is put among
 * the named drafts. Where the browser keeps nothing, it stays in the editor. Returns how to stop.
 */
export function keepDraftsAside(session: Session): () => void {
  return session.store.subscribe((now, before) => {
    const { draft } = before;
    // Discarded on purpose: the stage stays as it is. Run: it is on stage itself.
    if (draft === undefined || now.draft !== undefined || now.text === before.text || now.text === draft)
      return;
    if (draft.trim() === '') return;
    // After whoever opens the other one is done: it may have put the draft back into the editor, and has something to say itself.
    queueMicrotask(() => {
      const drafts = draftsOf(session);
      if (session.state.draft === draft || drafts.some(({ text }) => text === draft)) return;
      const name = freeName(drafts, NAME, draft);
      const kept = keepAs(session, name, draft);
      if (kept.kind === 'ok') session.say(`The text you had not run is kept among your drafts as “${name}”.`);
      else {
        session.set({ draft });
        session.say(`${kept.error} The text you had not run is still in the editor.`, 'wrong');
      }
    });
  });
}
