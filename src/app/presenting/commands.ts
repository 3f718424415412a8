import type { Command } from '../../session/commands';
import type { Controls } from '../../session/controls';
import './presenting.css';

/**
 * What a lecturer's clicker sends beside PageUp and PageDown: B, or a full stop, for a dark screen. While it is dark every key and every
 * click makes it light again, and does nothing else.
 */
export function presenterCommands({ session }: Controls): () => Command[] {
  return () => [
    {
      id: 'blank',
      title: 'Dark screen, until the next key',
      group: 'Look',
      keys: ['b', '.'],
      also: 'blank black presenter pause',
      enabled: session.state.presenter,
      run: blank,
    },
    {
      id: 'fullscreen',
      title: 'Full screen, on and off',
      group: 'Look',
      also: 'presenter projector',
      enabled: document.fullscreenEnabled === true,
      run: () => {
        const done =
          document.fullscreenElement === null
            ? document.documentElement.requestFullscreen()
            : document.exitFullscreen();
        done.catch(() => session.say('This browser does not let the page fill the screen.'));
      },
    },
  ];
}

function blank(): void {
  if (document.querySelector('.blank') !== null) return;
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
    if (before instanceof HTMLElement) before.focus();
  };
  window.addEventListener('keydown', end, { capture: true });
  screen.addEventListener('click', end);
  document.body.append(screen);
  screen.focus();
}
