import { procedure, slots, type Thread } from '../../kernel';
import { interruptible } from '../../machine';
import { drained, mayTakeLock } from './racyWords';
import type { Kvm } from './state';
import { IN_GUEST_MODE, READING_SHADOW_PAGE_TABLES, REQ_TLB_FLUSH } from './vcpuState';

/**
 * Remote TLB flushes. Whoever changes sptes under mmu_lock notes that a flush is wanted (`flushRemote` in link.ts), and which
 * zapped pages wait for it; the step that did so ends with `settle`, and nothing else happens until every vCPU has answered.
 * Source: sheet 1.6; kvm_flush_remote_tlbs, kvm_make_all_cpus_request, kvm_mmu_commit_zap_page.
 */

/**
 * Whether a vCPU would answer the interrupt of a flush now. One that reads shadow tables without the lock has its interrupts off;
 * one in its guest answers between two instructions; one outside of it need not be waited for: it flushes on its way back.
 */
function answers(k: Kvm, v: number): boolean {
  const mode = k.vcpu(v).get('mode');
  if (mode === READING_SHADOW_PAGE_TABLES) return false;
  return mode !== IN_GUEST_MODE || k.machine.config.tlbEntries === 0 || interruptible(k.machine, v);
}

/** Makes one vCPU forget its translations: at once if it is in its guest, else before it goes back there. */
function flushOne(k: Kvm, actor: number, v: number): void {
  if (v !== actor && k.vcpu(v).get('mode') !== IN_GUEST_MODE) k.vcpu(v).request(REQ_TLB_FLUSH);
  else if (k.machine.config.tlbEntries > 0) k.machine.tlb.flushAll(v, false);
}

/** Gives back a list of zapped pages. */
function freeList(k: Kvm, first: number): void {
  for (let sfn = first; sfn !== 0; ) {
    const next = k.pages.get(sfn, 'newer');
    k.pages.free(sfn);
    sfn = next;
  }
}

/**
 * The flush is over: no zapped page can be reached by anybody, and all are given back. Where readers are guarded by RCU instead of
 * by their interrupts, the flush has not waited for them: then pages wait until nobody reads, and the next flush frees them.
 */
function freeZapped(k: Kvm): void {
  const { vm } = k;
  const [first, last] = [vm.get('zapped'), vm.get('zappedLast')];
  vm.set('flushWanted', 0);
  vm.set('zapped', 0);
  vm.set('zappedLast', 0);
  if (k.vcpus.some((vcpu) => vcpu.get('rcuReader') !== 0)) {
    if (first === 0) return;
    k.pages.set(last, 'newer', vm.get('deferred'));
    vm.set('deferred', first);
    return;
  }
  freeList(k, first);
  freeList(k, vm.get('deferred'));
  vm.set('deferred', 0);
}

/** Nobody but the actor itself could hold a translation, or stand on a page that is to be freed. */
const alone = (k: Kvm, actor: number): boolean => k.vcpus.length === 1 && actor === 0;
const noMatter = (k: Kvm): boolean => k.machine.config.tlbEntries === 0 && k.vm.get('zapped') === 0;

/** For steps that take mmu_lock, act and release it in one: whether all could answer a flush at once. */
export const lockFree = (t: Thread, k: Kvm): boolean =>
  mayTakeLock(t, k) && k.vcpus.every((_, v) => v === t.actor || answers(k, v));

/** The flush that such a step has asked for, if it has. */
export function settleAtOnce(k: Kvm, actor: number): void {
  if (k.vm.get('flushWanted') === 0) return;
  for (let v = 0; v < k.vcpus.length; v++) flushOne(k, actor, v);
  if (k.vcpus.length > 1) k.world.count('remote_tlb_flush');
  freeZapped(k);
}

/**
 * The last thing that a step under mmu_lock does which may have asked for a flush: goes through with it, and then on at `label` (by default
 * the step below). Says whether there was something to go through; if not, the step may still go elsewhere.
 */
export function settle(t: Thread, k: Kvm, label?: string): boolean {
  if (k.vm.get('flushWanted') !== 0) {
    if (!alone(k, t.actor) && !noMatter(k)) {
      t.callThen(label, kvmFlushRemoteTlbs, []);
      return true;
    }
    settleAtOnce(k, t.actor);
  }
  if (label !== undefined) t.goto(label);
  return false;
}

const L = slots('late', 'cpu', 'flushed');

/**
 * kvm_flush_remote_tlbs, then what kvm_mmu_commit_zap_page does behind it: pages that were zapped are freed. mmu_lock is held, or nothing is
 * freed: argument 1 for that.
 */
export const kvmFlushRemoteTlbs = procedure<Kvm>({
  name: 'kvm_flush_remote_tlbs',
  part: 'kvm',
  lane: 'hypervisor',
  about: 'Makes every vCPU forget its translations, waits until it has, and frees zapped pages (sheet 1.6).',
  slots: L,
  steps: [
    {
      label: 'cpu',
      line: 'flush_remote_tlbs: for each vCPU: request TLB_FLUSH; in its guest, or reading shadow tables: interrupt it and wait',
      touch: 'racy',
      // To make a request is a locked operation: what was taken away from sptes before it is visible by then.
      when: (t, k) => drained(t, k) && (t.get(L.cpu) === t.actor || answers(k, t.get(L.cpu))),
      run: (t, k) => {
        const cpu = t.get(L.cpu);
        flushOne(k, t.actor, cpu);
        t.set(L.flushed, cpu);
        t.set(L.cpu, cpu + 1);
        if (cpu + 1 < k.vcpus.length) t.goto('cpu');
      },
      say: (t, k) => {
        const cpu = t.get(L.flushed);
        if (cpu === t.actor) return `vCPU ${cpu} flushes its own TLB.`;
        return k.vcpu(cpu).get('mode') === IN_GUEST_MODE
          ? `vCPU ${cpu} is thrown out of its guest by an interrupt, and flushes its TLB.`
          : `vCPU ${cpu} is not in its guest: it will flush its TLB before it goes back there.`;
      },
    },
    {
      label: 'free',
      line: '  free the pages that were zapped',
      touch: 'racy',
      beat: true,
      run: (t, k) => {
        if (k.vcpus.length > 1) k.world.count('remote_tlb_flush');
        if (t.get(L.late) === 0) freeZapped(k);
        t.ret();
      },
      say: (t) =>
        t.get(L.late) === 0
          ? 'No processor goes by a translation from before, and none stands on a table that was zapped: those are given back.'
          : 'No processor goes by a translation from before.',
    },
  ],
});
