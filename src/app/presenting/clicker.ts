import type { Session } from '../../session/session';
import { isDark } from './blank';

const MOVES: Readonly<Record<string, string>> = { PageDown: 'beat-forward', PageUp: 'beat-back' };

/** Text is being written: the page keys scroll in it. */
const writes = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  target.closest('input:not([type="range"]), textarea, [contenteditable="true"]') !== null;

/**
 * In large type the page keys are the clicker's wherever the focus happens to be: a lecturer who has pressed a tab or dragged the timeline
 * goes on with the next click all the same. Returns how to end it.
 */
export function followClicker(session: Session, execute: (id: string) => boolean): () => void {
  const heard = (event: KeyboardEvent): void => {
    const id = MOVES[event.key];
    const { presenter, page, dialog } = session.state;
    if (id === undefined || !presenter || page !== undefined || dialog !== undefined || isDark()) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || writes(event.target)) return;
    event.preventDefault();
    event.stopPropagation();
    execute(id);
  };
  window.addEventListener('keydown', heard, { capture: true });
  return () => window.removeEventListener('keydown', heard, { capture: true });
}
