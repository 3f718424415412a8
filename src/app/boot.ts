import { designs } from '../hypervisor';
import { resolve } from '../scenario';
import { Controls } from '../session/controls';
import type { Sources } from '../session/opening';
import { Session } from '../session/session';
import { restoreSettings } from '../session/settings';
import { listenForKeys } from './keyboard';
import { browserHost, browserPlatform } from './platform';
import { followScheme } from './scheme';
import { followAddress } from './urlSync';

declare global {
  interface Window {
    /** For tests of the page, and nothing that could change it. */
    shadowscope?: {
      /** Resolves when nothing is left to do. */
      readonly idle: () => Promise<void>;
      /** Identity hash of the store at the cursor; empty while nothing is on stage. */
      readonly hash: () => string;
    };
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
  window.shadowscope = {
    idle: () => session.frames.idle(),
    hash: () => session.run?.store.hash ?? '',
  };
  restoreSettings(session);
  followScheme(session);
  listenForKeys(controls);
  followAddress(controls);
  return controls;
}
