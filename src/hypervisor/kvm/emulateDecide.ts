import type { Step, Thread } from '../../kernel';
import {
  FAULT_DONE,
  FAULT_INJECT,
  FAULT_RETRY,
  FETCH,
  operationOf,
  PFEC_I,
  PFEC_W,
  WRITE,
} from '../../machine';
import { insn, L, user } from './emulateSlots';
import { lockFree, settleAtOnce } from './flush';
import { kvmWalkAddr } from './guestWalk';
import { injectPageFault } from './inject';
import type { Kvm } from './state';
import { unprotectPage } from './zap';

/** Whether to emulate at all: the other way is to give the shadow of the page up, and let the guest run the instruction itself. */

/** Whether the instruction is one of those that are known to write tables: others make KVM give the shadow up. */
function writesTables(t: Thread, k: Kvm): boolean {
  const { access, locked } = insn(t, k);
  if (access !== WRITE || operationOf(k.machine, t.actor).kind === 'stos') return false;
  switch (locked) {
    case undefined:
    case 'xchg':
    case 'cmpxchg':
    case 'or':
    case 'and':
      return true;
    default:
      return false;
  }
}

/** Same instruction, same address as the last time that a retry was granted: then it would be granted for ever. */
function retriedBefore(t: Thread, k: Kvm): boolean {
  const vcpu = k.vcpu(t.actor);
  const same =
    vcpu.get('retried') !== 0 &&
    vcpu.get('retryRipHi') === vcpu.get('ripHi') &&
    vcpu.get('retryRipLo') === vcpu.get('ripLo') &&
    vcpu.get('retryVaHi') === t.get(L.vaHi) &&
    vcpu.get('retryVaLo') === t.get(L.vaLo);
  for (const field of ['retried', 'retryRipHi', 'retryRipLo', 'retryVaHi', 'retryVaLo'] as const)
    vcpu.set(field, 0);
  return same;
}

function rememberRetry(t: Thread, k: Kvm): void {
  const vcpu = k.vcpu(t.actor);
  vcpu.set('retried', 1);
  vcpu.set('retryRipHi', vcpu.get('ripHi'));
  vcpu.set('retryRipLo', vcpu.get('ripLo'));
  vcpu.set('retryVaHi', t.get(L.vaHi));
  vcpu.set('retryVaLo', t.get(L.vaLo));
}

/** From fetching the instruction to the decision. */
export const decideSteps: readonly Step<Kvm>[] = [
  {
    label: 'fetch',
    line: 'emulate(va): walk the tables for the instruction’s own bytes',
    touch: 'private',
    run: (t, k) => {
      const vcpu = k.vcpu(t.actor);
      t.set(L.error, -1);
      if (vcpu.get('ripKnown') !== 0)
        t.call(kvmWalkAddr, [vcpu.get('ripHi'), vcpu.get('ripLo'), PFEC_I | user(t, k)], L.error);
    },
    say: 'The emulator needs the instruction: it reads it as the guest would.',
  },
  {
    label: 'decode',
    line: '  decode; the fetch failed: #PF for the guest',
    touch: 'private',
    run: (t, k) => {
      const error = t.get(L.error);
      if (error >= 0) {
        t.set(L.fetchError, error);
        if (t.get(L.mayRetry) === 0) t.goto('unreadable');
        else
          t.callThen('reexecute', kvmWalkAddr, [t.get(L.vaHi), t.get(L.vaLo), PFEC_W | user(t, k)], L.error);
        return;
      }
      k.world.count('insn_emulation');
      // An instruction fetched from where no memory is cannot be emulated: the guest goes on behind it.
      if (insn(t, k).access === FETCH) t.ret(FAULT_DONE);
      else t.goto('retry');
    },
    say: (t) =>
      t.get(L.error) >= 0 ? 'The instruction’s own bytes cannot be read.' : 'The instruction is decoded.',
  },
  {
    label: 'reexecute',
    line: '  cannot be decoded: unshadow the page and let the guest try; not if it writes to its own tables',
    touch: 'racy',
    when: lockFree,
    run: (t, k) => {
      const gfn = k.vcpu(t.actor).get('walkGfn');
      if (t.get(L.error) >= 0) {
        t.ret(FAULT_RETRY);
        return;
      }
      const slot = k.slots.of(gfn);
      // Memory that the processor could not write either: to try again would go on for ever.
      if (slot < 0 || k.slots.readOnly(slot)) return;
      unprotectPage(k, gfn);
      settleAtOnce(k, t.actor);
      if (k.vcpu(t.actor).get('writeToOwnTable') === 0) t.ret(FAULT_RETRY);
    },
    say: 'Perhaps the processor itself can run it, once the page is no shadowed table any more.',
  },
  {
    label: 'unreadable',
    line: '  #PF for the guest, at the instruction',
    touch: 'racy',
    beat: true,
    when: lockFree,
    run: (t, k) => {
      const vcpu = k.vcpu(t.actor);
      const error = t.get(L.fetchError);
      injectPageFault(k, t.actor, vcpu.get('ripHi'), vcpu.get('ripLo'), error);
      settleAtOnce(k, t.actor);
      t.ret(FAULT_INJECT, error);
    },
    say: 'The guest cannot read the instruction either: it is given the fault.',
  },
  {
    label: 'retry',
    line: '  not one that writes tables, and not tried just now: unshadow the page, let the guest try again',
    touch: 'private',
    run: (t, k) => {
      const known = retriedBefore(t, k);
      if (t.get(L.mayRetry) === 0 || writesTables(t, k) || known) {
        t.goto('operand');
        return;
      }
      rememberRetry(t, k);
      t.call(kvmWalkAddr, [t.get(L.vaHi), t.get(L.vaLo), PFEC_W | user(t, k)], L.error);
    },
    say: 'KVM asks whether it is an instruction by which tables are written.',
  },
  {
    label: 'unshadow',
    line: '    zap every shadow page of the frame behind va; retry',
    touch: 'racy',
    when: lockFree,
    beat: true,
    run: (t, k) => {
      if (t.get(L.error) < 0) unprotectPage(k, k.vcpu(t.actor).get('walkGfn'));
      settleAtOnce(k, t.actor);
      t.ret(FAULT_RETRY);
    },
    say: 'Such an instruction means that the page is no table any more. Its shadow goes, and the guest writes it itself.',
  },
];
