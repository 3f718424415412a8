import type { Controls } from '../../session/controls';
import { EMBED_PROTOCOL, readRequest, type Told } from '../../session/embed/protocol';
import { answer, stateOf } from './answering';

/** A parent that goes on sending rubbish fills no console. */
const MOST_WARNINGS = 20;

/** Our own answers, echoed by a parent, are addressed to the parent. */
const isAddressed = (data: unknown): boolean =>
  typeof data === 'object' && data !== null && 'shadowscope' in data && !('say' in data);

/** The parts of a window that matter here; a test gives its own. */
export interface Framed {
  readonly parent: { postMessage(message: unknown, targetOrigin: string): void };
  addEventListener(type: 'message', heard: (event: MessageEvent) => void): void;
  removeEventListener(type: 'message', heard: (event: MessageEvent) => void): void;
}

/**
 * Lets the page around this one move it, and tells that page what is on stage whenever it changes. Whoever is not the parent is not heard;
 * what is not understood is answered with a reason, and each reason is told once on the console. Returns how to end it.
 */
export function listenToParent(controls: Controls, framed: Framed = window): () => void {
  const { session } = controls;
  // Opened by itself, the page has nobody to listen to.
  if ((framed.parent as unknown) === framed) return () => undefined;
  const warned = new Set<string>();
  let told = '';
  let planned = false;
  let said: 'ready' | 'state' = 'ready';

  // What is on stage is no secret: whoever frames the page has given it the link.
  const tell = (message: Told): void => framed.parent.postMessage(message, '*');

  const tellState = (): void => {
    planned = false;
    const state = session.state.furnished ? stateOf(controls) : undefined;
    if (state === undefined) return;
    const text = JSON.stringify(state);
    if (text === told) return;
    told = text;
    tell({ shadowscope: EMBED_PROTOCOL, say: said, ...state });
    said = 'state';
  };

  /** Several changes of one moment are one change for the parent. */
  const plan = (): void => {
    if (planned) return;
    planned = true;
    queueMicrotask(tellState);
  };

  const log = (why: string, tone: 'warn' | 'info'): void => {
    if (warned.has(why) || warned.size === MOST_WARNINGS) return;
    console[tone](`A message of the page around Shadowscope was ignored: ${why}.`);
    warned.add(why);
  };

  const refuse = (why: string, id?: string | number): void => {
    log(why, 'warn');
    tell({ shadowscope: EMBED_PROTOCOL, say: 'refused', why, ...(id === undefined ? {} : { id }) });
  };

  const heard = (event: MessageEvent): void => {
    if (event.source !== (framed.parent as unknown)) return;
    // Pages say many things to their frames. What is not addressed to this one is nobody's mistake, and is not answered.
    if (!isAddressed(event.data)) {
      log('it is not addressed to Shadowscope (`shadowscope: 1`)', 'info');
      return;
    }
    const request = readRequest(event.data);
    if (request.kind === 'error') {
      refuse(request.error);
      return;
    }
    const { asked, id } = request.value;
    if (!session.state.furnished) {
      refuse('the page is not ready yet; wait for say: "ready"', id);
      return;
    }
    const done = answer(controls, asked);
    if (done.kind === 'error') {
      refuse(done.error, id);
      return;
    }
    if (asked.do === 'state') told = '';
    plan();
    tell({ shadowscope: EMBED_PROTOCOL, say: 'done', ...(id === undefined ? {} : { id }) });
  };

  framed.addEventListener('message', heard);
  const unsubscribe = session.store.subscribe(plan);
  plan();
  return () => {
    unsubscribe();
    framed.removeEventListener('message', heard);
  };
}
