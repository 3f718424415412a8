import { procedure, slots } from '../../kernel';
import { interruptible } from '../../machine';
import { delivery } from './deliver';
import { FlushAsked, ShootdownSent } from './events';
import { lguestFlush } from './lguest';
import { resyncAll } from './resync';
import type { Pv } from './state';

const L = slots('vaHi', 'vaLo', 'pages', 'vcpu', 'r');

/**
 * The guest's kernel flushes the TLB for a range: other processors by interrupts, its own by an instruction, a hypercall or a
 * call of the ROM. What still waits in the queue goes before the others are told, if the guest keeps rule R5. Source: sheet
 * sections 7 and 8.
 */
export const guestFlush = procedure<Pv>({
  name: 'flush_tlb_range',
  part: 'paravirt',
  lane: 'guest',
  about: 'Makes all processors forget what they know of a range of pages.',
  slots: L,
  steps: [
    {
      label: 'deliver',
      line: 'flush(range): updates that still wait go first',
      touch: 'private',
      run: (t, pv) => {
        pv.world.emit(FlushAsked, t.actor, t.get(L.pages));
        if (pv.on('flush-before-shootdown') && pv.queue(t.actor).count > 0) t.call(delivery(pv), [], L.r);
      },
      say: (t, pv) =>
        pv.queue(t.actor).count === 0
          ? 'No update waits.'
          : pv.on('flush-before-shootdown')
            ? `${pv.queue(t.actor).count} updates still wait: they are delivered only now.`
            : `${pv.queue(t.actor).count} updates still wait, and stay where they are.`,
    },
    {
      label: 'others',
      line: '  other processors: an interrupt each; wait until they have flushed',
      touch: 'racy',
      when: (t, pv) => {
        const v = t.get(L.vcpu);
        return v === t.actor || v === pv.machine.config.vcpus || interruptible(pv.machine, v);
      },
      run: (t, pv) => {
        const v = t.get(L.vcpu);
        if (v === pv.machine.config.vcpus) {
          t.goto('late');
          return;
        }
        if (v !== t.actor) {
          if (v === (t.actor === 0 ? 1 : 0)) pv.world.emit(ShootdownSent, t.actor);
          if (t.get(L.pages) === 1) pv.machine.tlb.flushPage(v, t.get(L.vaHi), t.get(L.vaLo));
          else pv.machine.tlb.flushAll(v, false);
        }
        t.set(L.vcpu, v + 1);
        t.goto('others');
      },
      say: (t, pv) => {
        const v = t.get(L.vcpu) - 1;
        return t.get(L.vcpu) === pv.machine.config.vcpus && v === t.actor
          ? 'All the others have flushed.'
          : v === t.actor
            ? 'Its own turn comes last.'
            : `vCPU ${v} has been interrupted, and has flushed.`;
      },
    },
    {
      label: 'late',
      line: '  whatever waits even now',
      touch: 'private',
      run: (t, pv) => {
        if (pv.queue(t.actor).count > 0 && !pv.lazy(t.actor)) t.call(delivery(pv), [], L.r);
      },
      say: (t, pv) =>
        pv.queue(t.actor).count === 0 ? 'Nothing waits.' : 'The queue is delivered with the flush.',
    },
    {
      label: 'ask',
      line: '  its own: INVLPG or CR3, or a call to whoever is below',
      touch: 'private',
      beat: true,
      run: (t, pv) => {
        const many = pv.machine.config.vcpus > 1;
        switch (pv.scheme.flush) {
          case 'bare':
            break;
          case 'xen':
            pv.world.count('flush_calls', many ? 2 : 1);
            break;
          case 'vmi':
          case 'mmu-op':
            pv.world.count('flush_calls');
            break;
          case 'lguest':
            pv.world.count('flush_calls');
            t.call(lguestFlush, [], L.r);
            break;
          case 'unsync':
            pv.world.count('flush_calls');
            t.call(resyncAll, [], L.r);
        }
      },
      say: (_, pv) =>
        pv.scheme.flush === 'bare'
          ? 'On bare hardware that is an instruction.'
          : pv.scheme.flush === 'unsync'
            ? 'The flush leaves the guest, and that is the moment for which stale shadows have waited.'
            : 'The flush is a call to whoever is below.',
    },
    {
      label: 'local',
      line: '  flush',
      touch: 'racy',
      beat: true,
      run: (t, pv) => {
        if (t.get(L.pages) === 1) pv.machine.tlb.flushPage(t.actor, t.get(L.vaHi), t.get(L.vaLo));
        else pv.machine.tlb.flushAll(t.actor, false);
        t.ret();
      },
      say: (t) => `vCPU ${t.actor} has forgotten the old translations.`,
    },
  ],
});
