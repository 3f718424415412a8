import type { FromWorker, ToWorker } from './protocol';
import { TraceReading } from './reading';

/** The thread that reads traces, so that the page goes on. Only wiring. */

const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port1.onmessage = () => waiting.shift()?.();

const reading = new TraceReading({
  now: () => performance.now(),
  pause: () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      channel.port2.postMessage(undefined);
    }),
  tell: (message: FromWorker) => postMessage(message),
});

addEventListener('message', (event: MessageEvent<ToWorker>) => reading.hear(event.data));
