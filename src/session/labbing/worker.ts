import { perform } from './perform';
import type { FromLab, ToLab } from './protocol';

/** The thread that runs a workload, so that the page goes on. It does one run; whoever wants no more of it ends the thread. */
addEventListener('message', (event: MessageEvent<ToLab>) =>
  perform(
    event.data,
    () => performance.now(),
    (message: FromLab) => postMessage(message),
  ),
);
