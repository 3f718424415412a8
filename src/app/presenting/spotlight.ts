/**
 * A ring around the pointer, so that a room sees where it is; while a button is held, a disc. It takes no clicks, and it is drawn in a
 * frame's own time: a pointer tells its place more often than a screen shows it.
 */
export function spotlight(): () => void {
  const ring = document.createElement('div');
  ring.className = 'spotlight';
  ring.setAttribute('aria-hidden', 'true');
  document.body.append(ring);
  const move = ({ clientX, clientY, buttons }: PointerEvent): void => {
    ring.style.transform = `translate(${clientX}px, ${clientY}px)`;
    ring.classList.add('is-seen');
    ring.classList.toggle('is-down', buttons !== 0);
  };
  const leave = (): void => ring.classList.remove('is-seen');
  const kinds = ['pointermove', 'pointerdown', 'pointerup'] as const;
  for (const kind of kinds) window.addEventListener(kind, move, { capture: true, passive: true });
  document.documentElement.addEventListener('pointerleave', leave);
  return () => {
    for (const kind of kinds) window.removeEventListener(kind, move, { capture: true });
    document.documentElement.removeEventListener('pointerleave', leave);
    ring.remove();
  };
}
