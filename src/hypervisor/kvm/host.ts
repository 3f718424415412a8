import * as c from './constants';
import { flushRemote, zapRmap } from './link';
import { HOST_GONE, HOST_PRESENT, HOST_ZERO } from './slots';
import type { Kvm } from './state';

/**
 * The host's own memory management behind the slots: pages that come at the first touch, the shared zero page, and the MMU
 * notifier that tells KVM when a page goes. Plain functions inside one step. Source: sheet 1.6, 3.2.
 */

/** Sptes that map one host page, through whatever frame: all go. The shadow of a table stored in it stays. */
function zapPage(k: Kvm, mfn: number): void {
  let any = false;
  for (const gfn of k.slots.gfnsOfFrame(mfn))
    for (let level = 1; level <= c.MAX_HUGEPAGE_LEVEL; level++) any = zapRmap(k, gfn, level) || any;
  if (any) flushRemote(k);
}

/** A large page of the host is split, and its whole range unmapped for it. */
export function zapLarge(k: Kvm, mfn: number): void {
  const first = mfn - (mfn % 512);
  k.slots.setHostHuge(mfn, false);
  for (let i = 0; i < 512; i++) zapPage(k, first + i);
}

/** The notifier from begin to end, for one host page that another takes the place of. */
function notifyUnmap(k: Kvm, mfn: number): void {
  zapPage(k, mfn);
  k.vm.set('invalidateSeq', k.vm.get('invalidateSeq') + 1);
}

/** Whether a write to a frame means no work for the notifier: the host has a page of its own behind it. */
export function hostQuiet(k: Kvm, gfn: number): boolean {
  const mfn = k.slots.mfn(gfn);
  return mfn < 0 || k.slots.hostState(mfn) !== HOST_ZERO;
}

/** Somebody reads a host page: one that is gone is the zero page from now on. */
export function touchForRead(k: Kvm, mfn: number): void {
  if (k.slots.hostState(mfn) === HOST_GONE) k.slots.setHostState(mfn, HOST_ZERO);
}

/** Somebody writes a host page: one of its own is made, and whoever maps the zero page instead is told. */
export function touchForWrite(k: Kvm, mfn: number): void {
  const state = k.slots.hostState(mfn);
  if (state === HOST_PRESENT) return;
  if (state === HOST_ZERO) notifyUnmap(k, mfn);
  k.slots.setHostState(mfn, HOST_PRESENT);
}

/** What MADV_DONTNEED does to one host page: nothing is left of its contents. */
export function discardContents(k: Kvm, mfn: number): void {
  k.slots.setHostState(mfn, HOST_GONE);
  for (let i = 0; i < 1024; i++) k.memory.write32(mfn, i, 0);
}
