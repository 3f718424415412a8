import { procedure, slots, type Thread } from '../../kernel';
import {
  combine,
  FAULT_DONE,
  FAULT_INJECT,
  FAULT_RETRY,
  FETCH,
  type Halves,
  type Instruction,
  instruction,
  joinParts,
  MemoryRead,
  MemoryWritten,
  operationOf,
  PFEC_I,
  PFEC_U,
  PFEC_W,
  partBytes,
  partOffset,
  parts,
  partVa,
  partValue,
  sayVa,
  truncate,
  WRITE,
} from '../../machine';
import { KvmMmio } from './events';
import { lockFree, settleAtOnce } from './flush';
import { readGuest, writeGuest } from './guestMemory';
import { kvmWalkAddr } from './guestWalk';
import { injectPageFault } from './inject';
import { matchesMmio, mmioAllows } from './mmio';
import { pteWrite } from './pteWrite';
import type { Kvm } from './state';
import { unprotectPage } from './zap';

const L = slots(
  ...(['vaHi', 'vaLo', 'mayRetry'] as const),
  ...(['error', 'part', 'gfn', 'write', 'found', 'fetchError', 'zapped'] as const),
);

/** How an address came out (slot `found`): never 0. */
const WALKED = 1;
const KNOWN_MMIO = 2;

const va: Halves = { hi: 0, lo: 0 };
const value: Halves = { hi: 0, lo: 0 };

const insn = (t: Thread, k: Kvm): Instruction => {
  const found = instruction(k.machine, t.actor);
  if (found === undefined)
    throw new Error('broken promise: an instruction is emulated only while one is in flight');
  return found;
};

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

const user = (t: Thread, k: Kvm): number => (k.machine.vcpu(t.actor).get('cpl') === 3 ? PFEC_U : 0);

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

/** The walk for a part of the operand: known to have no memory behind it, or walked. */
function address(t: Thread, k: Kvm, label: string, write: boolean, remembered: boolean): void {
  const v = t.actor;
  partVa(k.machine, v, t.get(L.part), va);
  t.set(L.found, WALKED);
  if (remembered && matchesMmio(k, v, va.hi, va.lo) && mmioAllows(k, v, write)) {
    t.set(L.found, KNOWN_MMIO);
    t.set(L.gfn, k.vcpu(v).get('mmioGfn'));
    t.set(L.error, -1);
    t.goto(label);
    return;
  }
  t.callThen(label, kvmWalkAddr, [va.hi, va.lo, user(t, k) | (write ? PFEC_W : 0)], L.error);
}

/** The gfn an address came to. */
const gfnFound = (t: Thread, k: Kvm): number =>
  t.get(L.found) === KNOWN_MMIO ? t.get(L.gfn) : k.vcpu(t.actor).get('walkGfn');

function mmio(t: Thread, k: Kvm, write: boolean, gfn: number): void {
  const offset = partOffset(k.machine, t.actor, t.get(L.part));
  const bytes = partBytes(k.machine, t.actor, t.get(L.part));
  k.world.count('mmio_exits');
  k.world.emit(KvmMmio, t.actor, write ? 1 : 0, gfn >>> 20, (gfn << 12) | offset, bytes);
}

/** Reads a part, from memory or from the VMM, which answers with 0xee bytes. */
function readPart(t: Thread, k: Kvm): void {
  const v = t.actor;
  const gfn = gfnFound(t, k);
  const part = t.get(L.part);
  const offset = partOffset(k.machine, v, part);
  const bytes = partBytes(k.machine, v, part);
  if (t.get(L.found) === KNOWN_MMIO || !readGuest(k, gfn, offset, bytes, value)) {
    mmio(t, k, false, gfn);
    truncate(value, 0xeeee_eeee, 0xeeee_eeee, bytes);
  } else k.world.emit(MemoryRead, v, k.slots.mfn(gfn), offset, bytes, value.hi, value.lo);
  joinParts(k.machine, v, part, value);
}

/** What the instruction writes: a mov its operand, a locked one what it makes of what was read. */
function written(t: Thread, k: Kvm, out: Halves): void {
  const { locked, value: operand } = insn(t, k);
  out.hi = operand.hi;
  out.lo = operand.lo;
  if (locked === undefined) return;
  const r = k.machine.vcpu(t.actor);
  combine(k.machine, t.actor, { hi: r.get('resultHi'), lo: r.get('resultLo') }, out);
}

function writePart(t: Thread, k: Kvm): void {
  const v = t.actor;
  const gfn = gfnFound(t, k);
  const part = t.get(L.part);
  const offset = partOffset(k.machine, v, part);
  const bytes = partBytes(k.machine, v, part);
  written(t, k, value);
  partValue(k.machine, v, part, value, { hi: value.hi, lo: value.lo });
  t.set(L.gfn, gfn);
  t.set(L.write, 0);
  if (t.get(L.found) === KNOWN_MMIO || !writeGuest(k, gfn, offset, bytes, value.hi, value.lo)) {
    mmio(t, k, true, gfn);
    return;
  }
  t.set(L.write, 1);
  settleAtOnce(k, t.actor);
  k.world.emit(MemoryWritten, v, k.slots.mfn(gfn), offset, bytes, value.hi, value.lo);
}

function inject(t: Thread, k: Kvm, error: number): void {
  partVa(k.machine, t.actor, t.get(L.part), va);
  injectPageFault(k, t.actor, va.hi, va.lo, error);
  settleAtOnce(k, t.actor);
  t.ret(FAULT_INJECT, error, t.get(L.part) + 1);
}

/** A repeated string instruction is emulated to its end, unless the VMM must be asked. False: that was the last element. */
function nextElement(k: Kvm, v: number): boolean {
  const vcpu = k.vcpu(v);
  vcpu.set('emulated', vcpu.get('emulated') + 1);
  const left = vcpu.get('stringLeft');
  if (left <= 1) return false;
  vcpu.set('stringLeft', left - 1);
  const r = k.machine.vcpu(v);
  const lo = (r.get('insVaLo') >>> 0) + r.get('insWidth');
  r.set('insVaLo', lo);
  if (lo > 0xffff_ffff) r.set('insVaHi', r.get('insVaHi') + 1);
  return true;
}

const at = (t: Thread, k: Kvm): string => {
  partVa(k.machine, t.actor, t.get(L.part), va);
  return sayVa(k.machine, t.actor, va.hi, va.lo);
};

/**
 * x86_emulate_instruction for the memory instruction in flight. Arguments: the address that faulted, halves; whether the shadow may be given
 * up instead. Returns FAULT_DONE, FAULT_RETRY or FAULT_INJECT with the error code and the page it is for. Source: sheet 4.2.
 */
export const kvmEmulate = procedure<Kvm>({
  name: 'kvm_emulate',
  part: 'kvm',
  lane: 'hypervisor',
  about:
    'Performs the guest’s instruction for it, or gives the shadow up and lets the guest try again (sheet 4.2).',
  slots: L,
  steps: [
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
            t.callThen(
              'reexecute',
              kvmWalkAddr,
              [t.get(L.vaHi), t.get(L.vaLo), PFEC_W | user(t, k)],
              L.error,
            );
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
        if (k.slots.of(gfn) < 0) return;
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
    {
      label: 'operand',
      line: '  needs its operand’s old value: read it',
      touch: 'private',
      run: (t, k) => {
        const { access, locked } = insn(t, k);
        t.set(L.part, 0);
        t.goto(access === WRITE && locked === undefined ? 'to' : 'from');
      },
      say: 'The emulator begins the instruction.',
    },
    {
      label: 'from',
      line: '    for each page of it: walk(va)',
      touch: 'private',
      run: (t, k) => address(t, k, 'read', false, true),
      say: (t, k) => `It translates ${at(t, k)} for reading.`,
    },
    {
      label: 'read',
      line: '    not allowed: #PF; no memory: the VMM answers; else read',
      touch: 'racy',
      when: lockFree,
      run: (t, k) => {
        const { access } = insn(t, k);
        const error = t.get(L.error);
        if (error >= 0) {
          inject(t, k, access === WRITE ? error | PFEC_W : error);
          return;
        }
        readPart(t, k);
        const next = t.get(L.part) + 1;
        if (next < parts(k.machine, t.actor)) {
          t.set(L.part, next);
          t.goto('from');
        } else if (access === WRITE) {
          t.set(L.part, 0);
          t.goto('locked');
        } else t.ret(FAULT_DONE);
      },
      say: (t) =>
        t.get(L.error) >= 0
          ? 'The guest may not read there: it is given the fault.'
          : 'It has the old value.',
    },
    {
      label: 'locked',
      line: '  locked: walk(va) for writing, to do it with one cmpxchg; crosses pages: two plain writes',
      touch: 'private',
      run: (t, k) => address(t, k, 'exchange', true, false),
      say: (t, k) => `It translates ${at(t, k)} for writing.`,
    },
    {
      label: 'exchange',
      line: '    cmpxchg(memory)',
      touch: 'racy',
      when: lockFree,
      run: (t, k) => {
        const slot = t.get(L.error) >= 0 ? -1 : k.slots.of(k.vcpu(t.actor).get('walkGfn'));
        if (slot < 0 || k.slots.readOnly(slot) || parts(k.machine, t.actor) > 1) {
          t.set(L.part, 0);
          t.goto('to');
          return;
        }
        writePart(t, k);
        t.goto('tell');
      },
      say: 'The locked instruction is done in one piece, if it can be.',
    },
    {
      label: 'to',
      line: '  for each page of it: walk(va) for writing',
      touch: 'private',
      run: (t, k) => address(t, k, 'write', true, true),
      say: (t, k) => `It translates ${at(t, k)} for writing.`,
    },
    {
      label: 'write',
      line: '    not allowed: #PF; no memory, or read-only: the VMM does it; else write',
      touch: 'racy',
      beat: true,
      when: lockFree,
      run: (t, k) => {
        const error = t.get(L.error);
        if (error >= 0) {
          inject(t, k, error);
          return;
        }
        writePart(t, k);
      },
      say: (t) =>
        t.get(L.error) >= 0
          ? 'The guest may not write there: it is given the fault.'
          : t.get(L.write) === 0
            ? 'There is no memory that could be written: the VMM is given the store.'
            : 'The store is done for the guest.',
    },
    {
      label: 'tell',
      line: '    pte_write: drop what the shadow holds of the entries written; flooded or misaligned: zap the page',
      touch: 'racy',
      beat: true,
      when: lockFree,
      run: (t, k) => {
        const v = t.actor;
        const part = t.get(L.part);
        if (t.get(L.write) !== 0)
          t.set(
            L.zapped,
            pteWrite(k, v, t.get(L.gfn), partOffset(k.machine, v, part), partBytes(k.machine, v, part)),
          );
        settleAtOnce(k, v);
        if (part + 1 < parts(k.machine, v)) {
          t.set(L.part, part + 1);
          t.goto('to');
        } else if (t.get(L.write) !== 0 && nextElement(k, v)) {
          t.set(L.part, 0);
          t.goto('to');
        } else t.ret(FAULT_DONE);
      },
      say: (t, k) =>
        t.get(L.write) === 0
          ? 'Nothing that is shadowed was written.'
          : t.get(L.zapped) > 0
            ? `Frame ${k.name(t.get(L.gfn))} is written again and again, or not as tables are: its shadow is zapped, and the guest will store by itself.`
            : `What the shadow holds of the entry just written in frame ${k.name(t.get(L.gfn))} is dropped. The next access will fault it in.`,
    },
  ],
});
