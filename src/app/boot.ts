import { designs } from '../hypervisor';
import { resolve } from '../scenario';
import { Controls } from '../session/controls';
import type { Sources } from '../session/opening';
import { openFirst } from '../session/opening';
import { Session } from '../session/session';
import { restoreSettings } from '../session/settings';
import { listenForKeys } from './keyboard';
import { browserHost, browserPlatform } from './platform';
import { followScheme } from './scheme';

declare global {
  interface Window {
    /** For tests of the page: resolves when nothing is left to do. */
    shadowscope?: { readonly idle: () => Promise<void> };
  }
}

const sources: Sources = {
  compile: (text) => resolve(text),
  library: [],
  designs: [...designs.values()],
  first: 'drift',
};

/** Brings the page up: settings, keys, colours, then something on stage. */
export function boot(): Controls {
  const session = new Session(browserPlatform);
  const controls = new Controls(session, sources, browserHost);
  window.shadowscope = { idle: () => session.frames.idle() };
  restoreSettings(session);
  followScheme(session);
  listenForKeys(controls);
  openFirst(session, sources);
  return controls;
}
