import { keepRun, remember } from './keepingRun';
import { keepDraft, openText, type Sources } from './opening';
import type { Session } from './session';
import { watched } from './visit';

/** What was typed is kept, and what is wrong with it is known; the stage does not change. */
export function checkDraft(session: Session, sources: Sources, text: string): void {
  if (text === (session.state.draft ?? session.state.text)) return;
  keepDraft(session, text);
  const compiled = sources.compile(text);
  session.set({ diagnostics: compiled.kind === 'error' ? compiled.error : compiled.value.warnings });
}

/** Puts what was typed on stage; the run that was on stage is kept up to where the edit begins to matter. */
export function runDraft(session: Session, sources: Sources): void {
  const { draft } = session.state;
  if (draft === undefined) return;
  const before = remember(session);
  const opened = watched(session, draft, () => openText(session, sources, draft));
  if (opened && before !== undefined) keepRun(session, before);
}

/** Back to what is on stage: what was typed is forgotten, on purpose. */
export function discardDraft(session: Session): void {
  session.keeper.remove('draft');
  session.set({ draft: undefined, diagnostics: [] });
}
