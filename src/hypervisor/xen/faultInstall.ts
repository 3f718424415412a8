import type { Step, Thread } from '../../kernel';
import { CR0_WP, FAULT_DONE, FAULT_INJECT, FAULT_RETRY, PFEC_P, PFEC_W, sayIndex } from '../../machine';
import { newDerivation, propagate } from './derive';
import { markDirty } from './dirty';
import { WHY_DEMAND } from './events';
import { F, fetchType, finish, isUser, isWrite, resetEarlyUnshadow, targetOf, walkAgain } from './faultSlots';
import { isSuperpageWalk } from './guestWalk';
import { completeMmio } from './mmio';
import { snapshotUpdate } from './oos/snapshot';
import { shUnsync } from './oos/unsync';
import { shadowGetAndCreateL1e } from './path';
import { shPrefetch } from './prefetch';
import { sayBecause, sayRights } from './sayDerived';
import { setL1e } from './setL1e';
import type { Xen } from './state';
import { P2M_MMIO_DM, P2M_RAM_RO } from './types';

const derived = newDerivation();

const index = (t: Thread, x: Xen): number => x.index(t.actor, 1, t.get(F.vaHi), t.get(F.vaLo));

/** The cell of the guest entry that the L1 shadow entry is derived from. */
function fromCell(t: Thread, x: Xen): number {
  const { gw } = x.vcpu(t.actor);
  const level = isSuperpageWalk(x, t.actor) ? 2 : 1;
  const { narrow } = x.geometry(t.actor);
  return x.guestCell(narrow, gw.mfn(level), x.index(t.actor, level, t.get(F.vaHi), t.get(F.vaLo)));
}

/** shadow_check_gl1e of 2010: whether the guest's entry still is what the walk read. */
function entryUnchanged(t: Thread, x: Xen): boolean {
  const { gw } = x.vcpu(t.actor);
  const table = gw.mfn(1);
  if (table < 0) return true;
  const { narrow } = x.geometry(t.actor);
  const i = index(t, x);
  return x.guestHi(narrow, table, i) === gw.hi(1) && x.guestLo(narrow, table, i) === gw.lo(1);
}

const wantsUnsync = (t: Thread, x: Xen): boolean =>
  x.era.unsyncOnWrite && x.oosEnabled && isWrite(t) && x.isTable(targetOf(t));

/** Whether the store must be emulated because its target is a page table that may not be written (sheet 2.7). */
function mustEmulate(t: Thread, x: Xen): boolean {
  if (!isWrite(t) || !x.isTable(targetOf(t))) return false;
  return !x.outOfSync(targetOf(t)) || (x.on('user-store') && isUser(t));
}

const FIXED = 0;
const EMULATE = 1;
const MMIO = 2;
const EMULATE_WP = 3;

function decide(t: Thread, x: Xen): number {
  if (mustEmulate(t, x)) return EMULATE;
  const type = t.get(F.p2mt);
  if (type === P2M_MMIO_DM || (type === P2M_RAM_RO && isWrite(t))) return MMIO;
  const wp = x.pv || (x.machine.vcpu(t.actor).get('cr0') & CR0_WP) !== 0;
  return !wp && t.get(F.error) === (PFEC_W | PFEC_P) ? EMULATE_WP : FIXED;
}

/** Steps 4 to 6 of the fault handler (sheet 2.5 to 2.7): path, unsync, derive, install, prefetch, decide. */
export const installSteps: readonly Step<Xen>[] = [
  {
    label: 'path',
    line: '  ptr_sl1e = shadow_get_and_create_l1e(&gw, ft)',
    touch: 'locked',
    run: (t) => t.call(shadowGetAndCreateL1e, [fetchType(t)], F.smfn),
    say: 'The shadow tables for this address are followed, and made where they are missing.',
  },
  {
    label: 'unsync',
    line: '  a write to a page table: sh_unsync(gmfn, va)',
    touch: 'racy',
    run: (t, x) => {
      // Without an L1 shadow there is nothing to install: the domain is being crashed, or a PAE guest lacks the L2 above.
      if (x.domain.get('crashed') !== 0 || t.get(F.smfn) < 0) {
        finish(t, x, 'dying', FAULT_INJECT, t.get(F.error));
        return;
      }
      if (wantsUnsync(t, x))
        t.call(shUnsync, [t.actor, targetOf(t), t.get(F.vaHi), t.get(F.vaLo)], F.unsynced);
    },
    say: (t, x) => {
      const target = x.name(targetOf(t));
      if (!isWrite(t)) return 'The access is no write: nothing needs to go out of sync.';
      return x.isTable(targetOf(t))
        ? `The store goes to frame ${target}, a page table. Can it go out of sync?`
        : `Frame ${target} is no page table: it may be written.`;
    },
  },
  {
    label: 'late-recheck',
    line: '  guest l1e changed meanwhile: walk again (since 2010)',
    touch: 'racy',
    run: (t, x) => {
      if (!x.era.outOfSync || !x.on('late-recheck') || entryUnchanged(t, x)) return;
      t.set(F.how, 4);
      walkAgain(t, x);
    },
    say: (t, x) => {
      if (t.get(F.how) === 4)
        return 'The guest entry is not what the walk read: a resync or a store came between. Walk again.';
      return x.on('late-recheck')
        ? 'The guest entry still is what the walk read.'
        : 'The guest entry is believed to be what the walk read.';
    },
  },
  {
    label: 'derive',
    line: '  sl1e = l1e_propagate_from_guest(gw.l1e, gmfn, ft)',
    touch: 'locked',
    run: (t, x) => {
      const { gw } = x.vcpu(t.actor);
      if (isWrite(t) && t.get(F.p2mt) !== P2M_MMIO_DM) markDirty(x, targetOf(t)); // rule 10
      const entry = propagate(x, 1, gw.hi(1), gw.lo(1), targetOf(t), fetchType(t), t.get(F.p2mt), derived);
      t.set(F.hi, entry.hi);
      t.set(F.lo, entry.lo);
      t.set(F.because, entry.because);
    },
    say: (t, x) => {
      const target = x.name(targetOf(t));
      const why = sayBecause(t.get(F.because), target);
      return why === ''
        ? `The shadow entry shall map frame ${target} with the rights of the guest's: ${sayRights(t.get(F.hi), t.get(F.lo))}.`
        : why;
    },
  },
  {
    label: 'install',
    line: '  shadow_set_l1e(ptr_sl1e, sl1e); out of sync: snapshot entry = gw.l1e',
    touch: 'racy',
    beat: true,
    run: (t, x) => {
      const v = t.actor;
      const { gw } = x.vcpu(v);
      const i = index(t, x);
      const cell = fromCell(t, x);
      x.walkWitness.used(x, v);
      setL1e(x, v, t.get(F.smfn), i, t.get(F.hi), t.get(F.lo), WHY_DEMAND, cell);
      const table = gw.mfn(1);
      if (table >= 0 && x.outOfSync(table) && x.on('snapshot-update-fault'))
        snapshotUpdate(x, table, i, gw.hi(1), gw.lo(1), cell);
    },
    say: (t, x) => {
      const entry = `Entry ${sayIndex(index(t, x))} of ${x.describe(t.get(F.smfn))}`;
      const lo = t.get(F.lo);
      if (lo === 0) return `${entry} stays empty.`;
      const why = sayBecause(t.get(F.because), x.name(targetOf(t)));
      const mapped = `${entry} maps frame ${x.name(targetOf(t))} ${sayRights(t.get(F.hi), lo)}.`;
      return why === '' ? mapped : `${mapped} ${why}`;
    },
  },
  {
    label: 'prefetch',
    line: '  sh_prefetch(ptr_sl1e)',
    touch: 'locked',
    run: (t, x) => {
      if (x.on('prefetch')) t.call(shPrefetch, [t.get(F.smfn), index(t, x)]);
    },
    say: (_, x) =>
      x.on('prefetch')
        ? 'Its neighbours will probably be used soon: they are looked at too.'
        : 'Its neighbours are left alone: prefetch is switched off.',
  },
  {
    label: 'decide',
    line: '  page table, not out of sync: emulate; device: mmio; else fixed',
    touch: 'racy',
    beat: true,
    run: (t, x) => {
      const what = decide(t, x);
      t.set(F.how, what);
      switch (what) {
        case EMULATE:
          x.world.count('shadow_fault_emulate_write');
          t.goto('emulate-locked');
          return;
        case EMULATE_WP:
          x.world.count('shadow_fault_emulate_wp');
          t.goto('emulate-locked');
          return;
        case MMIO:
          x.world.count('shadow_fault_mmio');
          resetEarlyUnshadow(t, x);
          completeMmio(x, t.actor);
          finish(t, x, 'mmio', FAULT_DONE);
          return;
        default:
          if (isUser(t) && isWrite(t) && x.isPageTable(targetOf(t)))
            x.walkWitness.userStored(t.actor, targetOf(t));
          x.world.count('shadow_fault_fixed');
          resetEarlyUnshadow(t, x);
          finish(t, x, 'fixed', FAULT_RETRY);
      }
    },
    say: (t, x) => {
      const target = x.name(targetOf(t));
      switch (t.get(F.how)) {
        case EMULATE:
          return `Frame ${target} is a page table and may not be written: Xen will do the store for the guest.`;
        case EMULATE_WP:
          return 'The guest runs with CR0.WP clear and may write read-only pages: Xen will do the store for it.';
        case MMIO:
          return `Frame ${target} is a device: its emulator does the access.`;
        default:
          return `The fault is fixed. vCPU ${t.actor} gives the shadow lock back, and the guest tries again.`;
      }
    },
  },
];
