import { defined } from '../../base';
import type { Step, Thread } from '../../kernel';
import { FAULT_INJECT, FAULT_RETRY, frameOf, P, PFEC_P, sayVa } from '../../machine';
import { accessOf, F, finish, isUser, resetEarlyUnshadow, walkAgain } from './faultSlots';
import { flushTlbMask } from './flushTlb';
import { guestWalkTables, walkError, walkTop } from './guestWalk';
import { shResync } from './oos/resync';
import { shadowPrealloc } from './prealloc';
import { shadowCheckGwalk } from './recheck';
import { shRemoveWriteAccess } from './removeWriteAccess';
import type { Xen } from './state';
import { P2M_INVALID, P2M_MMIO_DIRECT, P2M_MMIO_DM } from './types';
import { bumpVersion } from './version';

/** Room for what one fault may have to make: L3, L2 and L1 of a 64-bit guest, else an L1. */
function preallocPath(t: Thread, x: Xen): void {
  const { tables, pages } = x.geometry(t.actor).path;
  t.call(shadowPrealloc, [tables, pages]);
}

/** One part of gw_remove_write_accesses: the table of a level of the walk. */
function protect(t: Thread, x: Xen, level: number): void {
  fold(t);
  const gmfn = x.vcpu(t.actor).gw.mfn(level);
  if (gmfn < 0 || level === x.geometry(t.actor).levels) return; // a large page has no L1 table
  if (!x.outOfSync(gmfn)) {
    if (!x.on('protect-path')) return;
    t.call(shRemoveWriteAccess, [t.actor, gmfn, level, t.get(F.vaHi), t.get(F.vaLo)], F.removed);
    return;
  }
  if (level === 1) return; // may stay out of sync: only this one entry will be derived
  t.set(F.rewalk, 1);
  t.call(shResync, [gmfn]);
}

/** The result of the removal before this step. */
function fold(t: Thread): void {
  if (t.get(F.removed) === 1) t.set(F.flush, 1);
  t.set(F.removed, 0);
}

function sayProtect(t: Thread, x: Xen, level: number): string {
  const gmfn = x.vcpu(t.actor).gw.mfn(level);
  if (level > walkTop(x, t.actor)) return `The guest has no L${level} tables in this paging mode.`;
  if (level === x.geometry(t.actor).levels)
    return `The top table ${x.name(gmfn)} was protected when CR3 was loaded.`;
  if (gmfn < 0) return 'A large page has no L1 table to protect.';
  if (!x.outOfSync(gmfn) && !x.on('protect-path'))
    return `The guest may go on writing its L${level} table ${x.name(gmfn)}: protecting it is switched off.`;
  if (!x.outOfSync(gmfn))
    return `The guest must not be able to write its L${level} table ${x.name(gmfn)} unseen.`;
  return level === 1
    ? `The L1 table ${x.name(gmfn)} is out of sync and may stay so: the guest goes on writing it.`
    : `Frame ${x.name(gmfn)} is out of sync, but serves as an L${level} table here: it is brought in sync, and the walk begins again.`;
}

function sayFlush(t: Thread, x: Xen): string {
  if (t.get(F.flush) === 0) return 'The path was protected already: nothing had to be removed.';
  const version = !x.on('bump-on-removal')
    ? 'The version stays as it is, for moving it is switched off'
    : x.on('flush-before-bump')
      ? 'The version will move when that is safe'
      : `The version goes up to ${x.domain.get('version')}`;
  const flush = x.on('removal-flush')
    ? 'every TLB is flushed'
    : 'no TLB is flushed, for that is switched off';
  return `Write access was removed on the path. ${version}, and ${flush}.`;
}

/** The error code the guest is given for a fault of its own. */
function guestError(t: Thread, x: Xen, missing: number): number {
  const honest = walkError(x, t.actor, missing, accessOf(t), isUser(t));
  const told = x.on('present-bit') ? honest : (honest & ~PFEC_P) | (t.get(F.error) & PFEC_P);
  if (told !== honest) x.witness.misled(t.actor, t.get(F.vaHi), t.get(F.vaLo), told);
  return told;
}

const badGfn = (t: Thread, x: Xen): boolean => {
  const type = t.get(F.p2mt);
  if (type === P2M_INVALID) return true;
  return type !== P2M_MMIO_DM && type !== P2M_MMIO_DIRECT && !x.mfnValid(t.get(F.gmfn) - 1);
};

/** Steps 2 and 3 of the fault handler (sheet 2.3, 2.4): walk without the lock, lock, protect the path, trust the walk or not. */
export const walkSteps: readonly Step<Xen>[] = [
  {
    label: 'lock-first',
    line: '  (without the lock-free walk: shadow_lock() already)',
    touch: 'racy',
    when: (_, x) => x.on('lockless-walk') || x.lock.free,
    run: (t, x) => {
      if (!x.on('lockless-walk')) x.lock.take(t);
    },
    say: (t, x) =>
      x.lock.owner === t.actor
        ? `vCPU ${t.actor} takes the shadow lock before it walks: the lock-free walk is switched off.`
        : 'The first walk needs no lock: other vCPUs can go on meanwhile.',
  },
  {
    label: 'walk',
    line: '  guest_walk_tables(va, &gw, error)',
    touch: 'private',
    lane: 'walk',
    run: (t) => {
      t.set(F.how, 0);
      t.call(guestWalkTables, [t.get(F.vaHi), t.get(F.vaLo), accessOf(t), isUser(t) ? 1 : 0], F.missing);
    },
    say: (t, x) =>
      `What does the guest itself say about ${sayVa(x.machine, t.actor, t.get(F.vaHi), t.get(F.vaLo))}? Its tables are walked.`,
  },
  {
    label: 'judge',
    line: '  the guest does not allow it, the domain is shutting down, or the frame is bad: not our fault',
    touch: 'racy',
    run: (t, x) => {
      const v = t.actor;
      const missing = t.get(F.missing);
      // The shadow may be behind the guest: whether the entry is present is for the walk to say.
      if (x.era.outOfSync && x.on('present-bit'))
        t.set(F.error, (missing & P) === 0 ? t.get(F.error) | PFEC_P : t.get(F.error) & ~PFEC_P);
      if (missing !== 0) {
        x.world.count('shadow_fault_bail_real_fault');
        resetEarlyUnshadow(t, x);
        finish(t, x, 'guest-fault', FAULT_INJECT, guestError(t, x, missing));
        return;
      }
      if (x.domain.get('shuttingDown') !== 0) {
        finish(t, x, 'dying', FAULT_INJECT, t.get(F.error));
        return;
      }
      const { gw } = x.vcpu(v);
      const gfn = frameOf(gw.hi(1), gw.lo(1));
      t.set(F.gfn, gfn);
      t.set(F.gmfn, x.p2m.mfn(gfn) + 1);
      t.set(F.p2mt, x.p2m.type(gfn));
      if (badGfn(t, x)) {
        x.world.count('shadow_fault_bail_bad_gfn');
        resetEarlyUnshadow(t, x);
        finish(t, x, 'bad-gfn', FAULT_INJECT, t.get(F.error));
        return;
      }
      defined(x.vtlbs[v], 'vTLB').insert(t.get(F.vaHi), t.get(F.vaLo), gfn, t.get(F.error));
    },
    say: (t, x) => {
      if (t.get(F.missing) !== 0) return 'The fault is the guest’s own: it is handed on.';
      if (x.domain.get('shuttingDown') !== 0)
        return 'The domain is shutting down: its tables may be in memory that serves other ends. Nothing is installed.';
      return badGfn(t, x)
        ? `Guest frame ${x.name(t.get(F.gfn))} does not exist: the guest gets the fault.`
        : `The guest allows the access, so it is the shadow that lacks an entry, or a right: it must map frame ${x.name(t.get(F.gfn))}.`;
    },
  },
  {
    label: 'lock',
    line: '  shadow_lock()',
    touch: 'racy',
    beat: true,
    when: (t, x) => x.lock.free || x.lock.owner === t.actor,
    run: (t, x) => {
      if (x.lock.owner !== t.actor) x.lock.take(t);
    },
    say: (t) => `vCPU ${t.actor} has the shadow lock: nobody else changes the shadow now.`,
  },
  {
    label: 'prealloc-first',
    line: '  shadow_prealloc(3, in 64-bit mode; else 1), since 2009',
    touch: 'locked',
    run: (t, x) => {
      if (x.on('prealloc-first')) preallocPath(t, x);
    },
    say: (_, x) =>
      x.on('prealloc-first')
        ? 'Room for a whole path is made before anything is protected.'
        : 'Room for the path is made later on.',
  },
  {
    label: 'protect-l3',
    line: '  gw_remove_write_accesses(): L3 page',
    touch: 'locked',
    run: (t, x) => protect(t, x, 3),
    say: (t, x) => sayProtect(t, x, 3),
  },
  {
    label: 'protect-l2',
    line: '    L2 page',
    touch: 'locked',
    run: (t, x) => protect(t, x, 2),
    say: (t, x) => sayProtect(t, x, 2),
  },
  {
    label: 'protect-l1',
    line: '    L1 page, unless out of sync',
    touch: 'locked',
    run: (t, x) => protect(t, x, 1),
    say: (t, x) => sayProtect(t, x, 1),
  },
  {
    label: 'flush',
    line: '  anything removed: gtable_dirty_version++; flush_tlb_mask()',
    touch: 'racy',
    beat: true,
    run: (t, x) => {
      fold(t);
      if (t.get(F.flush) === 0) return;
      x.world.count('shadow_rm_write_flush_tlb');
      if (x.on('bump-on-removal') && !x.on('flush-before-bump')) bumpVersion(x);
      if (x.on('removal-flush')) t.call(flushTlbMask, []);
    },
    say: sayFlush,
  },
  {
    label: 'bump',
    line: '  (gtable_dirty_version++ only when all have flushed: not in Xen)',
    touch: 'racy',
    run: (t, x) => {
      if (t.get(F.flush) === 1 && x.on('bump-on-removal') && x.on('flush-before-bump')) bumpVersion(x);
    },
    say: (t, x) => {
      if (t.get(F.flush) === 0) return 'Nothing was removed: the version stays as it is.';
      if (!x.on('bump-on-removal')) return 'Moving the version is switched off.';
      return x.on('flush-before-bump')
        ? `No processor can write the path any more. Now the version goes up to ${x.domain.get('version')}.`
        : 'The version has moved already, before the flush.';
    },
  },
  {
    label: 'rewalk',
    line: '  REWALK: shadow_unlock(), walk again',
    touch: 'racy',
    run: (t, x) => {
      if (t.get(F.rewalk) === 0 || !x.on('walk-again')) return;
      t.set(F.how, 1);
      walkAgain(t, x);
    },
    say: (t) =>
      t.get(F.how) === 1
        ? 'A table on the path was brought in sync, which may have let another be mapped writable: walk again.'
        : 'No table on the path had to be brought in sync.',
  },
  {
    label: 'recheck',
    line: '  shadow_check_gwalk(&gw)',
    touch: 'locked',
    run: (t) => t.call(shadowCheckGwalk, [], F.equal),
    say: 'The walk was made without the lock. Is it still true?',
  },
  {
    label: 'checked',
    line: '  stale: shadow_unlock(), walk again',
    touch: 'racy',
    run: (t, x) => {
      if (t.get(F.equal) === 1) return;
      x.world.count('shadow_inconsistent_gwalk');
      t.set(F.how, 2);
      if (x.era.mismatch === 'refault') finish(t, x, 'stale-walk', FAULT_RETRY);
      else walkAgain(t, x);
    },
    say: (t, x) => {
      if (t.get(F.how) !== 2) return 'The walk can be trusted.';
      return x.era.mismatch === 'refault'
        ? 'The walk is stale. The guest goes back and faults again.'
        : 'The walk is stale: walk again.';
    },
  },
  {
    label: 'prealloc',
    line: '  shadow_prealloc(3, in 64-bit mode; else 1)',
    touch: 'locked',
    run: (t, x) => {
      if (!x.on('prealloc-first')) preallocPath(t, x);
    },
    say: (_, x) =>
      `There must be room for a whole path of shadow tables. The pool has ${x.pool.free} free pages.`,
  },
];
