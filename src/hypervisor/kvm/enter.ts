import { procedure, slots } from '../../kernel';
import { frameOf, sayError } from '../../machine';
import { KvmInjException } from './events';
import { lockFree, settle, settleAtOnce } from './flush';
import { kvmGetPage } from './getPage';
import { clearMmio } from './mmio';
import { drained, mayTakeLock, plainStore, releaseLock, roomLeft } from './racyWords';
import { withLevel, withQuadrant } from './role';
import {
  freeObsoleteRoots,
  freeUnsyncPrevRoots,
  guestPgd,
  loadHardware,
  pdptrPresent,
  rootUnsync,
} from './roots';
import { reloadSregs } from './setSregs';
import type { Kvm } from './state';
import { kvmSyncChildren } from './syncChildren';
import {
  EXCEPTION_INJECTED,
  IN_GUEST_MODE,
  REQ_FREE_OBSOLETE_ROOTS,
  REQ_LOAD_PGD,
  REQ_MMU_SYNC,
  REQ_SET_SREGS,
  REQ_TLB_FLUSH,
  REQ_TLB_FLUSH_CURRENT,
  REQ_TLB_FLUSH_GUEST,
} from './vcpuState';
import { makePagesAvailable } from './zap';

const S = slots('vcpu', 'i');

/** kvm_mmu_sync_roots: the current root, or the four of a guest with 32-bit addresses. Argument: the vCPU. */
export const kvmSyncRoots = procedure<Kvm>({
  name: 'kvm_mmu_sync_roots',
  part: 'kvm',
  lane: 'resync',
  about: 'Synchronises what is unsync below the current root (sheet 4.5).',
  slots: S,
  steps: [
    {
      label: 'look',
      line: 'sync_roots: forget the MMIO access; nothing unsync below the root: done',
      touch: 'private',
      run: (t, k) => {
        const vcpu = k.vcpu(t.get(S.vcpu));
        const root = vcpu.get('root');
        if (root === 0) {
          t.ret();
          return;
        }
        // Nothing that maps linearly can be out of line.
        if (k.direct(t.get(S.vcpu))) {
          t.ret();
          return;
        }
        clearMmio(k, t.get(S.vcpu));
        if (root === k.paeRoot(t.get(S.vcpu))) return;
        t.set(S.i, 3); // one root only
        if (!rootUnsync(k, root)) t.ret();
      },
      say: 'KVM looks whether anything below the root is unsync.',
    },
    {
      label: 'lock',
      line: '  lock mmu_lock',
      touch: 'racy',
      when: mayTakeLock,
      run: (t, k) => k.lock.take(t),
      say: 'Something may be: it takes mmu_lock.',
    },
    {
      label: 'root',
      line: '  for each root: sync_children(root)',
      touch: 'locked',
      run: (t, k) => {
        const vcpu = k.vcpu(t.get(S.vcpu));
        const i = t.get(S.i);
        const pae = vcpu.get('root') === k.paeRoot(t.get(S.vcpu));
        const sfn = pae ? (i < 4 ? vcpu.pae(i) : 0) : i === 3 ? vcpu.get('root') : 0;
        t.set(S.i, i + 1);
        if (i >= 4) {
          vcpu.witness.set('syncedRoot', vcpu.get('root'));
          t.goto('unlock');
        } else if (sfn === 0) t.goto('root');
        else t.callThen('root', kvmSyncChildren, [sfn]);
      },
      say: 'Every unsync page below the root is brought in line with its table.',
    },
    {
      label: 'unlock',
      line: '  unlock mmu_lock',
      touch: plainStore,
      when: roomLeft,
      run: (t, k) => {
        releaseLock(t, k);
        t.ret();
      },
      say: 'It releases mmu_lock.',
    },
  ],
});

const R = slots('vcpu', 'i', 'sfn');

/** kvm_mmu_load: finds or makes the shadow of the guest's top table, and synchronises what is below it. Argument: the vCPU. */
export const kvmMmuLoad = procedure<Kvm>({
  name: 'kvm_mmu_load',
  part: 'kvm',
  lane: 'hypervisor',
  about: 'Gives a vCPU a root: the shadow of the guest’s top table, found or made (sheet 4.3).',
  slots: R,
  steps: [
    {
      label: 'lock',
      line: 'mmu_load: lock mmu_lock; make room',
      touch: 'racy',
      when: mayTakeLock,
      run: (t, k) => {
        k.lock.take(t);
        makePagesAvailable(k);
        settle(t, k);
      },
      say: (t) => `vCPU ${t.get(R.vcpu)} has no root: it must get one before its guest can run.`,
    },
    {
      label: 'get',
      line: '  root = get_page(CR3); 32-bit addresses: four level-2 roots; no paging: four direct ones',
      touch: 'locked',
      run: (t, k) => {
        const v = t.get(R.vcpu);
        const vcpu = k.vcpu(v);
        const role = vcpu.get('rootRole');
        const pgd = guestPgd(k, v);
        const mode = k.mode(v);
        if (mode.name === '64') {
          t.call(kvmGetPage, [frameOf(pgd.hi, pgd.lo), role], R.sfn);
          return;
        }
        const i = t.get(R.i);
        if (k.direct(v)) {
          // Gigabyte i of the guest's memory.
          t.call(kvmGetPage, [i << 18, withLevel(role, 2)], R.sfn);
          return;
        }
        if (mode.name === 'pae' && !pdptrPresent(vcpu, i)) {
          t.set(R.sfn, 0);
          t.goto('keep');
          return;
        }
        const gfn = mode.name === 'pae' ? frameOf(vcpu.pdptr(i, 'Hi'), vcpu.pdptr(i, 'Lo')) : pgd.lo >>> 12;
        const quadrant = mode.name === '32' ? i : 0;
        t.call(kvmGetPage, [gfn, withQuadrant(withLevel(role, 2), quadrant)], R.sfn);
      },
      say: (t, k) =>
        k.direct(t.get(R.vcpu))
          ? 'The guest does not page. What the processor walks instead of tables of the guest must still exist: it will map the guest’s memory linearly.'
          : 'The guest’s top table is to be shadowed.',
    },
    {
      label: 'keep',
      line: '  root_count++',
      touch: 'locked',
      run: (t, k) => {
        const v = t.get(R.vcpu);
        const vcpu = k.vcpu(v);
        const sfn = t.get(R.sfn);
        const pgd = guestPgd(k, v);
        if (sfn !== 0) k.pages.set(sfn, 'rootCount', k.pages.get(sfn, 'rootCount') + 1);
        if (k.mode(v).name === '64') {
          vcpu.setRoot(sfn, pgd.hi, pgd.lo);
          return;
        }
        const i = t.get(R.i);
        vcpu.setPae(i, sfn);
        t.set(R.i, i + 1);
        if (i < 3) t.goto('get');
        else vcpu.setRoot(k.paeRoot(v), pgd.hi, pgd.lo);
      },
      say: (t, k) =>
        t.get(R.sfn) === 0
          ? 'This PDPTE is not present: nothing is shadowed for its gigabyte.'
          : `${k.subject(t.get(R.sfn))} is a root of vCPU ${t.get(R.vcpu)} now.`,
    },
    {
      label: 'unlock',
      line: '  unlock mmu_lock; sync_roots',
      touch: plainStore,
      when: roomLeft,
      run: (t, k) => {
        releaseLock(t, k);
        t.call(kvmSyncRoots, [t.get(R.vcpu)]);
      },
      say: 'It releases mmu_lock. What is unsync below the root must be in line before it is used.',
    },
    {
      label: 'done',
      line: '  flush the vCPU’s TLB',
      touch: 'private',
      run: (t, k) => {
        k.machine.tlb.flushAll(t.get(R.vcpu), false);
        t.ret();
      },
      say: (t) => `The root of vCPU ${t.get(R.vcpu)} is ready.`,
    },
  ],
});

const E = slots('a', 'error');

/**
 * vcpu_enter_guest, as far as the MMU is concerned: requests in their order, a #PF for the guest, a root. Every exit ends with it.
 */
export const kvmEnterGuest = procedure<Kvm>({
  name: 'kvm_enter_guest',
  part: 'kvm',
  lane: 'hypervisor',
  about: 'What is done before each entry: pending requests, an exception for the guest, a root (sheet 4.3).',
  slots: E,
  steps: [
    {
      label: 'obsolete',
      line: 'enter: request FREE_OBSOLETE_ROOTS: drop roots that were zapped',
      touch: 'racy',
      when: (t, k) => !k.vcpu(t.actor).asked(REQ_FREE_OBSOLETE_ROOTS | REQ_SET_SREGS) || lockFree(t, k),
      run: (t, k) => {
        const vcpu = k.vcpu(t.actor);
        if (vcpu.takeRequest(REQ_SET_SREGS)) reloadSregs(k, t.actor);
        if (vcpu.takeRequest(REQ_FREE_OBSOLETE_ROOTS)) freeObsoleteRoots(k, t.actor);
        settleAtOnce(k, t.actor);
      },
      say: (t) => `vCPU ${t.actor} drops roots that somebody has zapped meanwhile.`,
    },
    {
      label: 'sync',
      line: '  request MMU_SYNC: sync_roots',
      touch: 'private',
      run: (t, k) => {
        if (k.vcpu(t.actor).takeRequest(REQ_MMU_SYNC)) t.call(kvmSyncRoots, [t.actor]);
      },
      say: (t) =>
        `vCPU ${t.actor} looks whether the guest has asked for a flush: that is when stale entries must go.`,
    },
    {
      label: 'flush',
      line: '  requests LOAD_PGD, TLB_FLUSH_CURRENT: flush the vCPU’s TLB',
      touch: 'private',
      run: (t, k) => {
        const vcpu = k.vcpu(t.actor);
        vcpu.takeRequest(REQ_LOAD_PGD);
        if (vcpu.takeRequest(REQ_TLB_FLUSH_CURRENT)) {
          k.world.count('tlb_flush');
          k.machine.tlb.flushAll(t.actor, false);
        }
      },
      say: 'The processor’s own TLB is flushed if the guest asked for it.',
    },
    {
      label: 'guest_flush',
      line: '  request TLB_FLUSH_GUEST: sync_roots, and',
      touch: 'private',
      run: (t, k) => {
        if (k.vcpu(t.actor).asked(REQ_TLB_FLUSH_GUEST)) t.call(kvmSyncRoots, [t.actor]);
        else t.goto('inject');
      },
      say: (t) => `vCPU ${t.actor} looks whether the guest has asked to flush everything, global pages too.`,
    },
    {
      label: 'prev',
      line: '    free cached roots that have something unsync below',
      touch: 'racy',
      when: lockFree,
      run: (t, k) => {
        if (!k.vcpu(t.actor).takeRequest(REQ_TLB_FLUSH_GUEST)) return;
        freeUnsyncPrevRoots(k, t.actor);
        settleAtOnce(k, t.actor);
        k.world.count('tlb_flush');
        k.machine.tlb.flushAll(t.actor, false);
      },
      say: 'Cached roots that could be stale are given up: they are synchronised when they are loaded again.',
    },
    {
      label: 'inject',
      line: '  an exception for the guest: inject it',
      touch: 'private',
      run: (t, k) => {
        const vcpu = k.vcpu(t.actor);
        const pending = vcpu.get('exception');
        const error = vcpu.get('exceptionError');
        t.set(E.error, pending === 0 ? -1 : error);
        if (pending === 0) return;
        k.world.emit(KvmInjException, t.actor, error, pending === EXCEPTION_INJECTED ? 1 : 0);
        vcpu.set('exception', 0);
      },
      say: (t) =>
        t.get(E.error) < 0
          ? 'Nothing is to be injected.'
          : `The guest is given a page fault, error code ${sayError(t.get(E.error))}.`,
    },
    {
      label: 'reload',
      line: '  no root: mmu_load',
      touch: 'private',
      run: (t, k) => {
        if (k.vcpu(t.actor).get('root') === 0) t.call(kvmMmuLoad, [t.actor]);
      },
      say: (t, k) =>
        k.vcpu(t.actor).get('root') === 0
          ? `vCPU ${t.actor} has no root.`
          : `vCPU ${t.actor} has a root already.`,
    },
    {
      label: 'enter',
      line: '  requests again; mode = IN_GUEST_MODE; request TLB_FLUSH: flush the TLB; CR3 of the hardware = root',
      touch: 'racy',
      // Entering the guest leaves no store of the hypervisor's behind, as leaving it leaves none of the guest's.
      when: drained,
      run: (t, k) => {
        const vcpu = k.vcpu(t.actor);
        if (vcpu.asked(REQ_FREE_OBSOLETE_ROOTS | REQ_SET_SREGS)) {
          t.goto('obsolete');
          return;
        }
        if (vcpu.takeRequest(REQ_TLB_FLUSH)) k.machine.tlb.flushAll(t.actor, false);
        vcpu.set('mode', IN_GUEST_MODE);
        vcpu.witness.set('open', vcpu.witness.get('open') - 1);
        if (k.flushWitness.flushing(t.actor)) k.flushWitness.endAll(t.actor);
        loadHardware(k, t.actor);
        vcpu.forgetWalk();
        t.ret();
      },
      say: (t, k) =>
        `vCPU ${t.actor} goes on in its guest, with the shadow at ${k.name(k.vcpu(t.actor).get('root'))}.`,
    },
  ],
});
