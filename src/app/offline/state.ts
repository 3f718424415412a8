import { assertNever, figure } from '../../base';

/** How far the page has got with keeping itself for visits without a network. */
export type Keeping =
  | { readonly kind: 'not yet' }
  /** The browser has no service workers here, or does not let the page have one. */
  | { readonly kind: 'none'; readonly why: string }
  | { readonly kind: 'fetching' }
  | { readonly kind: 'failed' }
  | { readonly kind: 'kept' };

let keeping: Keeping = { kind: 'not yet' };

export function setKeeping(now: Keeping): void {
  keeping = now;
}

export const FAILED =
  'This page could not be kept for visits without a network: the connection broke, or the browser has no room for it. It works as before as long as there is a network, and the next visit tries again.';

/** Whether the page would work without a network, in a sentence or two. */
export async function keepingWords(): Promise<string> {
  switch (keeping.kind) {
    case 'not yet':
      return 'Nothing is kept for visits without a network yet: that begins when the page has nothing else to do.';
    case 'none':
      return `Nothing is kept for visits without a network: ${keeping.why}. The page works as long as there is a network.`;
    case 'fetching':
      return 'All parts of the page are being fetched, to be kept for visits without a network. Ask again in a moment.';
    case 'failed':
      return FAILED;
    case 'kept':
      return `This page works without a network: ${await amount()}kept on this device, with every part of the page and the whole library.`;
    default:
      return assertNever(keeping, 'keeping');
  }
}

/** `73 files, 5.1 MB, are `: of the newest version. */
async function amount(): Promise<string> {
  try {
    const name = (await caches.keys()).filter((one) => one.startsWith('shadowscope-')).at(-1);
    if (name === undefined) return 'it is ';
    const files = (await (await caches.open(name)).keys()).length;
    const { usage = 0 } = (await navigator.storage?.estimate?.()) ?? {};
    const size = usage === 0 ? '' : `, ${(usage / 1e6).toFixed(1)} MB,`;
    return `${figure(files)} files${size} are `;
  } catch {
    return 'it is '; // what was kept can be used, and not counted
  }
}
