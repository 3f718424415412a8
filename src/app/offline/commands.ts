import type { Command } from '../../session/commands';
import type { Controls } from '../../session/controls';
import { keepingWords } from './state';

/** The event by which some browsers offer to install a page; the standard has no name for it. */
interface InstallOffer extends Event {
  prompt(): Promise<unknown>;
}

const isOffer = (event: Event): event is InstallOffer => 'prompt' in event;

/** The page on its own: whether it works without a network, and as an application of the device. */
export function offlineCommands({ session }: Controls): () => Command[] {
  let offer: InstallOffer | undefined;
  const change = (now: InstallOffer | undefined): void => {
    offer = now;
    // The list of commands says whether it is offered.
    session.set({});
  };
  window.addEventListener('beforeinstallprompt', (event) => {
    if (isOffer(event)) change(event);
  });
  window.addEventListener('appinstalled', () => {
    change(undefined);
    session.say('Shadowscope is installed. It opens without a browser around it, and without a network.');
  });
  return () => [
    {
      id: 'offline',
      title: 'Does this page work without a network?',
      group: 'Look',
      also: 'offline cache service worker kept installed aeroplane',
      run: () => {
        const done = session.frames.begin('offline');
        void keepingWords()
          .then((words) => session.say(words))
          .finally(done);
      },
    },
    {
      id: 'install',
      title: 'Install Shadowscope on this device',
      group: 'Look',
      also: 'offline app pwa desktop home screen',
      enabled: offer !== undefined,
      run: () => {
        const asked = offer;
        // An offer can be taken up once.
        change(undefined);
        asked
          ?.prompt()
          .catch(() =>
            session.say('The browser did not take up the offer. Its own menu may install the page.'),
          );
      },
    },
  ];
}
