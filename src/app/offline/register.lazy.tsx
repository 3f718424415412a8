import type { Controls } from '../../session/controls';
import { Banner } from '../../ui/Banner';
import { Button } from '../../ui/Button';
import { floating } from '../floating';
import { keepPlace } from './keepPlace';
import { FAILED, setKeeping } from './state';

/**
 * Lets a service worker keep the page for visits without a network, and offers a new version when one has arrived. Nothing is ever loaded
 * anew by itself. Where there are no service workers, the page is as it was.
 */
export async function keepOffline(controls: Controls): Promise<void> {
  if (!('serviceWorker' in navigator)) {
    const why = window.isSecureContext ? 'this browser cannot' : 'that needs an address with https';
    setKeeping({ kind: 'none', why });
    return;
  }
  let registration: ServiceWorkerRegistration | undefined;
  try {
    registration = await navigator.serviceWorker.register('./sw.js');
  } catch {
    // Opened from a file, blocked, or there is no network and nothing changes.
  }
  // Where service workers are blocked, some browsers answer with nothing at all.
  if (registration === undefined) {
    setKeeping({ kind: 'none', why: 'this browser does not let the page do it' });
    return;
  }
  setKeeping({ kind: registration.active === null ? 'fetching' : 'kept' });
  watch(registration, controls);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void registration.update().catch(() => undefined);
  });
}

/** Tells of another version that is complete, and of a first one that cannot be. The very first one takes nobody's place. */
function watch(registration: ServiceWorkerRegistration, controls: Controls): void {
  let followed: ServiceWorker | null = null;
  const follow = (): void => {
    const { installing, active } = registration;
    // A version that was on its way when the page came is announced as well: it is told of once.
    if (installing === null || installing === followed) return;
    followed = installing;
    const first = active === null;
    // A page that came past the service worker has nothing old to replace.
    const another = navigator.serviceWorker.controller !== null;
    let complete = false;
    installing.addEventListener('statechange', () => {
      if (installing.state === 'installed') {
        complete = true;
        setKeeping({ kind: 'kept' });
        if (another) offer(controls);
      } else if (installing.state === 'redundant' && !complete && first) {
        // With a version kept before, all goes on as it was: the next visit fetches the new one.
        setKeeping({ kind: 'failed' });
        controls.session.say(FAILED);
      }
    });
  };
  registration.addEventListener('updatefound', follow);
  follow();
}

function offer({ session }: Controls): void {
  const { show, end } = floating('new-version');
  const take = (): void => {
    keepPlace(session);
    location.reload();
  };
  show(
    <Banner
      tone="plain"
      onClose={end}
      actions={
        <Button look="outline" onClick={take}>
          Load it
        </Button>
      }
    >
      A new version of this page is ready. The moment on stage with its branches, and what is typed in the
      editor and in homework, stay. What runs now (a search, the lab) and a trace opened from a file begin
      anew: take the new version when you are done.
    </Banner>,
  );
}
