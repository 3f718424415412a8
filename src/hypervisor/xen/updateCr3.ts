import { procedure, slots, type Thread } from '../../kernel';
import { ControlRegisterLoaded, frameOf, refuseCr3, sayValue } from '../../machine';
import { DomainCrashed } from './events';
import { flushTlbMask } from './flushTlb';
import { resyncAll } from './oos/resyncAll';
import { shRemoveWriteAccess } from './removeWriteAccess';
import type { Xen } from './state';
import { setToplevel } from './toplevel';
import { Who } from './who';

const L = slots('v', 'held', 'gmfn', 'removed', 'smfn');

/** do_locking of the resyncs: 0 if the caller holds the lock. */
const locking = (t: Thread): number => 1 - t.get(L.held);

/**
 * sh_update_cr3(v): what the guest's top table is has been settled (guestTable); now the processor is given its shadow. A CR3 load
 * is a flush for the guest, so what v let go is resynced in full before, and what others let go is refreshed or proved
 * unreachable after. Arguments: v, held (1: the caller holds the shadow lock). Source: sheet 5.13, in its order.
 */
export const updateCr3 = procedure<Xen>({
  name: 'sh_update_cr3',
  part: 'xen',
  lane: 'hypervisor',
  about:
    'Resyncs what the vCPU let go, switches to the shadow of the new top table, then sees to the others (sheet 5.13).',
  slots: L,
  steps: [
    {
      label: 'own',
      line: 'shadow_resync_current_vcpu(v)',
      touch: 'private',
      run: (t, x) => {
        x.flushWitness.beginAll(t.get(L.v));
        if (x.on('cr3-resync-own')) t.call(resyncAll, [t.get(L.v), 0, 1, 0, locking(t)]);
      },
      say: (t, x) => {
        const load = `vCPU ${t.get(L.v)} is about to load CR3. For the guest that is a flush`;
        return x.on('cr3-resync-own')
          ? `${load}: what it has written to tables that are out of sync must count now.`
          : `${load}, but bringing its tables in sync is switched off.`;
      },
    },
    {
      label: 'lock',
      line: 'shadow_lock()',
      touch: 'racy',
      when: (t, x) => t.get(L.held) === 1 || x.lock.free,
      run: (t, x) => {
        if (t.get(L.held) === 0) x.lock.take(t);
      },
      say: (t, x) =>
        t.get(L.held) === 0
          ? `${Who(x, t.actor)} takes the shadow lock.`
          : `${Who(x, t.actor)} holds the shadow lock already.`,
    },
    {
      label: 'protect',
      line: 'gmfn = the new top table; sh_remove_write_access(gmfn, 4, 0)',
      touch: 'locked',
      run: (t, x) => {
        const gmfn = x.vcpu(t.get(L.v)).guestTop;
        t.set(L.gmfn, gmfn);
        t.call(shRemoveWriteAccess, [t.get(L.v), gmfn, 4, 0, 0], L.removed);
      },
      say: (t, x) =>
        `The guest's new top table is ${x.name(t.get(L.gmfn))}. It must not be writable once it is shadowed.`,
    },
    {
      label: 'flush',
      line: '  removed: flush_tlb_mask(all CPUs)',
      touch: 'locked',
      run: (t, x) => {
        if (t.get(L.removed) !== 0 && x.on('cr3-flush')) t.call(flushTlbMask, []);
      },
      say: (t, x) => {
        if (t.get(L.removed) === 0) return 'Nothing had to be removed.';
        return x.on('cr3-flush')
          ? 'A mapping was removed, so TLBs must forget it.'
          : 'A mapping was removed, but the flush is switched off: other TLBs still know it.';
      },
    },
    {
      label: 'toplevel',
      line: 'smfn = sh_set_toplevel_shadow(gmfn)',
      touch: 'locked',
      run: (t) => t.call(setToplevel, [t.get(L.v), t.get(L.gmfn)], L.smfn),
      say: (t) => `vCPU ${t.get(L.v)} needs a shadow to walk.`,
    },
    {
      label: 'hardware',
      line: 'hardware CR3 = smfn; update the linear window; flush the local TLB',
      touch: 'locked',
      beat: true,
      run: (t, x) => {
        const r = x.machine.vcpu(t.get(L.v));
        const smfn = t.get(L.smfn);
        r.set('hwCr3Hi', smfn >>> 20);
        r.set('hwCr3Lo', smfn << 12);
        x.pool.flushTlb(t.get(L.v));
      },
      say: (t, x) =>
        `The processor of vCPU ${t.get(L.v)} walks ${x.name(t.get(L.smfn))} from now on, the shadow of ${x.name(t.get(L.gmfn))}, and has forgotten all translations.`,
    },
    {
      label: 'forget',
      line: 'vtlb_flush(v); last_write_emul_ok = 0',
      touch: 'locked',
      run: (t, x) => {
        x.vtlbs[t.get(L.v)]?.flush();
        x.vcpu(t.get(L.v)).set('lastWriteEmulOk', 0);
      },
      say: 'What Xen remembers about virtual addresses was true for the old tables only.',
    },
    {
      label: 'unlock',
      line: 'shadow_unlock()',
      touch: 'racy',
      run: (t, x) => {
        if (t.get(L.held) === 0) x.lock.release(t);
      },
      say: (t, x) =>
        t.get(L.held) === 0
          ? `${Who(x, t.actor)} releases the shadow lock.`
          : `${Who(x, t.actor)} keeps the shadow lock.`,
    },
    {
      label: 'others',
      line: 'shadow_sync_other_vcpus(v)',
      touch: 'private',
      run: (t, x) => {
        if (x.on('cr3-refresh-others')) t.call(resyncAll, [t.get(L.v), 1, 0, 1, locking(t)]);
      },
      say: (_, x) =>
        x.on('cr3-refresh-others')
          ? 'Tables that other vCPUs let go may be seen through the new CR3: they must not be older than this load.'
          : 'Tables that other vCPUs let go are not looked at: that is switched off.',
    },
    {
      label: 'done',
      line: 'return',
      touch: 'private',
      beat: true,
      run: (t, x) => {
        x.flushWitness.endAll(t.get(L.v));
        t.ret();
      },
      say: (t, x) => `vCPU ${t.get(L.v)} has loaded ${x.name(t.get(L.gmfn))}.`,
    },
  ],
});

const C = slots('hi', 'lo', 'mfn');

/** hvm_set_cr3, the exit of MOV CR3. Arguments: the value, halves. A CR3 that names no memory crashes the domain, as in Xen. */
export const shUpdateCr3 = procedure<Xen>({
  name: 'hvm_set_cr3',
  part: 'xen',
  lane: 'hypervisor',
  about: 'MOV CR3 by the guest: checks the value, then has the shadow follow.',
  slots: C,
  steps: [
    {
      label: 'check',
      line: 'mfn = p2m(value >> PAGE_SHIFT); reserved bits: #GP; no memory: crash the domain',
      touch: 'private',
      run: (t, x) => {
        const { machine } = x;
        if (
          refuseCr3(machine.guestMode(t.actor), t.get(C.hi), machine.config.maxPhysicalBits) !== undefined
        ) {
          machine.generalProtection(t.actor);
          t.set(C.mfn, -2);
          t.ret();
          return;
        }
        const mfn = x.p2m.mfn(frameOf(t.get(C.hi), t.get(C.lo)));
        t.set(C.mfn, mfn);
        if (x.mfnValid(mfn)) return;
        x.domain.set('crashed', 1);
        x.world.emit(DomainCrashed, mfn);
        t.ret();
      },
      say: (t, x) => {
        const mfn = t.get(C.mfn);
        if (mfn === -2) return `vCPU ${t.actor} gets a general protection fault: CR3 has a reserved bit set.`;
        return x.mfnValid(mfn)
          ? `vCPU ${t.actor} loads CR3 with ${sayValue(t.get(C.hi), t.get(C.lo))}. That exits to Xen, for the processor must not walk the guest's tables.`
          : `CR3 ${sayValue(t.get(C.hi), t.get(C.lo))} names no memory of the guest. Xen crashes the domain.`;
      },
    },
    {
      label: 'guest',
      line: 'guest_table = mfn; guest CR3 = value; paging_update_cr3()',
      touch: 'private',
      run: (t, x) => {
        const r = x.machine.vcpu(t.actor);
        x.vcpu(t.actor).set('guestTable', t.get(C.mfn) + 1);
        r.set('cr3Hi', t.get(C.hi));
        r.set('cr3Lo', t.get(C.lo));
        x.world.emit(ControlRegisterLoaded, t.actor, 3, t.get(C.hi), t.get(C.lo));
        t.call(updateCr3, [t.actor]);
      },
      say: (t, x) => `The guest believes that vCPU ${t.actor} walks its table ${x.name(t.get(C.mfn))}.`,
    },
    {
      label: 'done',
      line: 'return to the guest',
      touch: 'private',
      run: (t) => t.ret(),
      say: (t) => `vCPU ${t.actor} returns to the guest.`,
    },
  ],
});
