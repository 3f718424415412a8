import { Explorer } from './explorer';
import type { FromWorker, ToWorker } from './protocol';

/** The thread that explores, so that the page goes on. Only wiring: decode, hand over, send. */

// A message to oneself comes after those that have arrived, and is not slowed down as timers are.
const channel = new MessageChannel();
let next: (() => void) | undefined;
channel.port1.onmessage = () => next?.();

const explorer = new Explorer({
  now: () => performance.now(),
  later: (callback) => {
    next = callback;
    channel.port2.postMessage(undefined);
  },
  tell: (message: FromWorker) => postMessage(message),
});

addEventListener('message', (event: MessageEvent<ToWorker>) => explorer.hear(event.data));
