import { keepDraft, openText, type Sources } from './opening';
import type { Session } from './session';

/** What was typed is kept, and what is wrong with it is known; the stage does not change. */
export function checkDraft(session: Session, sources: Sources, text: string): void {
  if (text === (session.state.draft ?? session.state.text)) return;
  keepDraft(session, text);
  const compiled = sources.compile(text);
  session.set({ diagnostics: compiled.kind === 'error' ? compiled.error : compiled.value.warnings });
}

/** Puts what was typed on stage, at the moment that was on stage where the new text still has it. */
export function runDraft(session: Session, sources: Sources): void {
  const { draft, cursor } = session.state;
  if (draft === undefined) return;
  const anchor = session.run?.anchorAt(cursor);
  if (!openText(session, sources, draft)) return;
  const found = anchor === undefined ? undefined : session.run?.find(anchor, cursor);
  if (found?.exact === true) session.jump(found.cursor);
}

/** Back to what is on stage: what was typed is forgotten, on purpose. */
export function discardDraft(session: Session): void {
  session.keeper.remove('draft');
  session.set({ draft: undefined, diagnostics: [] });
}
