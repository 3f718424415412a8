import { first } from 'virtual:first';
import { fail } from '../base';
import { xen } from '../hypervisor/xen/design';
import { Controls } from '../session/controls';
import { type Sources, show } from '../session/opening';
import { Session } from '../session/session';
import { restoreSettings } from '../session/settings';
import { followDocument } from './document';
import { listenForKeys } from './keyboard';
import { browserHost, browserPlatform } from './platform';

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

/** Until the language has arrived nothing can be read or chosen; commands that would need it are not offered. */
const NOTHING_YET: Sources = { compile: () => fail([]), library: [], designs: [], first: first.id };

/** Brings the page up: settings, keys, colours, something on stage; then whatever that did not need. */
export function boot(): Controls {
  const session = new Session(browserPlatform);
  const controls = new Controls(session, NOTHING_YET, browserHost);
  window.shadowscope = {
    idle: () => session.frames.idle(),
    hash: () => session.run?.store.hash ?? '',
  };
  restoreSettings(session);
  followDocument(session);
  listenForKeys(controls);
  // An address or a draft that asks for something else is answered by what is fetched below.
  const bare =
    ['', '#/home', '#/stage'].includes(location.hash) && session.keeper.read('draft') === undefined;
  if (bare) {
    show(session, { spec: first.spec, design: xen, warnings: [] }, first.text, first.id);
    if (location.hash !== '#/stage') session.set({ page: { name: 'home', title: 'Home', rest: '' } });
  }
  void furnishLater(controls);
  return controls;
}

async function furnishLater(controls: Controls): Promise<void> {
  const arrived = controls.session.frames.begin('furnishing');
  try {
    const { furnish } = await import('./furnish.lazy');
    furnish(controls);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    controls.session.say(
      `A part of the page could not be fetched (${why}). Library, editor and links need it: reload the page to try again.`,
      'wrong',
    );
  } finally {
    arrived();
  }
}
