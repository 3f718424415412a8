export const isDark = (): boolean => document.querySelector('.blank') !== null;

/** A dark screen. While it is dark every key and every click makes it light again, and does nothing else. */
export function blank(): void {
  if (isDark()) return;
  const screen = document.createElement('button');
  screen.type = 'button';
  screen.className = 'blank';
  screen.setAttribute('aria-label', 'The screen is dark. Press any key to go on.');
  const before = document.activeElement;
  const end = (event: Event): void => {
    event.preventDefault();
    event.stopImmediatePropagation();
    window.removeEventListener('keydown', end, { capture: true });
    screen.remove();
    if (before instanceof HTMLElement || before instanceof SVGElement) before.focus();
  };
  window.addEventListener('keydown', end, { capture: true });
  screen.addEventListener('click', end);
  document.body.append(screen);
  screen.focus();
}
