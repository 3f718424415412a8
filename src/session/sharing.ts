import { fileName, linkOrFile, type Shared, writeFile } from '../permalink';
import type { Host } from './commands';
import { captureLink } from './link';
import type { Session } from './session';

/** What is on stage, ready to be given away. Made when asked for; nothing is written anywhere until a button is pressed. */
export interface Offer {
  readonly shared: Shared;
  /** What the link or file carries, in words. */
  readonly carries: readonly string[];
  readonly file: { readonly name: string; readonly text: string };
}

/** `address` is the page's own, without a fragment. Undefined before anything is on stage. */
export function offerOf(session: Session, address: string): Offer | undefined {
  const link = captureLink(session);
  if (link === undefined) return undefined;
  const { state } = session;
  const switches = Object.entries(link.switches).map(([name, on]) => `${name} ${on ? 'on' : 'off'}`);
  const branches = link.branches.length;
  return {
    shared: linkOrFile(link, address),
    carries: [
      'the scenario’s text',
      ...(switches.length === 0 ? [] : [`the switches ${switches.join(', ')}`]),
      ...(branches === 0 ? [] : [branches === 1 ? 'one branch' : `${branches} branches`]),
      link.at === undefined ? 'the start of the run' : `the moment after step ${state.cursor}`,
      ...(link.focus === undefined ? [] : [`what you chose (${link.focus.entity})`]),
    ],
    file: { name: fileName(state.spec?.title ?? ''), text: writeFile(link) },
  };
}

/** Copies a link and makes it the page's address, so that a reload or a bookmark leads to the same moment. */
export async function copyLink(session: Session, host: Host, url: string): Promise<boolean> {
  const done = session.frames.begin('copy');
  try {
    const copied = await host.copy(url);
    if (copied) host.push(url.slice(url.indexOf('#')));
    return copied;
  } finally {
    done();
  }
}
