import { procedure, slots } from '../../kernel';
import { type Halves, sayIndex } from '../../machine';
import { RESYNCING } from './constants';
import { TAKE_WRITE, xiEachMapping } from './eachMapping';
import { differs, readBehind } from './entries';
import { OosOpen, ResyncBegin, ResyncEnd } from './events';
import { xiFlush } from './flush';
import { ALL, NONE, xiResyncEntry } from './resyncEntry';
import { guestRange } from './shape';
import { dropSnapshot, takeSnapshot } from './snapshots';
import type { Xi } from './state';
import { holderOf } from './who';

const O = slots('gfn');

/** A write to a protected page table: from now on the guest may write it, until the next resync (sheet 5.8a). Argument: guest frame. */
export const xiOpen = procedure<Xi>({
  name: 'xi_open_gpt',
  part: 'xi',
  lane: 'hypervisor',
  about: 'Lets the guest write a page table; all its shadows are stale from now on (RECONSTRUCTED).',
  slots: O,
  steps: [
    {
      label: 'mark',
      line: 'open(gpt): on all its SPTIs: guestMayWrite = snapStale = true',
      touch: 'locked',
      beat: true,
      run: (t, x) => {
        const gfn = t.get(O.gfn);
        x.pages.sptis(gfn).forEach((kit, nth) => {
          x.kits.set(kit, 'guestMayWrite', 1);
          if (nth === 0 || x.on('stale-all')) x.kits.set(kit, 'snapStale', 1);
          takeSnapshot(x, kit);
        });
        x.world.emit(OosOpen, gfn);
        t.ret();
      },
      say: (t, x) =>
        `Page table ${x.name(t.get(O.gfn))} goes out of sync: the guest may write it freely, and its snapshot remembers what it said.`,
    },
  ],
});

const L = slots('gfn', 'changed', 'kit', 'entry', 'compared', 'differing', 'equal');

const read: Halves = { hi: 0, lo: 0 };

/** Brings all shadows of a page table up to date by comparing it with their snapshots (sheet 5.8b). Argument: guest frame. */
export const xiResync = procedure<Xi>({
  name: 'xi_resync',
  part: 'xi',
  lane: 'resync',
  about: 'Protects a page table again, then compares it with its snapshots entry by entry.',
  slots: L,
  steps: [
    {
      label: 'protect',
      line: 'resync(gpt): take W from every mapping of it',
      touch: 'locked',
      run: (t, x) => {
        if (x.pages.mayBeWritten(t.get(L.gfn))) t.call(xiEachMapping, [t.get(L.gfn), TAKE_WRITE], L.changed);
      },
      say: (t, x) =>
        x.pages.mayBeWritten(t.get(L.gfn))
          ? `Page table ${x.name(t.get(L.gfn))} is open: it must be protected before it is compared.`
          : `Page table ${x.name(t.get(L.gfn))} is protected already, but its shadow may be stale.`,
    },
    {
      label: 'close',
      line: '  guestMayWrite = false',
      touch: 'locked',
      run: (t, x) => {
        for (const kit of x.pages.sptis(t.get(L.gfn))) x.kits.set(kit, 'guestMayWrite', 0);
      },
      say: (t, x) => `From now on a store to ${x.name(t.get(L.gfn))} faults again.`,
    },
    {
      label: 'flush',
      line: '  flush the TLBs, before anything is compared',
      touch: 'locked',
      run: (t, x) => {
        if (t.get(L.changed) === 0) return;
        if (x.on('flush-before-compare')) t.call(xiFlush, []);
        else x.owed = true;
      },
      say: (t, x) =>
        t.get(L.changed) === 0
          ? 'Nothing was writable: no TLB need be flushed.'
          : x.on('flush-before-compare')
            ? 'A TLB may still let a store through, and it would come between the comparisons.'
            : 'The flush before comparing is switched off: it comes later.',
    },
    {
      label: 'begin',
      line: '  for each SPTI of it:',
      touch: 'locked',
      run: (t, x) => {
        const gfn = t.get(L.gfn);
        x.world.emit(ResyncBegin, gfn);
        t.set(L.kit, x.pages.get(gfn, 'sptis') - 1);
        t.set(L.entry, 0);
        if (t.get(L.kit) < 0) t.goto('end');
        else x.vcpu(holderOf(x, t.actor)).hold(RESYNCING, t.get(L.kit));
      },
      say: (t, x) =>
        t.get(L.kit) < 0 ? 'It has no shadow any more.' : `${x.describe(t.get(L.kit))}, is compared.`,
    },
    {
      label: 'compare',
      line: '    for each i: if gpt[i] is not snap[i]: resync_spte(i)',
      touch: 'racy',
      run: (t, x) => {
        const kit = t.get(L.kit);
        const { first, count } = guestRange(
          x.shapeOf(kit),
          x.kits.get(kit, 'level'),
          x.kits.get(kit, 'quadrant'),
        );
        const entry = first + t.get(L.entry);
        readBehind(x, kit, entry, read);
        const equal = !differs(x, kit, entry, read.hi, read.lo);
        t.set(L.equal, equal ? 1 : 0);
        t.set(L.compared, t.get(L.compared) + 1);
        x.world.count('resync_compares');
        t.set(L.entry, t.get(L.entry) + 1);
        const after = t.get(L.entry) < count ? 'compare' : 'next';
        if (equal) t.goto(after);
        else {
          t.set(L.differing, t.get(L.differing) + 1);
          t.callThen(after, xiResyncEntry, [kit, entry, x.on('prefetch') ? ALL : NONE]);
        }
      },
      say: (t, x) => {
        const kit = t.get(L.kit);
        const { first } = guestRange(x.shapeOf(kit), x.kits.get(kit, 'level'), x.kits.get(kit, 'quadrant'));
        const entry = `Entry ${sayIndex(first + t.get(L.entry) - 1)}`;
        return t.get(L.equal) !== 0 ? `${entry} equals its snapshot.` : `${entry} differs from its snapshot.`;
      },
    },
    {
      label: 'next',
      line: '    snapStale = false',
      touch: 'locked',
      run: (t, x) => {
        const kit = t.get(L.kit);
        x.kits.set(kit, 'snapStale', 0);
        dropSnapshot(x, kit);
        const next = x.kits.get(kit, 'nextOfPage') - 1;
        t.set(L.kit, next);
        t.set(L.entry, 0);
        if (next < 0) return;
        x.vcpu(holderOf(x, t.actor)).hold(RESYNCING, next);
        t.goto('compare');
      },
      say: (t, x) =>
        t.get(L.kit) < 0
          ? 'This shadow is in sync.'
          : `The page has another shadow, with a snapshot of its own: ${x.kitName(t.get(L.kit))}.`,
    },
    {
      label: 'end',
      line: '  return',
      touch: 'locked',
      beat: true,
      run: (t, x) => {
        x.vcpu(holderOf(x, t.actor)).hold(RESYNCING, -1);
        x.world.emit(ResyncEnd, t.get(L.gfn), t.get(L.compared), t.get(L.differing));
        t.ret();
      },
      say: (t) =>
        `${t.get(L.compared)} entries were compared, ${t.get(L.differing) === 0 ? 'and none was different: nothing happened' : `${t.get(L.differing)} ${t.get(L.differing) === 1 ? 'was' : 'were'} different`}.`,
    },
  ],
});

const S = slots('kit');
/** Stale, and due in the resync under way: shadows made meanwhile are not. */
const DUE = 2;

/** The next SPTI that is due. */
const nextDue = (x: Xi): number => x.kits.used().find((kit) => x.kits.get(kit, 'snapStale') === DUE) ?? -1;

/** Brings every stale page table up to date: what is done where the guest flushes its TLB (sheet 5.8d). */
export const xiResyncAll = procedure<Xi>({
  name: 'xi_resync_all',
  part: 'xi',
  lane: 'resync',
  about: 'Brings all stale page tables up to date at a TLB flush of the guest (RECONSTRUCTED).',
  slots: S,
  steps: [
    {
      label: 'mark',
      line: 'resync_all: those stale now are due',
      touch: 'locked',
      run: (t, x) => {
        for (const kit of x.kits.used())
          if (x.kits.get(kit, 'snapStale') !== 0) x.kits.set(kit, 'snapStale', DUE);
        t.set(S.kit, nextDue(x));
      },
      say: (t) =>
        t.get(S.kit) < 0
          ? 'No shadow is stale.'
          : 'The guest flushes its TLB: what it has written to its tables counts from now on.',
    },
    {
      label: 'each',
      line: '  for each: resync(its page table)',
      touch: 'locked',
      run: (t, x) => {
        const kit = nextDue(x);
        t.set(S.kit, kit);
        if (kit < 0) t.ret();
        else t.callThen('each', xiResync, [x.kits.get(kit, 'gfn')]);
      },
      say: (t, x) => (t.get(S.kit) < 0 ? 'All is in sync.' : `${x.describe(t.get(S.kit))}, is stale.`),
    },
  ],
});
