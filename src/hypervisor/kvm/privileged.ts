import { type Procedure, procedure, slots, type Thread } from '../../kernel';
import {
  ControlRegisterLoaded,
  CR0_PG,
  CR0_WP,
  CR4_PAE,
  CR4_PGE,
  CR4_PSE,
  CR4_SMAP,
  CR4_SMEP,
  EFER_LME,
  EFER_NXE,
  PFEC_I,
  PFEC_U,
  REGISTER_EFER,
  refuseCr0,
  refuseCr3,
  refuseCr4,
  refuseEfer,
  sayVa,
  sayValue,
  withLma,
} from '../../machine';
import { kvmEnterGuest } from './enter';
import { lockFree, settleAtOnce } from './flush';
import { kvmWalkAddr } from './guestWalk';
import { injectPageFault } from './inject';
import { invalidateGva } from './invalidate';
import { loadPdptrs } from './loadPdptrs';
import { newPgd, resetContext } from './roots';
import type { Kvm } from './state';
import { REQ_MMU_SYNC, REQ_TLB_FLUSH_CURRENT, REQ_TLB_FLUSH_GUEST } from './vcpuState';

/** Bits by whose change a PAE guest's PDPTEs are loaded anew, and by whose change the paging mode is another. */
const CR0_CD = 1 << 30;
const CR0_NW = 1 << 29;
const CR0_PDPTR_BITS = CR0_CD | CR0_NW | CR0_PG;
const CR0_ROLE_BITS = CR0_PG | CR0_WP;
const CR4_PDPTR_BITS = CR4_PGE | CR4_PSE | CR4_PAE | CR4_SMEP;
const CR4_LA57 = 1 << 12;
const CR4_PKE = 1 << 22;
const CR4_ROLE_BITS = CR4_PSE | CR4_PAE | CR4_LA57 | CR4_SMEP | CR4_SMAP | CR4_PKE;

const L = slots('hi', 'lo', 'error', 'refused');

interface Exit {
  readonly name: string;
  readonly about: string;
  readonly line: string;
  /** Does what the instruction asks for; false for #GP. */
  readonly act: (k: Kvm, v: number, hi: number, lo: number) => boolean;
  readonly say: string | ((t: Thread, k: Kvm) => string);
}

/** kvm_set_cr3 and kvm_invalidate_pcid. */
function setCr3(k: Kvm, v: number, hi: number, lo: number): boolean {
  const r = k.machine.vcpu(v);
  const mode = k.mode(v);
  const vcpu = k.vcpu(v);
  if (refuseCr3(mode, hi, k.machine.config.maxPhysicalBits) !== undefined) return false;
  if (mode.name === 'pae' && !loadPdptrs(k, v, lo)) return false;
  if (hi !== r.get('cr3Hi') || lo !== r.get('cr3Lo')) newPgd(k, v, hi, lo);
  r.set('cr3Hi', hi);
  r.set('cr3Lo', lo);
  vcpu.request(REQ_MMU_SYNC | REQ_TLB_FLUSH_CURRENT);
  k.flushWitness.beginAll(v);
  k.world.emit(ControlRegisterLoaded, v, 3, hi, lo);
  return true;
}

/** kvm_set_cr0 and kvm_post_set_cr0. */
function setCr0(k: Kvm, v: number, _: number, value: number): boolean {
  const r = k.machine.vcpu(v);
  const old = r.get('cr0');
  if (refuseCr0(value, r.get('cr4'), r.get('efer')) !== undefined) return false;
  const changed = old ^ value;
  const long = (r.get('efer') & EFER_LME) !== 0;
  const pae = (value & CR0_PG) !== 0 && (r.get('cr4') & CR4_PAE) !== 0 && !long;
  if (pae && (changed & CR0_PDPTR_BITS) !== 0 && !loadPdptrs(k, v, r.get('cr3Lo'))) return false;
  r.set('cr0', value);
  r.set('efer', withLma(r.get('efer'), value));
  if ((changed & CR0_PG) !== 0 && (value & CR0_PG) === 0) k.vcpu(v).request(REQ_TLB_FLUSH_GUEST);
  if ((changed & CR0_ROLE_BITS) !== 0) resetContext(k, v);
  if ((changed & CR0_PG) !== 0) k.flushWitness.beginAll(v);
  k.world.emit(ControlRegisterLoaded, v, 0, 0, value);
  return true;
}

/** kvm_set_cr4 and kvm_post_set_cr4. */
function setCr4(k: Kvm, v: number, _: number, value: number): boolean {
  const r = k.machine.vcpu(v);
  const old = r.get('cr4');
  if (refuseCr4(value, r.get('cr0'), r.get('efer')) !== undefined) return false;
  const changed = old ^ value;
  const longMode = k.mode(v).name === '64';
  const paging = (r.get('cr0') & CR0_PG) !== 0;
  if (!longMode && paging && (value & CR4_PAE) !== 0 && (changed & CR4_PDPTR_BITS) !== 0)
    if (!loadPdptrs(k, v, r.get('cr3Lo'))) return false;
  r.set('cr4', value);
  if ((changed & CR4_ROLE_BITS) !== 0) resetContext(k, v);
  if ((changed & CR4_PGE) !== 0) k.vcpu(v).request(REQ_TLB_FLUSH_GUEST);
  else if ((changed & CR4_PAE) !== 0 || (changed & value & CR4_SMEP) !== 0)
    k.vcpu(v).request(REQ_TLB_FLUSH_CURRENT);
  if ((changed & (CR4_PGE | CR4_PAE | CR4_PSE)) !== 0) k.flushWitness.beginAll(v);
  k.world.emit(ControlRegisterLoaded, v, 4, 0, value);
  return true;
}

/** set_efer: NX and LME are part of the paging mode. */
function setEfer(k: Kvm, v: number, _: number, value: number): boolean {
  const r = k.machine.vcpu(v);
  const old = r.get('efer');
  if (refuseEfer(value, old, r.get('cr0')) !== undefined) return false;
  r.set('efer', withLma(value, r.get('cr0')));
  if (((old ^ value) & EFER_NXE) !== 0) resetContext(k, v);
  k.world.emit(ControlRegisterLoaded, v, REGISTER_EFER, 0, r.get('efer'));
  return true;
}

/**
 * An instruction that always leaves the guest. The processor does not tell what it was: the emulator walks the tables for its bytes first.
 * Then what it does, then the entry. Arguments: a value or an address, halves (a 32-bit register: its value only).
 */
function exit(spec: Exit, wide: boolean): Procedure<Kvm> {
  const hi = (t: Thread): number => (wide ? t.get(L.hi) : 0);
  const lo = (t: Thread): number => (wide ? t.get(L.lo) : t.get(L.hi));
  return procedure<Kvm>({
    name: spec.name,
    part: 'kvm',
    lane: 'hypervisor',
    about: spec.about,
    slots: L,
    steps: [
      {
        label: 'fetch',
        line: `${spec.name}: walk the tables for the instruction’s own bytes`,
        touch: 'racy',
        run: (t, k) => {
          const vcpu = k.vcpu(t.actor);
          vcpu.leaveGuest();
          const user = k.machine.vcpu(t.actor).get('cpl') === 3 ? PFEC_U : 0;
          t.set(L.error, -1);
          if (vcpu.get('ripKnown') !== 0)
            t.call(kvmWalkAddr, [vcpu.get('ripHi'), vcpu.get('ripLo'), PFEC_I | user], L.error);
        },
        say: 'The guest has left for KVM, which emulates the instruction. It must read it first.',
      },
      {
        label: 'act',
        line: spec.line,
        touch: 'racy',
        beat: true,
        when: lockFree,
        run: (t, k) => {
          const error = t.get(L.error);
          const vcpu = k.vcpu(t.actor);
          if (error >= 0) injectPageFault(k, t.actor, vcpu.get('ripHi'), vcpu.get('ripLo'), error);
          else if (!spec.act(k, t.actor, hi(t), lo(t))) {
            t.set(L.refused, 1);
            k.machine.generalProtection(t.actor);
          }
          settleAtOnce(k, t.actor);
        },
        say: (t, k) =>
          t.get(L.error) >= 0
            ? 'The instruction itself could not be read: a page fault for the guest.'
            : t.get(L.refused) !== 0
              ? 'The guest may not do that: a general protection fault, and nothing is changed.'
              : typeof spec.say === 'string'
                ? spec.say
                : spec.say(t, k),
      },
      {
        label: 'enter',
        line: '  enter the guest',
        touch: 'private',
        run: (t) => t.call(kvmEnterGuest, []),
        say: 'KVM prepares the entry to the guest.',
      },
      {
        label: 'done',
        line: '  return',
        touch: 'private',
        run: (t) => t.ret(),
        say: 'The exit is over.',
      },
    ],
  });
}

export const kvmSetCr3 = exit(
  {
    name: 'kvm_set_cr3',
    about: 'MOV CR3: a cached root or a new one, and everything unsync below it must be in line (sheet 4.3).',
    line: '  PAE: load the PDPTEs; another CR3: find its root; request MMU_SYNC',
    act: setCr3,
    say: (t, k) =>
      k.vcpu(t.actor).get('root') === 0
        ? `CR3 is ${sayValue(t.get(L.hi), t.get(L.lo))} now. No cached root serves it.`
        : `CR3 is ${sayValue(t.get(L.hi), t.get(L.lo))} now. Its root is known; what is unsync below it will be synchronised.`,
  },
  true,
);

export const kvmSetCr0 = exit(
  {
    name: 'kvm_set_cr0',
    about: 'MOV CR0: another WP is another paging mode, and all roots go (sheet 4.3).',
    line: '  PG or WP changed: drop all roots, new role',
    act: setCr0,
    say: (t) => `CR0 is ${sayValue(0, t.get(L.hi))} now.`,
  },
  false,
);

export const kvmSetCr4 = exit(
  {
    name: 'kvm_set_cr4',
    about: 'MOV CR4: another mode drops all roots; another PGE synchronises them (sheet 4.3).',
    line: '  PAE: load the PDPTEs; PSE, PAE, SMEP, SMAP changed: drop all roots; PGE: sync all',
    act: setCr4,
    say: (t) => `CR4 is ${sayValue(0, t.get(L.hi))} now.`,
  },
  false,
);

export const kvmSetEfer = exit(
  {
    name: 'kvm_set_efer',
    about: 'WRMSR EFER: NX is part of the paging mode (sheet 4.3).',
    line: '  NX changed: drop all roots, new role',
    act: setEfer,
    say: (t) => `EFER is ${sayValue(0, t.get(L.hi))} now.`,
  },
  false,
);

export const kvmInvlpg = exit(
  {
    name: 'kvm_invlpg',
    about:
      'INVLPG: the spte of the address, in the current and the cached roots, if its page is unsync (sheet 4.4).',
    line: '  for each root: unsync leaf: drop the spte; gpte present and accessed: set it anew',
    act: (k, v, hi, lo) => {
      k.world.count('invlpg');
      invalidateGva(k, v, hi, lo, true);
      return true;
    },
    say: (t, k) =>
      `What the shadow and the TLB held for ${sayVa(k.machine, t.actor, t.get(L.hi), t.get(L.lo))} and could be stale is gone.`,
  },
  true,
);

export const kvmReadCr3 = exit(
  {
    name: 'kvm_read_cr3',
    about: 'MOV from CR3: the guest must see its own value, not the shadow’s root.',
    line: '  the guest’s own CR3',
    act: (k, v) => {
      const r = k.machine.vcpu(v);
      r.set('resultHi', r.get('cr3Hi'));
      r.set('resultLo', r.get('cr3Lo'));
      return true;
    },
    say: 'The guest reads the CR3 it has loaded.',
  },
  true,
);
