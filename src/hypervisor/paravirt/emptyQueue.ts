import type { EventType, Step } from '../../kernel';
import type { Pv } from './state';

interface EmptyQueue {
  /** Line of the first step. */
  readonly line: string;
  /** The local that holds how many records there are. */
  readonly count: number;
  /** What is emitted, with the vCPU and that number. */
  readonly event: EventType;
  readonly say: (records: number) => string;
}

/** The step `call`: the hypervisor is called with a vCPU's queue, and takes the shadow's lock. With an empty queue it has nothing to do. */
export const beginQueue = ({ line, count: slot, event, say }: EmptyQueue): Step<Pv> => ({
  label: 'call',
  line,
  touch: 'racy',
  when: (_, pv) => pv.lock.free,
  run: (t, pv) => {
    const { count } = pv.queue(t.actor);
    t.set(slot, count);
    if (count === 0) {
      t.ret();
      return;
    }
    pv.lock.take(t);
    pv.world.count('hypercalls');
    pv.world.emit(event, t.actor, count);
  },
  say: (t) => say(t.get(slot)),
});

/** The step `done`: the queue is empty, and the lock is free again. */
export const endQueue = (line: string, say: string): Step<Pv> => ({
  label: 'done',
  line,
  touch: 'racy',
  run: (t, pv) => {
    pv.queue(t.actor).clear();
    pv.lock.release(t);
    t.ret();
  },
  say,
});
