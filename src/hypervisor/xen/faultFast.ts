import type { Step, Thread } from '../../kernel';
import { FAULT_DONE, FAULT_INJECT, FAULT_RETRY, PFEC_P, PFEC_RSVD, PFEC_W, sayVa } from '../../machine';
import { FastPath, fastPathCode } from './events';
import { F, finish, resetEarlyUnshadow } from './faultSlots';
import { gfnOfMmioMagic, isGnp, isMagic } from './magic';
import { completeMmio } from './mmio';
import type { Xen } from './state';
import { isFl1 } from './types';

/** What the first step found (slot `how`). */
const PLAIN = 0;
const FAST_EMULATION = 1;
const OTHER_ERROR = 2;
const LET_GO = 3;
const CRASHED = 4;

function sameFrame(t: Thread, x: Xen): boolean {
  const vcpu = x.vcpu(t.actor);
  return (
    vcpu.get('lastEmulatedFrameHi') === t.get(F.vaHi) &&
    vcpu.get('lastEmulatedFrameLo') === (t.get(F.vaLo) & ~0xfff)
  );
}

const pretendEmpty = (t: Thread): void => t.set(F.error, t.get(F.error) ^ (PFEC_RSVD | PFEC_P));

/** The witness of I17 has a look at every step in which the guest's tables might be seen without the page. */
const look = (t: Thread, x: Xen): void => x.witness.look(x, t.actor, t.get(F.vaHi), t.get(F.vaLo));

/** The L1 shadow that the sl2e of the address points at, or -1. */
const l1Shadow = (t: Thread, x: Xen): number => x.shadowTableOf(t.actor, 1, t.get(F.vaHi), t.get(F.vaLo));

/** Whether the magic entry's table is in sync, so that the entry can be believed. */
function inSync(x: Xen, smfn: number): boolean {
  if (smfn < 0) return false;
  if (!x.on('magic-in-sync')) return true;
  return isFl1(x.pages.type(smfn)) || !x.outOfSync(x.pages.backpointer(smfn));
}

/** Steps 0 and 1 of the fault handler (sheet 2.1, 2.2): what can be settled without a walk and without the lock. */
export const fastSteps: readonly Step<Xen>[] = [
  {
    label: 'fault',
    line: 'sh_page_fault(va, error): the page just emulated, error W|P? emulate at once',
    touch: 'racy',
    run: (t, x) => {
      x.world.count('shadow_fault');
      const vcpu = x.vcpu(t.actor);
      t.set(F.how, PLAIN);
      x.witness.begin(t.actor);
      x.walkWitness.begin(t.actor);
      look(t, x);
      if (x.domain.get('crashed') !== 0) {
        t.set(F.how, CRASHED);
        finish(t, x, 'dying', FAULT_INJECT, t.get(F.error) & ~PFEC_RSVD);
        return;
      }
      if (vcpu.get('lastWriteEmulOk') === 0 || !sameFrame(t, x)) return;
      if (t.get(F.error) !== (PFEC_W | PFEC_P)) {
        t.set(F.how, OTHER_ERROR);
        vcpu.set('lastWriteEmulOk', 0);
        return;
      }
      const gmfn = vcpu.get('lastEmulatedMfn') - 1;
      if (x.outOfSync(gmfn)) {
        t.set(F.how, LET_GO);
        vcpu.set('lastWriteEmulOk', 0);
        if (!x.on('fast-emul-cleared')) t.set(F.fast, 1);
        t.goto('lock-first');
        return;
      }
      if (!x.on('fast-emulation')) return;
      t.set(F.how, FAST_EMULATION);
      t.set(F.fast, 1);
      t.set(F.gmfn, gmfn + 1);
      x.world.count('shadow_fault_fast_emulate');
      x.world.emit(FastPath, t.actor, fastPathCode('emulate'));
      t.goto('event');
    },
    say: (t, x) => {
      const va = sayVa(x.machine, t.actor, t.get(F.vaHi), t.get(F.vaLo));
      switch (t.get(F.how)) {
        case FAST_EMULATION:
          return `The store goes to the page that was emulated last, ${x.name(t.get(F.gmfn) - 1)}: it is emulated at once, without a walk.`;
        case LET_GO:
          return 'The page emulated last is out of sync now: the fault is handled the long way.';
        case CRASHED:
          return 'The domain has crashed: nothing is shadowed for it any more.';
        case OTHER_ERROR:
          return 'The page emulated last faults in another way: no more shortcuts for it.';
        default:
          return `vCPU ${t.actor} is in the hypervisor: the processor could not translate ${va} by the shadow.`;
      }
    },
  },
  {
    label: 'reserved',
    line: '  reserved bit: is there a magic entry?',
    touch: 'racy',
    run: (t, x) => {
      look(t, x);
      if ((t.get(F.error) & PFEC_RSVD) === 0) t.goto('lock-first');
      else if (!x.on('fast-fault-path')) {
        pretendEmpty(t);
        t.goto('lock-first');
      } else if (x.era.outOfSync && x.on('oos-before-magic')) t.goto('table');
    },
    say: (t) =>
      (t.get(F.error) & PFEC_RSVD) === 0
        ? 'The error code says nothing special: the guest tables must be walked.'
        : 'A reserved bit was set in the shadow: that is how Xen marks what it knows without a walk.',
  },
  {
    label: 'magic',
    line: '    sl1e = *linear(va); not magic any more: let the guest retry',
    touch: 'racy',
    run: (t, x) => {
      look(t, x);
      const smfn = l1Shadow(t, x);
      const index = x.index(t.actor, 1, t.get(F.vaHi), t.get(F.vaLo));
      const hi = smfn < 0 ? 0 : x.hi(smfn, index);
      const lo = smfn < 0 ? 0 : x.lo(smfn, index);
      t.set(F.hi, hi);
      t.set(F.lo, lo);
      if (!isMagic(hi, lo)) {
        x.world.count('shadow_fault_fast_fail');
        x.world.emit(FastPath, t.actor, fastPathCode('fail'));
        finish(t, x, 'fast-fail', FAULT_RETRY);
      } else if (!x.era.outOfSync || x.on('oos-before-magic')) t.goto('deliver');
    },
    say: (t) =>
      isMagic(t.get(F.hi), t.get(F.lo))
        ? 'The shadow entry is magic.'
        : 'The entry is not magic any more: somebody has installed another meanwhile. The guest tries again.',
  },
  {
    label: 'table',
    line: '    its table out of sync: pretend the entry is empty, walk',
    touch: 'racy',
    run: (t, x) => {
      look(t, x);
      if (!inSync(x, l1Shadow(t, x))) {
        t.set(F.how, LET_GO);
        x.world.emit(FastPath, t.actor, fastPathCode('out-of-sync'));
        pretendEmpty(t);
        t.goto('lock-first');
        return;
      }
      t.goto(x.on('oos-before-magic') ? 'magic' : 'deliver');
    },
    say: (t, x) => {
      if (t.get(F.how) === LET_GO)
        return 'The guest table of this entry is out of sync, so the magic entry may be old: the guest tables must be walked.';
      return x.on('magic-in-sync')
        ? 'The guest table of this entry is in sync: the magic entry tells the truth.'
        : 'Whether the guest table of this entry is in sync is not asked: the magic entry is believed.';
    },
  },
  {
    label: 'deliver',
    line: '    GNP: the fault is the guest’s; MMIO: to the device',
    touch: 'racy',
    beat: true,
    run: (t, x) => {
      resetEarlyUnshadow(t, x);
      if (isGnp(t.get(F.hi), t.get(F.lo))) {
        pretendEmpty(t);
        x.witness.deliver(x, t.actor, t.get(F.vaHi), t.get(F.vaLo));
        x.world.count('shadow_fault_fast_gnp');
        x.world.emit(FastPath, t.actor, fastPathCode('gnp'));
        finish(t, x, 'fast-gnp', FAULT_INJECT, t.get(F.error));
        return;
      }
      x.world.count('shadow_fault_fast_mmio');
      x.world.emit(FastPath, t.actor, fastPathCode('mmio'));
      completeMmio(x, t.actor);
      finish(t, x, 'fast-mmio', FAULT_DONE);
    },
    say: (t, x) =>
      isGnp(t.get(F.hi), t.get(F.lo))
        ? 'The guest has this entry not present, as the magic entry says: the fault is its own. No walk, no lock.'
        : `Frame ${x.name(gfnOfMmioMagic(t.get(F.lo)))} is a device, as the magic entry says: its emulator does the access.`,
  },
];
