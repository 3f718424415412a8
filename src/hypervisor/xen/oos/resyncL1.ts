import { procedure, slots, type Thread } from '../../../kernel';
import { present, sayIndex } from '../../../machine';
import { newDerivation, prefetchL1 } from '../derive';
import { ResyncCompared, WHY_RESYNC } from '../events';
import { isNarrow } from '../geometry';
import { setL1e } from '../setL1e';
import type { Xen } from '../state';
import { snapshotUpdate } from './snapshot';

const L = slots(
  'owner',
  'gmfn',
  'slot',
  'smfn',
  'index',
  'compared',
  'rederived',
  'changed',
  'seen',
  'equal',
);

const derived = newDerivation();

/** The next entry from `from` on that the shadow holds: present, or magic. -1: none. */
function nextPresent(x: Xen, smfn: number, from: number): number {
  for (let i = from; i < x.entriesOf(x.pages.type(smfn)); i++) if (present(x.lo(smfn, i))) return i;
  return -1;
}

/** The slot's snapshot page if it can be trusted, else -1: then every entry is derived again. */
function snapshotOf(x: Xen, owner: number, slot: number): number {
  const { oos } = x.vcpu(owner);
  return x.snapshotsOn && oos.snapshotComplete(slot) ? oos.snapshot(slot) : -1;
}

const EQUAL = 1;
const DIFFERENT = 2;
const NO_SNAPSHOT = 3;

function compare(t: Thread, x: Xen, i: number): void {
  const owner = t.get(L.owner);
  const gmfn = t.get(L.gmfn);
  const narrow = isNarrow(x.pages.type(t.get(L.smfn)));
  const hi = x.guestHi(narrow, gmfn, i);
  const lo = x.guestLo(narrow, gmfn, i);
  const snapshot = snapshotOf(x, owner, t.get(L.slot));
  if (snapshot >= 0) {
    const equal = x.guestHi(narrow, snapshot, i) === hi && x.guestLo(narrow, snapshot, i) === lo;
    t.set(L.compared, t.get(L.compared) + 1);
    t.set(L.equal, equal ? EQUAL : DIFFERENT);
    x.world.emit(ResyncCompared, gmfn, i, equal ? 1 : 0);
    if (equal) return;
  } else {
    t.set(L.equal, NO_SNAPSHOT);
    if (!x.era.snapshots) x.world.count('shadow_validate_gl1e_calls');
  }
  const cell = x.guestCell(narrow, gmfn, i);
  prefetchL1(x, hi, lo, derived);
  if (setL1e(x, owner, t.get(L.smfn), i, derived.hi, derived.lo, WHY_RESYNC, cell) !== 0)
    t.set(L.changed, t.get(L.changed) + 1);
  if (x.on('snapshot-update-resync')) snapshotUpdate(x, gmfn, i, hi, lo, cell);
  t.set(L.rederived, t.get(L.rederived) + 1);
}

function sayEntry(t: Thread, x: Xen): string {
  const entry = `Entry ${sayIndex(t.get(L.seen))} of ${x.name(t.get(L.gmfn))}`;
  switch (t.get(L.equal)) {
    case EQUAL:
      return `${entry} equals its snapshot: the shadow entry is as good as it was.`;
    case DIFFERENT:
      return `${entry} differs from its snapshot: the guest has changed it. It is derived again.`;
    default:
      return `${entry} is derived again: there is no snapshot to compare it with.`;
  }
}

function sayDone(t: Thread, x: Xen): string {
  const compared = t.get(L.compared);
  const rederived = t.get(L.rederived);
  const held = compared > 0 ? compared : rederived;
  if (held === 0) return `The shadow of ${x.name(t.get(L.gmfn))} holds no entry: nothing can be stale.`;
  const many = held === 1 ? 'the one entry' : `${held} entries`;
  if (compared === 0) {
    const changed = t.get(L.changed);
    const which = held === 1 ? 'The one entry' : `All ${held} entries`;
    return `${which} the shadow holds ${held === 1 ? 'is' : 'are'} derived again, for there is no snapshot. ${changed === 0 ? 'None' : changed === 1 ? 'One' : changed} came out different.`;
  }
  if (held === 1)
    return `${many.replace('the', 'The')} the shadow holds ${rederived === 0 ? 'equals its snapshot' : 'differs from its snapshot and is derived again'}.`;
  const equal = held - rederived;
  const redone =
    rederived === 0 ? 'None needs work' : `${rederived === 1 ? 'One is' : `${rederived} are`} derived again`;
  const same =
    equal === held
      ? 'all equal their snapshot'
      : equal === 1
        ? 'one equals its snapshot'
        : `${equal} equal their snapshot`;
  return `Of ${many} the shadow holds, ${same}. ${redone}.`;
}

/**
 * sh_resync_l1: brings the contents of an L1 shadow up to date with its guest page, entry by entry, for those entries the shadow
 * holds. Runs for the vCPU that let the page go. Arguments: owner, gmfn, slot. Returns entries compared, and derived again.
 * The page stays out of sync if this is called on its own. Source: sheet 5.9, 6.11.
 */
export const shResyncL1 = procedure<Xen>({
  name: 'sh_resync_l1',
  part: 'xen',
  lane: 'resync',
  about:
    'Compares each entry the shadow holds with the snapshot, and derives those again that changed (sheet 5.9).',
  slots: L,
  steps: [
    {
      label: 'start',
      line: 'sl1 = shadow of gmfn',
      touch: 'locked',
      run: (t, x) => {
        const smfn = x.hash.lookup(t.get(L.gmfn), x.l1Type(t.get(L.gmfn)));
        t.set(L.smfn, smfn);
        const first = nextPresent(x, smfn, 0);
        t.set(L.index, Math.max(first, 0));
        if (first < 0) t.goto('done');
      },
      say: (t, x) =>
        `Only entries that the shadow ${x.name(t.get(L.smfn))} holds can be stale. They are looked at one by one.`,
    },
    {
      label: 'entry',
      line: 'for each present sl1e: if gl1e = snapshot entry: skip; else sl1e = derive(gl1e), snapshot entry = gl1e',
      // One read of the guest table, which the guest may be writing if only its contents are refreshed.
      touch: 'racy',
      run: (t, x) => {
        const i = t.get(L.index);
        compare(t, x, i);
        t.set(L.seen, i);
        const next = nextPresent(x, t.get(L.smfn), i + 1);
        t.set(L.index, Math.max(next, 0));
        if (next >= 0) t.goto('entry');
      },
      say: sayEntry,
    },
    {
      label: 'done',
      line: 'return entries compared, entries derived',
      touch: 'locked',
      beat: true,
      run: (t) => t.ret(t.get(L.compared), t.get(L.rederived)),
      say: sayDone,
    },
  ],
});
