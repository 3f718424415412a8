import { procedure, slots } from '../../kernel';
import { type Halves, sayIndex, sayVa } from '../../machine';
import { slotOf } from './backlinks';
import { TO_NOTHING, TO_TABLE } from './constants';
import { differs, entryBehind, readBehind } from './entries';
import { xiFill } from './fill';
import { xiResyncEntry } from './resyncEntry';
import { rootSlot, spteIndex } from './shape';
import type { Xi } from './state';

const L = slots('vaHi', 'vaLo', 'fill', 'level', 'kit', 'slot', 'hi', 'lo', 'stale', 'changed');

const read: Halves = { hi: 0, lo: 0 };

/**
 * Goes down the shadow's path for an address, brings each entry on it up to date if its table is stale, and, if asked to, fills
 * what is missing (sheet 5.8d, 6 row 4). Arguments: va, fill. Returns the slot that maps the address (or is empty), -1 if none;
 * how many entries were stale or missing, and the low half of the guest's last entry as the shadow has it.
 */
export const xiSyncPath = procedure<Xi>({
  name: 'xi_sync_path',
  part: 'xi',
  lane: 'resync',
  about: 'Brings the shadow entries on one address’s path up to date (RECONSTRUCTED).',
  slots: L,
  steps: [
    {
      label: 'start',
      line: 'sync_path(va): kit = the root',
      touch: 'locked',
      run: (t, x) => {
        const v = t.actor;
        const shape = x.shape(v);
        t.set(L.level, shape.top);
        t.set(L.slot, -1);
        t.set(L.kit, x.vcpu(v).root(rootSlot(shape, t.get(L.vaHi), t.get(L.vaLo))));
        if (t.get(L.kit) < 0) t.ret(-1, 0, 0);
      },
      say: (t, x) =>
        `The path of ${sayVa(x.machine, t.actor, t.get(L.vaHi), t.get(L.vaLo))} begins at ${t.get(L.kit) < 0 ? 'a root that the guest does not have' : x.kitName(t.get(L.kit))}.`,
    },
    {
      label: 'compare',
      line: '  if the table is stale: gpt[i] = snap[i]? if not: resync_spte(i)',
      touch: 'racy',
      beat: true,
      run: (t, x) => {
        const v = t.actor;
        const kit = t.get(L.kit);
        const level = t.get(L.level);
        const index = spteIndex(x.shape(v), level, t.get(L.vaHi), t.get(L.vaLo));
        const slot = slotOf(kit, index);
        t.set(L.slot, slot);
        t.set(L.stale, 0);
        // A fault walk is a use, as far as software can see one.
        x.vcpu(v).setPath(level, kit);
        x.kits.touch(x.domainOf(v), kit);
        // The pieces of a large page go by the entry above, as it was just read.
        if (x.kits.get(kit, 'direct') !== 0) return;
        const entry = entryBehind(x, kit, index);
        readBehind(x, kit, entry, read);
        t.set(L.hi, read.hi);
        t.set(L.lo, read.lo);
        if (x.kits.get(kit, 'snapStale') === 0 || !x.on('sync-path')) return;
        if (!differs(x, kit, entry, read.hi, read.lo)) return;
        t.set(L.stale, 1);
        t.set(L.changed, t.get(L.changed) + 1);
        t.call(xiResyncEntry, [kit, entry, slot]);
      },
      say: (t, x) => {
        const kit = t.get(L.kit);
        if (x.kits.get(kit, 'direct') !== 0)
          return `${x.describe(kit)}: there is no snapshot to compare with.`;
        if (x.kits.get(kit, 'snapStale') === 0) return `${x.describe(kit)}, is in sync.`;
        const entry = sayIndex(entryBehind(x, kit, t.get(L.slot) % 512));
        return t.get(L.stale) === 0
          ? `${x.describe(kit)}, may be stale, but entry ${entry} equals its snapshot.`
          : `${x.describe(kit)}, is stale: entry ${entry} differs from its snapshot.`;
      },
    },
    {
      label: 'fill',
      line: '  if the SPTE is missing all the same: fill it, even if the snapshot is equal',
      touch: 'locked',
      run: (t, x) => {
        const slot = t.get(L.slot);
        if (t.get(L.fill) === 0 || x.what(slot) !== TO_NOTHING || !x.on('refill')) return;
        t.set(L.changed, t.get(L.changed) + 1);
        t.call(xiFill, [slot, t.get(L.hi), t.get(L.lo)]);
      },
      say: (t, x) =>
        x.what(t.get(L.slot)) === TO_NOTHING && t.get(L.fill) !== 0
          ? `${x.slotName(t.get(L.slot))} is empty although the guest’s entry is there: its shadow was recycled or removed, or never made.`
          : `${x.slotName(t.get(L.slot))} needs nothing.`,
    },
    {
      label: 'down',
      line: '  points to an SPT: go on there',
      touch: 'locked',
      run: (t, x) => {
        const slot = t.get(L.slot);
        if (x.what(slot) !== TO_TABLE) {
          t.ret(slot, t.get(L.changed), t.get(L.lo));
          return;
        }
        t.set(L.kit, x.kitAt(x.mfnOf(slot)));
        t.set(L.level, t.get(L.level) - 1);
        t.goto('compare');
      },
      say: (t, x) =>
        x.what(t.get(L.slot)) === TO_TABLE
          ? `The path goes on in ${x.kitName(t.get(L.kit))}.`
          : `The path ends at ${x.slotName(t.get(L.slot))}.`,
    },
  ],
});
