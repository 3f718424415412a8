/**
 * The service worker: everything that the page can need, kept from the first visit on, so that it works without a network. The build puts the
 * list of its files and a name for it in front (`cli/offlinePlugin.ts`); this file must hold everything else it uses.
 *
 * Each version has a cache of its own. A page that is loaded gets the newest version that is complete; one that is open goes on with its
 * own, for all parts of it have names by what they hold, and the version before is kept one round longer. So nobody has
 * to wait for anybody, and nothing is loaded anew unless the person does it.
 */
export {};

interface Later extends Event {
  waitUntil(done: Promise<unknown>): void;
}
interface Fetched extends Later {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Worker {
  readonly registration: { readonly scope: string };
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', heard: (event: Later) => void): void;
  addEventListener(type: 'fetch', heard: (event: Fetched) => void): void;
}

/** Paths below the page's own folder; `./` is the page itself. */
declare const FILES: readonly string[];
/** Of what the files hold: another build has another name. */
declare const VERSION: string;

const worker = self as unknown as Worker;
const PREFIX = 'shadowscope-';
const CACHE = `${PREFIX}${VERSION}`;

/** Hosts say that an answer varies with who asks; these files never do. */
const ANY = { ignoreVary: true };

/** In a cache that has everything. */
const COMPLETE = './complete';

async function keepAll(): Promise<void> {
  // The newest is the last that was made, also if it is one that was there before.
  await caches.delete(CACHE);
  const cache = await caches.open(CACHE);
  // Not what the browser has kept for reasons of its own: that may be of the version before.
  await cache.addAll(FILES.map((file) => new Request(file, { cache: 'no-cache' })));
  await cache.put(COMPLETE, new Response(''));
  await worker.skipWaiting();
}

/** Complete versions in the order in which they were made. */
async function versions(): Promise<Cache[]> {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX));
  const all = await Promise.all(names.map((name) => caches.open(name)));
  const complete = await Promise.all(all.map((cache) => cache.match(COMPLETE)));
  return all.filter((_, i) => complete[i] !== undefined);
}

async function forgetOld(): Promise<void> {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(names.slice(0, -1).map((name) => caches.delete(name)));
  await worker.clients.claim();
}

const isPage = (request: Request): boolean => {
  const { scope } = worker.registration;
  const { origin, pathname } = new URL(request.url);
  return request.mode === 'navigate' && [scope, `${scope}index.html`].includes(`${origin}${pathname}`);
};

async function answer(request: Request): Promise<Response> {
  const wanted = isPage(request) ? './' : request;
  try {
    for (const cache of (await versions()).reverse()) {
      const kept = await cache.match(wanted, ANY);
      if (kept !== undefined) return kept;
    }
  } catch {
    // What was kept cannot be read any more: the network may have it.
  }
  return fetch(request);
}

worker.addEventListener('install', (event) => event.waitUntil(keepAll()));
worker.addEventListener('activate', (event) => event.waitUntil(forgetOld()));
worker.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || !request.url.startsWith(worker.registration.scope)) return;
  event.respondWith(answer(request));
});
