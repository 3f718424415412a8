import { createRoot } from 'react-dom/client';
import { encodeLink } from '../../permalink';
import type { Controls } from '../../session/controls';
import { captureLink } from '../../session/link';
import type { Session } from '../../session/session';
import { Banner } from '../../ui/Banner';
import { Button } from '../../ui/Button';

/**
 * Lets a service worker keep the page for visits without a network, and offers a new version when one has arrived. Nothing is ever loaded
 * anew by itself. Where there are no service workers, the page is as it was.
 */
export async function keepOffline(controls: Controls): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  let registration: ServiceWorkerRegistration | undefined;
  try {
    registration = await navigator.serviceWorker.register('./sw.js');
  } catch {
    return; // forbidden, or opened from a file: then there is a network, or the page is on this machine
  }
  // Where service workers are blocked, some browsers answer with nothing at all.
  if (registration === undefined) return;
  watch(registration, () => offer(controls));
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void registration.update().catch(() => undefined);
  });
}

/** Tells of another version that is complete. The very first one takes nobody's place. */
function watch(registration: ServiceWorkerRegistration, ready: () => void): void {
  registration.addEventListener('updatefound', () => {
    const { installing } = registration;
    const another = navigator.serviceWorker.controller !== null;
    installing?.addEventListener('statechange', () => {
      if (installing.state === 'installed' && another) ready();
    });
  });
}

/**
 * Makes the address that of the moment on stage, so that the page comes back to it. What is being typed is kept with every key. A run too
 * large for any address leaves its text in the editor's place: that is what cannot be made again.
 */
export function keepPlace(session: Session): void {
  const link = session.state.page === undefined ? captureLink(session) : undefined;
  if (link === undefined) return;
  const encoded = encodeLink(link);
  if (encoded.kind === 'ok') history.replaceState(null, '', encoded.value);
  else if (session.state.draft === undefined) session.keeper.write('draft', session.state.text);
}

function offer({ session }: Controls): void {
  document.querySelector('#new-version')?.remove();
  const place = document.createElement('div');
  place.id = 'new-version';
  place.className = 'messages';
  document.body.append(place);
  const root = createRoot(place);
  const end = (): void => {
    root.unmount();
    place.remove();
  };
  const take = (): void => {
    keepPlace(session);
    location.reload();
  };
  root.render(
    <Banner
      tone="plain"
      onClose={end}
      actions={
        <Button look="outline" onClick={take}>
          Load it
        </Button>
      }
    >
      A new version of this page is ready. The moment on stage and what is being typed stay; branches go into
      the address.
    </Banner>,
  );
}
