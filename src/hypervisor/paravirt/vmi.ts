import { frameName } from '../../base';
import { procedure, slots } from '../../kernel';
import { sayIndex } from '../../machine';
import { clearShadow, setShadow } from './derive';
import { beginQueue, endQueue } from './emptyQueue';
import { QueueFlushed } from './events';
import { CLEARED } from './queue';
import type { Pv } from './state';

const L = slots('nth', 'count', 'table', 'index', 'what');

/**
 * VMI: the ROM empties its queue into the shadow, in the order in which it was filled. Whether the real one kept values or
 * places only is not public: switch `queue-carries-value`. Source: sheet P7.
 */
export const vmiFlush = procedure<Pv>({
  name: 'vmi_flush_queue',
  part: 'paravirt',
  lane: 'hypervisor',
  about: 'Applies the queued updates to the shadow (VMI SetLazyMode(0), FlushDeferredCalls).',
  slots: L,
  steps: [
    beginQueue({
      line: 'flush: one call for all of them; lock the shadow',
      count: L.count,
      event: QueueFlushed,
      say: (records) =>
        `One call into the hypervisor delivers ${records} ${records === 1 ? 'update' : 'updates'}.`,
    }),
    {
      label: 'apply',
      line: '  for each, in order: cleared? shadow entry = 0; set? shadow entry = derive(value)',
      touch: 'racy',
      beat: true,
      run: (t, pv) => {
        const queue = pv.queue(t.actor);
        const nth = t.get(L.nth);
        const { kind, table, index, hi, lo } = queue.at(nth);
        queue.deliver(nth);
        t.set(L.table, table);
        t.set(L.index, index);
        t.set(L.what, kind);
        if (!pv.on('queue-carries-value'))
          setShadow(pv, t.actor, table, index, pv.entry(t.actor, table, index));
        else if (kind === CLEARED) clearShadow(pv, table, index);
        else setShadow(pv, t.actor, table, index, { hi, lo });
        t.set(L.nth, nth + 1);
        t.goto(nth + 1 === t.get(L.count) ? 'done' : 'apply');
      },
      say: (t, pv) => {
        const at = `entry ${sayIndex(t.get(L.index))} of the shadow of ${frameName(t.get(L.table))}`;
        if (pv.shadows.of(t.get(L.table)) < 0)
          return `Table ${frameName(t.get(L.table))} has no shadow: nothing to do.`;
        if (!pv.on('queue-carries-value')) return `The guest's entry is read again, and ${at} made from it.`;
        return t.get(L.what) === CLEARED
          ? `Cleared: ${at} goes.`
          : `Set: ${at} is made from the value that waited.`;
      },
    },
    endQueue('  the queue is empty; unlock', 'The shadow knows all that the guest has said.'),
  ],
});
