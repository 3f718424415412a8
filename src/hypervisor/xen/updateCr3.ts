import { procedure, slots, type Thread } from '../../kernel';
import { ControlRegisterLoaded, frameOf, present, refuseCr3, sayValue } from '../../machine';
import { DomainCrashed } from './events';
import { flushTlbMask } from './flushTlb';
import { loadL3Table, loadTopShadow } from './hardware';
import { resyncAll } from './oos/resyncAll';
import { typeTopTable } from './pv';
import { shRemoveWriteAccess } from './removeWriteAccess';
import type { Xen } from './state';
import { setToplevel } from './toplevel';
import { isRam, SH_L2_PAE, SH_L2H_PAE } from './types';
import { Who } from './who';

const L = slots('v', 'held', 'gmfn', 'removed', 'smfn', 'slot', 'flush');

const isPae = (t: Thread, x: Xen): boolean => x.geometry(t.get(L.v)).name === 'pae';

/** The L2 table that a cached entry of a PAE guest names, -1 if it is not present or names no memory. */
function l2Named(x: Xen, v: number, slot: number): number {
  const [hi, lo] = [x.vcpu(v).gl3eHi(slot), x.vcpu(v).gl3eLo(slot)];
  const gfn = frameOf(hi, lo);
  return present(lo) && isRam(x.p2m.type(gfn)) ? x.p2m.mfn(gfn) : -1;
}

/** The last gigabyte's L2 has a type of its own, as it is where Xen would put its own mappings (sheet 1.2). */
const l2Type = (x: Xen, slot: number): number => (slot === 3 && x.era.l2hPae ? SH_L2H_PAE : SH_L2_PAE);

/** The next of the four slots: back to `again`, or on to `on` after the last. */
function nextSlot(t: Thread, again: string, on: string): void {
  const slot = t.get(L.slot);
  t.set(L.slot, slot === 3 ? 0 : slot + 1);
  t.goto(slot === 3 ? on : again);
}

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
        if (!isPae(t, x)) t.goto('protect');
      },
      say: (t, x) =>
        t.get(L.held) === 0
          ? `${Who(x, t.actor)} takes the shadow lock.`
          : `${Who(x, t.actor)} holds the shadow lock already.`,
    },
    {
      label: 'gl3e',
      line: 'PAE: gl3e[i] = the guest entry at CR3, for i = 0 to 3',
      touch: 'racy',
      run: (t, x) => {
        const v = t.get(L.v);
        const slot = t.get(L.slot);
        const index = ((x.machine.vcpu(v).get('cr3Lo') & 0xfe0) >>> 3) + slot;
        const table = x.vcpu(v).guestTop;
        x.vcpu(v).setGl3e(slot, x.hi(table, index), x.lo(table, index));
        t.set(L.gmfn, table);
        nextSlot(t, 'gl3e', 'protect');
      },
      say: (t, x) => {
        const slot = (t.get(L.slot) + 3) & 3;
        const l2 = l2Named(x, t.get(L.v), slot);
        return `Entry ${slot} of the guest's four top entries in ${x.name(t.get(L.gmfn))} is read. ${l2 < 0 ? 'It is not present.' : `It names the L2 table ${x.name(l2)}.`} It is not looked at again until CR3 is loaded anew.`;
      },
    },
    {
      label: 'protect',
      line: 'gmfn = the new top table; sh_remove_write_access(gmfn, 4, 0)',
      touch: 'locked',
      run: (t, x) => {
        const v = t.get(L.v);
        if (isPae(t, x)) {
          const l2 = l2Named(x, v, t.get(L.slot));
          t.set(L.gmfn, l2);
          if (l2 < 0) t.goto('protected');
          else t.callThen('protected', shRemoveWriteAccess, [v, l2, 2, 0, 0], L.removed);
          return;
        }
        const gmfn = x.vcpu(v).guestTop;
        t.set(L.gmfn, gmfn);
        t.callThen('flush', shRemoveWriteAccess, [v, gmfn, x.geometry(v).levels, 0, 0], L.removed);
      },
      say: (t, x) => {
        if (t.get(L.gmfn) < 0) return `Nothing is mapped in gigabyte ${t.get(L.slot)}: no table to protect.`;
        return isPae(t, x)
          ? `The guest's L2 table for gigabyte ${t.get(L.slot)} is ${x.name(t.get(L.gmfn))}. It must not be writable once it is shadowed.`
          : `The guest's new top table is ${x.name(t.get(L.gmfn))}. It must not be writable once it is shadowed.`;
      },
    },
    {
      label: 'protected',
      line: '  PAE: the next present gl3e[i] likewise',
      touch: 'locked',
      run: (t) => {
        if (t.get(L.removed) !== 0) t.set(L.flush, 1);
        const last = t.get(L.slot) === 3;
        t.set(L.removed, last ? t.get(L.flush) : 0);
        nextSlot(t, 'protect', 'flush');
      },
      say: (t) => (t.get(L.slot) === 0 ? 'That was the last of the four.' : 'On to the next of the four.'),
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
      line: 'smfn = sh_set_toplevel_shadow(gmfn); PAE: one for each gl3e[i]',
      touch: 'locked',
      run: (t, x) => {
        const v = t.get(L.v);
        const { types, levels, topLevel } = x.geometry(v);
        if (isPae(t, x)) {
          const slot = t.get(L.slot);
          t.callThen('slot', setToplevel, [v, slot, l2Named(x, v, slot), l2Type(x, slot)], L.smfn);
          return;
        }
        const after = topLevel === 4 ? 'hardware' : 'l3table';
        t.callThen(after, setToplevel, [v, 0, t.get(L.gmfn), types[levels] as number], L.smfn);
      },
      say: (t, x) =>
        isPae(t, x)
          ? `vCPU ${t.get(L.v)} needs a shadow to walk in gigabyte ${t.get(L.slot)}, if the guest has anything there.`
          : `vCPU ${t.get(L.v)} needs a shadow to walk.`,
    },
    {
      label: 'hardware',
      line: 'hardware CR3 = smfn; update the linear window; flush the local TLB',
      touch: 'racy',
      beat: true,
      run: (t, x) => {
        loadTopShadow(x, t.get(L.v));
        x.pool.flushTlb(t.get(L.v));
        t.goto('forget');
      },
      say: (t, x) =>
        `The processor of vCPU ${t.get(L.v)} walks ${x.name(t.get(L.smfn))} from now on, the shadow of ${x.name(t.get(L.gmfn))}, and has forgotten all translations.`,
    },
    {
      label: 'slot',
      line: '  PAE: next i',
      touch: 'locked',
      run: (t) => nextSlot(t, 'toplevel', 'l3table'),
      say: (t, x) => {
        const slot = (t.get(L.slot) + 3) & 3;
        const smfn = x.vcpu(t.get(L.v)).shadowTable(slot);
        return smfn < 0
          ? `Slot ${slot} of vCPU ${t.get(L.v)} is empty.`
          : `Slot ${slot} of vCPU ${t.get(L.v)} holds ${x.name(smfn)}.`;
      },
    },
    {
      label: 'l3table',
      line: '3-level shadow: l3table[0..3] = the L2 shadows; hardware CR3 = l3table; flush the local TLB',
      touch: 'locked',
      beat: true,
      run: (t, x) => {
        loadL3Table(x, t.get(L.v));
        x.pool.flushTlb(t.get(L.v));
      },
      say: (t, x) => {
        const v = t.get(L.v);
        const what = isPae(t, x)
          ? 'the L2 shadows of the guest’s tables'
          : `the four pages of ${x.name(x.vcpu(v).shadowTop)}, the shadow of ${x.describe(x.vcpu(v).guestTop)}`;
        return `The four entries of vCPU ${v}’s own L3 table ${x.name(x.vcpu(v).get('l3table'))} lead to ${what}. The processor has read them, and has forgotten all translations.`;
      },
    },
    {
      label: 'forget',
      line: 'vtlb_flush(v); last_write_emul_ok = 0',
      touch: 'racy',
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
        x.flushWitness.loaded(t.get(L.v), true);
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
        x.flushWitness.loaded(t.get(L.v), false);
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
        // Without paging CR3 is only remembered: Xen's own table stays in use.
        const hi = x.geometry(t.actor).name === '64' ? t.get(C.hi) : 0;
        const mfn = x.unpaged(t.actor) ? x.vcpu(t.actor).guestTop : x.p2m.mfn(frameOf(hi, t.get(C.lo)));
        t.set(C.mfn, mfn);
        if (x.mfnValid(mfn)) {
          if (!x.pv || typeTopTable(x, mfn)) return;
          t.set(C.mfn, -3);
          machine.generalProtection(t.actor);
          t.ret();
          return;
        }
        x.domain.set('crashed', 1);
        x.world.emit(DomainCrashed, mfn);
        t.ret();
      },
      say: (t, x) => {
        const mfn = t.get(C.mfn);
        if (mfn === -3)
          return 'That frame is a table of another level, or the guest maps it writable: no PV guest may load it.';
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
      say: (t, x) =>
        x.unpaged(t.actor)
          ? `The guest on vCPU ${t.actor} has paging off: its CR3 is remembered for later.`
          : `The guest believes that vCPU ${t.actor} walks its table ${x.name(t.get(C.mfn))}.`,
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
