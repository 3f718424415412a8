import type { Command } from '../../session/commands';
import type { Controls } from '../../session/controls';
import { beside } from './beside';
import { blank } from './blank';
import { followClicker } from './clicker';
import './presenting.css';
import { spotlight } from './spotlight';

/**
 * What a lecturer needs beyond large type. A clicker sends PageUp and PageDown, B or a full stop for a dark screen, and F5 where a program
 * for slides would begin: here that fills the screen, and never loads the page anew in front of a room.
 */
export function presenterCommands(controls: Controls): () => Command[] {
  const { session } = controls;
  let endSpotlight: (() => void) | undefined;
  const toggleSpotlight = (): void => {
    if (endSpotlight === undefined) endSpotlight = spotlight();
    else {
      endSpotlight();
      endSpotlight = undefined;
    }
    session.set({});
  };
  session.store.subscribe(({ presenter }) => {
    if (!presenter && endSpotlight !== undefined) toggleSpotlight();
  });
  followClicker(session, (id) => controls.execute(id));
  return () => {
    const { presenter } = session.state;
    return [
      {
        id: 'blank',
        title: 'Dark screen, until the next key',
        group: 'Look',
        keys: ['b', '.'],
        also: 'blank black presenter pause',
        enabled: presenter,
        run: blank,
      },
      {
        id: 'spotlight',
        title: endSpotlight === undefined ? 'Ring around the pointer' : 'No ring around the pointer',
        group: 'Look',
        keys: ['p'],
        also: 'presenter highlight cursor mouse laser spotlight',
        enabled: presenter,
        run: toggleSpotlight,
      },
      {
        id: 'beside',
        title: beside.getState().wanted ? 'The stage in full width' : 'Details beside the stage',
        group: 'Look',
        keys: ['d'],
        also: 'presenter code tables column caption subtitle',
        enabled: presenter,
        run: () => {
          beside.setState(({ wanted }) => ({ wanted: !wanted }));
          session.set({});
        },
      },
      {
        id: 'fullscreen',
        title: 'Full screen, on and off',
        group: 'Look',
        // Elsewhere F5 is the browser's.
        ...(presenter && { keys: ['F5', 'Shift+F5'] }),
        also: 'presenter projector',
        enabled: document.fullscreenEnabled === true || presenter,
        run: () => {
          const refused = (): void => session.say('This browser does not let the page fill the screen.');
          if (document.fullscreenEnabled !== true) refused();
          else if (document.fullscreenElement === null)
            document.documentElement.requestFullscreen().catch(refused);
          else document.exitFullscreen().catch(refused);
        },
      },
    ];
  };
}
