import { procedure, type Thread as T } from '../../kernel';
import {
  FAULT_DONE,
  FAULT_INJECT,
  FAULT_RETRY,
  PFEC_P,
  PFEC_RSVD,
  PFEC_U,
  PFEC_W,
  sayError,
  sayVa,
} from '../../machine';
import * as c from './constants';
import { kvmEmulate } from './emulate';
import { kvmEnterGuest } from './enter';
import { KvmPageFault } from './events';
import { fastPath } from './fastPath';
import { fastPageFaultProposal, mayBeFast } from './fastProposal';
import { clearFlood, faultIn, handleMmio, FAULT as L, selfChange, stale, supervisorWrite } from './faultIn';
import { kvmFetch } from './fetch';
import { lockFree, settle, settleAtOnce } from './flush';
import { kvmWalkAddr } from './guestWalk';
import { hostQuiet } from './host';
import { injectPageFault } from './inject';
import { matchesMmio } from './mmio';
import { mayTakeLock, plainStore, releaseLock, roomLeft } from './racyWords';
import type { Kvm } from './state';
import { EXCEPTION_INJECTED } from './vcpuState';
import { makePagesAvailable, unprotectPage } from './zap';

const va = (t: T, k: Kvm): string => sayVa(k.machine, t.actor, t.get(L.vaHi), t.get(L.vaLo));

const RESULT_WORDS: Readonly<Record<number, string>> = {
  [c.RET_PF_RETRY]: 'The guest shall try again.',
  [c.RET_PF_EMULATE]: 'The instruction must be emulated.',
  [c.RET_PF_FIXED]: 'The fault is fixed.',
  [c.RET_PF_SPURIOUS]: 'There was nothing to fix.',
};

const COUNTED: Readonly<Record<number, string>> = {
  [c.RET_PF_EMULATE]: 'pf_emulate',
  [c.RET_PF_FIXED]: 'pf_fixed',
  [c.RET_PF_SPURIOUS]: 'pf_spurious',
};

/**
 * kvm_handle_page_fault and FNAME(page_fault): the processor could not translate through the shadow. Source: sheet 2.2, 2.3. Arguments:
 * va, halves; the hardware's error code. Returns what Exits.pageFault says.
 */
export const kvmPageFault = procedure<Kvm>({
  name: 'kvm_page_fault',
  part: 'kvm',
  lane: 'hypervisor',
  about:
    'Handles a fault of the shadow: the guest’s own, an MMIO access, a store to a table, or a missing spte (sheet 2.2).',
  slots: L,
  steps: [
    {
      label: 'exit',
      line: 'page_fault(va, error): while an exception was being delivered: unshadow the page first',
      touch: 'racy',
      run: (t, k) => {
        k.vcpu(t.actor).leaveGuest();
        k.world.emit(KvmPageFault, t.actor, t.get(L.vaHi), t.get(L.vaLo), t.get(L.error));
        if (k.vcpu(t.actor).get('exception') !== EXCEPTION_INJECTED) {
          t.goto('reserved');
          return;
        }
        const user = k.machine.vcpu(t.actor).get('cpl') === 3 ? PFEC_U : 0;
        t.call(kvmWalkAddr, [t.get(L.vaHi), t.get(L.vaLo), user], L.guestError);
      },
      say: (t, k) =>
        `vCPU ${t.actor} could not translate ${va(t, k)} through the shadow: error code ${sayError(t.get(L.error))}.`,
    },
    {
      label: 'deliver',
      line: '  zap every shadow page of the frame behind va',
      touch: 'racy',
      when: lockFree,
      run: (t, k) => {
        if (t.get(L.guestError) < 0) unprotectPage(k, k.vcpu(t.actor).get('walkGfn'));
        settleAtOnce(k, t.actor);
      },
      say: 'An exception was being delivered, which cannot be emulated: the page must not be a table.',
    },
    {
      label: 'reserved',
      line: '  RSVD: an MMIO spte, current: emulate; gone: retry; old: go on',
      touch: 'private',
      run: (t, k) => {
        t.set(L.result, c.RET_PF_INVALID);
        if ((t.get(L.error) & PFEC_RSVD) !== 0) t.set(L.result, handleMmio(t, k));
        if (t.get(L.result) === c.RET_PF_EMULATE) t.goto('mmio');
        else if (t.get(L.result) === c.RET_PF_RETRY) t.goto('judge');
        else t.goto(mayBeFast(k, t.actor, t.get(L.error)) ? 'lockless' : 'walk');
      },
      say: (t) =>
        (t.get(L.error) & PFEC_RSVD) === 0
          ? 'No reserved bit: the guest’s tables must say what it is about.'
          : 'A reserved bit in the spte marks an address without memory. KVM looks at what it remembers of it.',
    },
    {
      label: 'lockless',
      line: '  proposed in 2012: P and W, no RSVD: fast_page_fault',
      touch: 'private',
      run: (t) => t.call(fastPageFaultProposal, [t.get(L.vaHi), t.get(L.vaLo), t.get(L.error)], L.result),
      say: 'All tables are there and a store was refused: perhaps all that is missing is W in one spte.',
    },
    {
      label: 'fast_end',
      line: '    fixed, or nothing to fix: back to the guest',
      touch: 'private',
      run: (t, k) => {
        if (t.get(L.result) === c.RET_PF_INVALID) return;
        k.world.count('pf_taken');
        k.world.count('pf_fast');
        t.goto('judge');
      },
      say: (t) =>
        t.get(L.result) === c.RET_PF_INVALID
          ? 'The fast path could not do it: mmu_lock and the guest’s tables are needed.'
          : 'No lock was taken, and no table of the guest was read.',
    },
    {
      label: 'walk',
      line: '  walk_addr(va, error & ~RSVD)',
      touch: 'private',
      run: (t, k) => {
        k.world.count('pf_taken');
        t.call(kvmWalkAddr, [t.get(L.vaHi), t.get(L.vaLo), t.get(L.error) & ~PFEC_RSVD], L.guestError);
      },
      say: (t, k) =>
        k.direct(t.actor)
          ? 'The guest does not page: there are no tables of its own to be asked, and nothing it forbids itself.'
          : 'The error code speaks of the shadow, perhaps of an older one. What the guest allows, only its own tables tell.',
    },
    {
      label: 'guest',
      line: '  failed: inject #PF; P set: invalidate va first',
      touch: 'racy',
      when: (t, k) => t.get(L.guestError) < 0 || lockFree(t, k),
      run: (t, k) => {
        const error = t.get(L.guestError);
        if (error < 0) return;
        injectPageFault(k, t.actor, t.get(L.vaHi), t.get(L.vaLo), error);
        settleAtOnce(k, t.actor);
        t.set(L.result, c.RET_PF_RETRY);
        t.set(L.verdict, FAULT_INJECT);
        t.set(L.injected, error);
        t.goto('enter');
      },
      say: (t) =>
        t.get(L.guestError) < 0
          ? 'The guest allows the access: the shadow has to follow.'
          : 'The fault is the guest’s own. It is queued for it.',
    },
    {
      label: 'track',
      line: '  P and W, and the frame backs a shadow page of level 2 or more: emulate',
      touch: 'racy',
      run: (t, k) => {
        const error = t.get(L.error);
        if (!k.profile.slow.tracks) return;
        const gfn = k.vcpu(t.actor).get('walkGfn');
        const wanted = PFEC_P | PFEC_W;
        if ((error & (wanted | PFEC_RSVD)) !== wanted || k.slots.of(gfn) < 0 || !k.slots.tracked(gfn)) return;
        if (!k.direct(t.actor)) clearFlood(t, k);
        t.set(L.result, c.RET_PF_EMULATE);
        t.goto('judge');
      },
      say: (t) =>
        t.get(L.result) === c.RET_PF_EMULATE
          ? 'The store goes to a table of an upper level: those are never unsync. It is emulated, without the lock.'
          : 'It is no store to an upper-level table.',
    },
    {
      label: 'fast',
      line: '  only dirty logging forbids the store: fix it without mmu_lock',
      touch: 'private',
      run: (t, k) => {
        const fast = fastPath(k, t.actor, t.get(L.error));
        if (fast === undefined) t.goto('pfn');
        else {
          const gfn = k.vcpu(t.actor).get('walkGfn');
          t.call(fast, [t.get(L.vaHi), t.get(L.vaLo), t.get(L.error), gfn], L.result);
        }
      },
      say: (t, k) =>
        fastPath(k, t.actor, t.get(L.error)) === undefined
          ? 'There is no fast way for it: mmu_lock will be needed.'
          : 'Perhaps nothing but dirty logging forbids the store. That can be settled without mmu_lock.',
    },
    {
      label: 'settled',
      line: '    settled: no lock is taken',
      touch: 'private',
      run: (t) => {
        if (t.get(L.result) !== c.RET_PF_INVALID) t.goto('judge');
      },
      say: (t) =>
        t.get(L.result) === c.RET_PF_INVALID ? 'It must be done under mmu_lock.' : 'mmu_lock was not needed.',
    },
    {
      label: 'pfn',
      line: '  pfn = host page of gfn; none: MMIO; read-only slot and W: emulate',
      touch: 'racy',
      // While the host takes the page away, the kernel faults again and again; here the fault waits for the end of that.
      when: (t, k) => {
        const gfn = k.vcpu(t.actor).get('walkGfn');
        if (k.on('notifier-retry') && k.beingTaken(gfn)) return false;
        return hostQuiet(k, gfn) || lockFree(t, k);
      },
      run: (t, k) => {
        selfChange(t, k);
        const result = faultIn(t, k);
        settleAtOnce(k, t.actor);
        if (result === 0) {
          supervisorWrite(t, k);
          return;
        }
        t.set(L.result, result);
        t.goto('judge');
      },
      say: (t, k) =>
        t.get(L.result) === c.RET_PF_EMULATE
          ? 'The memory slot is read-only: the store is emulated, and the VMM will get it.'
          : t.get(L.frame) < 0
            ? `No memory slot holds frame ${k.name(k.vcpu(t.actor).get('walkGfn'))}: the access is for a device.`
            : `The host backs it with frame ${k.name(t.get(L.frame))}.`,
    },
    {
      label: 'lock',
      line: '  lock mmu_lock; root zapped, or the host took pages away meanwhile: retry; make room',
      touch: 'racy',
      when: mayTakeLock,
      run: (t, k) => {
        k.lock.take(t);
        t.set(L.result, c.RET_PF_RETRY);
        if (stale(t, k)) t.goto('unlock');
        else settle(t, k, makePagesAvailable(k) ? 'fetch' : 'unlock');
      },
      say: (t, k) =>
        stale(t, k)
          ? 'The root was zapped, or the host took the page away, since it was looked up. The access is tried again.'
          : 'It has mmu_lock: nobody else changes the shadow now.',
    },
    {
      label: 'fetch',
      line: '  fetch: build the shadow of the walk',
      touch: 'locked',
      run: (t) => {
        const { vaHi, vaLo, error, frame, writable, maxLevel } = L;
        const args = [vaHi, vaLo, error, frame, writable, maxLevel].map((slot) => t.get(slot));
        t.call(kvmFetch, args, L.result);
      },
      say: 'Under mmu_lock the shadow is built.',
    },
    {
      label: 'unlock',
      line: '  unlock mmu_lock',
      touch: plainStore,
      when: roomLeft,
      run: (t, k) => releaseLock(t, k),
      say: 'mmu_lock is released.',
    },
    {
      label: 'judge',
      line: '  fixed, spurious, retry: back to the guest; emulate: x86_emulate_instruction',
      touch: 'private',
      beat: true,
      run: (t, k) => {
        const result = t.get(L.result);
        const told = result === c.RET_PF_SPURIOUS && !k.profile.slow.tellsSpurious ? c.RET_PF_FIXED : result;
        const counter = COUNTED[told];
        if (counter !== undefined) k.world.count(counter);
        t.set(L.verdict, FAULT_RETRY);
        if (result !== c.RET_PF_EMULATE) {
          t.goto('enter');
          return;
        }
        const mayRetry = matchesMmio(k, t.actor, t.get(L.vaHi), t.get(L.vaLo)) ? 0 : 1;
        t.callThen('enter', kvmEmulate, [t.get(L.vaHi), t.get(L.vaLo), mayRetry], L.verdict);
      },
      say: (t) => RESULT_WORDS[t.get(L.result)] ?? 'KVM goes on.',
    },
    {
      label: 'mmio',
      line: '    MMIO: x86_emulate_instruction',
      touch: 'private',
      run: (t) => {
        t.callThen('enter', kvmEmulate, [t.get(L.vaHi), t.get(L.vaLo), 0], L.verdict);
      },
      say: 'The access is for a device: the instruction is emulated.',
    },
    {
      label: 'enter',
      line: '  enter the guest',
      touch: 'private',
      run: (t, k) => {
        k.vcpu(t.actor).set('writeToOwnTable', 0);
        t.call(kvmEnterGuest, []);
      },
      say: (t) =>
        t.get(L.verdict) === FAULT_DONE
          ? 'The instruction has been done for the guest.'
          : 'KVM prepares the entry to the guest.',
    },
    {
      label: 'done',
      line: '  return',
      touch: 'private',
      run: (t) => t.ret(t.get(L.verdict), t.get(L.injected), t.get(L.page)),
      say: 'The exit is over.',
    },
  ],
});
