import type { Controls } from '../session/controls';

/** The page's keys. A panel that uses a key itself stops it on its way up. */
export function listenForKeys(controls: Controls): () => void {
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing) return;
    if (controls.press(event, event.target)) event.preventDefault();
  };
  document.addEventListener('keydown', onKeyDown);
  return () => document.removeEventListener('keydown', onKeyDown);
}
