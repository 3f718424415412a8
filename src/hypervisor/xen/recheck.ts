import { procedure, slots } from '../../kernel';
import { type Halves, sayIndex } from '../../machine';
import { GwalkRechecked } from './events';
import { isSuperpageWalk, readGuestEntry, walkTop } from './guestWalk';
import type { Xen } from './state';

const entry: Halves = { hi: 0, lo: 0 };

const L = slots('level', 'equal', 'same', 'seen');

/**
 * shadow_check_gwalk (sheet 3.2): whether the walk in the vCPU's record still tells the truth, now that the lock is held and
 * the path is write-protected. If the version has not moved nothing is compared. Returns 1 or 0.
 */
export const shadowCheckGwalk = procedure<Xen>({
  name: 'shadow_check_gwalk',
  part: 'xen',
  lane: 'hypervisor',
  about: 'Compares the entries of the lock-free walk with guest memory if the version moved since.',
  slots: L,
  steps: [
    {
      label: 'version',
      line: 'shadow_check_gwalk(gw): gw.version == gtable_dirty_version? return true',
      touch: 'locked',
      run: (t, x) => {
        const unchanged = x.vcpu(t.actor).gw.version === x.domain.get('version');
        t.set(L.same, unchanged ? 1 : 0);
        if (unchanged || !x.on('recheck')) {
          t.ret(1);
          return;
        }
        x.world.count('shadow_check_gwalk');
        t.set(L.equal, 1);
        t.set(L.level, x.geometry(t.actor).levels);
      },
      say: (t, x) => {
        if (t.get(L.same) === 1)
          return 'The version is the one the walk began with: the walk can be trusted.';
        return x.on('recheck')
          ? 'The version has moved since the walk began: every entry is looked at again.'
          : 'The version has moved since the walk began, but the re-check is switched off: the walk is trusted all the same.';
      },
    },
    {
      label: 'compare',
      line: '  mismatch |= gw.lNe != table[index(va, N)], for N = 4, 3, 2, 1',
      touch: 'racy',
      run: (t, x) => {
        const { gw } = x.vcpu(t.actor);
        const level = t.get(L.level);
        const index = x.index(t.actor, level, gw.cells.get('vaHi'), gw.cells.get('vaLo'));
        readGuestEntry(x, t.actor, level, index, entry);
        const same = entry.hi === gw.hi(level) && entry.lo === gw.lo(level);
        t.set(L.same, same ? 1 : 0);
        t.set(L.seen, level);
        if (!same) t.set(L.equal, 0);
        t.set(L.level, level - 1);
        // A superpage walk has no L1 entry to compare.
        if (level > (isSuperpageWalk(x, t.actor) ? 2 : 1)) t.goto('compare');
      },
      say: (t, x) => {
        const { gw } = x.vcpu(t.actor);
        const level = t.get(L.seen);
        const index = x.index(t.actor, level, gw.cells.get('vaHi'), gw.cells.get('vaLo'));
        if (level > walkTop(x, t.actor))
          return `Entry ${index} of the four that were read when CR3 was loaded is what the walk used: it changes only with CR3.`;
        const table = `the guest's L${level} table ${x.name(gw.mfn(level))}`;
        return t.get(L.same) === 1
          ? `Entry ${sayIndex(index)} of ${table} is what the walk read.`
          : `Entry ${sayIndex(index)} of ${table} is no longer what the walk read.`;
      },
    },
    {
      label: 'verdict',
      line: '  return !mismatch',
      touch: 'locked',
      beat: true,
      run: (t, x) => {
        x.world.emit(GwalkRechecked, t.actor, t.get(L.equal));
        t.ret(t.get(L.equal));
      },
      say: (t) =>
        t.get(L.equal) === 1
          ? 'The version has moved, but every entry is still what the walk read. The walk can be trusted.'
          : `vCPU ${t.actor} still believes the entry it read before it had the lock. It has changed since: the version says so.`,
    },
  ],
});
