import { frameName } from '../../base';
import { type Procedure, procedure, slots } from '../../kernel';
import { sayIndex } from '../../machine';
import { UpdateQueued } from './events';
import { lguestCall } from './lguest';
import { mmuOp } from './mmuOp';
import { multicall } from './multicall';
import { CLEARED } from './queue';
import type { Pv } from './state';
import { vmiFlush } from './vmi';

/** How the queue of a scheme is emptied. */
export function delivery(pv: Pv): Procedure<never> {
  switch (pv.scheme.flush) {
    case 'lguest':
      return lguestCall;
    case 'vmi':
      return vmiFlush;
    case 'mmu-op':
      return mmuOp;
    case 'xen':
    case 'bare':
    case 'unsync':
      return multicall;
  }
}

const L = slots('kind', 'table', 'index', 'hi', 'lo', 'r');

/** An update for the hypervisor: it waits while the guest is in lazy mode, and is delivered at once otherwise. */
export const queueUpdate = procedure<Pv>({
  name: 'pv_queue_update',
  part: 'paravirt',
  lane: 'guest',
  about:
    'Queues an update of one entry for the hypervisor (xen_extend_mmu_update, VMI SetPxE and UpdatePxE, async_hcall).',
  slots: L,
  steps: [
    {
      label: 'room',
      line: 'queue(update): full? deliver what waits',
      touch: 'private',
      run: (t, pv) => {
        const queue = pv.queue(t.actor);
        // lguest's ring is emptied by the call that finds it full, which takes its own update along.
        if (queue.full && pv.scheme.flush !== 'lguest') t.call(delivery(pv), [], L.r);
      },
      say: (t, pv) =>
        pv.queue(t.actor).count === 0
          ? 'The queue has room.'
          : `${pv.queue(t.actor).count} updates wait already.`,
    },
    {
      label: 'add',
      line: '  add it behind the others',
      touch: 'private',
      beat: true,
      run: (t, pv) => {
        const queue = pv.queue(t.actor);
        if (queue.full) {
          t.goto('direct');
          return;
        }
        queue.push(t.get(L.kind), t.get(L.table), t.get(L.index), t.get(L.hi), t.get(L.lo));
        pv.world.count('queued');
        pv.world.emit(UpdateQueued, t.actor, t.get(L.kind), t.get(L.table), t.get(L.index), queue.count);
      },
      say: (t, pv) => {
        const what = t.get(L.kind) === CLEARED ? 'was cleared' : 'has a new value';
        return pv.queue(t.actor).full && t.get(L.kind) === 0
          ? 'There is no room.'
          : `Entry ${sayIndex(t.get(L.index))} of ${frameName(t.get(L.table))} ${what}: the hypervisor shall hear of it. ${pv.queue(t.actor).count} waiting.`;
      },
    },
    {
      label: 'now',
      line: '  not in lazy mode: deliver now',
      touch: 'private',
      run: (t, pv) => {
        if (pv.lazy(t.actor)) t.ret();
        else t.callThen('done', delivery(pv), [], L.r);
      },
      say: (t, pv) => (pv.lazy(t.actor) ? 'It can wait: the kernel is in lazy mode.' : 'It cannot wait.'),
    },
    {
      label: 'direct',
      line: '  no room: a hypercall for this one, which empties the queue first',
      touch: 'private',
      run: (t, pv) =>
        t.callThen(
          'done',
          delivery(pv),
          [0, 1, t.get(L.kind), t.get(L.table), t.get(L.index), t.get(L.hi), t.get(L.lo)],
          L.r,
        ),
      say: 'The ring is full: this update goes to the hypervisor directly, and takes the waiting ones along.',
    },
    {
      label: 'done',
      line: '  return',
      touch: 'private',
      run: (t) => t.ret(),
      say: 'The hypervisor has been told.',
    },
  ],
});
