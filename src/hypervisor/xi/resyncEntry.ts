import { Derived, procedure, slots } from '../../kernel';
import { type Halves, sayIndex } from '../../machine';
import { slotOf } from './backlinks';
import { TO_NOTHING } from './constants';
import { readBehind, sptesOf, WITHOUT_AD } from './entries';
import { ResyncEntry } from './events';
import { xiFill } from './fill';
import { xiRemove } from './remove';
import type { Xi } from './state';

const L = slots('kit', 'entry', 'wanted', 'hi', 'lo', 'nth');

/** Which of the SPTEs of a guest entry are installed at once: the others are only cleared, and wait for a fault. A slot, or: */
export const ALL = -1;
export const NONE = -2;

const isWanted = (wanted: number, slot: number): boolean => wanted === ALL || wanted === slot;

const read: Halves = { hi: 0, lo: 0 };

/**
 * resync_spte (sheet 5.8c): an entry of a guest table differs from its snapshot. Arguments: kit, guest entry, wanted (the slot
 * that is installed at once, ALL or NONE).
 */
export const xiResyncEntry = procedure<Xi>({
  name: 'resync_spte',
  part: 'xi',
  lane: 'resync',
  about: 'Brings the snapshot and the shadow of one guest entry up to date (the name is known).',
  slots: L,
  steps: [
    {
      label: 'copy',
      line: 'resync_spte(i): snap[i] = gpt[i]',
      touch: 'racy',
      beat: true,
      run: (t, x) => {
        const kit = t.get(L.kit);
        const entry = t.get(L.entry);
        const shape = x.shapeOf(kit);
        const table = x.p2m.mfn(x.kits.get(kit, 'gfn'));
        readBehind(x, kit, entry, read);
        t.set(L.hi, read.hi);
        t.set(L.lo, read.lo);
        if (x.hasSnapshot(kit)) {
          x.writeGuest(shape, x.snapshot(kit), entry, read.hi, read.lo & WITHOUT_AD);
          x.world.emit(Derived, x.guestCell(shape, x.snapshot(kit), entry), x.guestCell(shape, table, entry));
        }
        x.world.count('resync_entries');
        x.world.emit(ResyncEntry, kit, entry);
      },
      say: (t, x) =>
        `Entry ${sayIndex(t.get(L.entry))} of page ${x.name(x.kits.get(t.get(L.kit), 'gfn'))} differs from the snapshot of ${x.kitName(t.get(L.kit))}: the guest has changed it. The snapshot takes the new value, without A and D.`,
    },
    {
      label: 'spte',
      line: '  remove, or make the shadow entry anew',
      touch: 'locked',
      run: (t, x) => {
        const slot = sptesOf(x, t.get(L.kit), t.get(L.entry))[t.get(L.nth)];
        if (slot === undefined) {
          t.goto('done');
          return;
        }
        t.set(L.nth, t.get(L.nth) + 1);
        if (isWanted(t.get(L.wanted), slot)) t.callThen('spte', xiFill, [slot, t.get(L.hi), t.get(L.lo)]);
        else if (x.what(slot) !== TO_NOTHING) t.callThen('spte', xiRemove, [slot]);
        else t.goto('spte');
      },
      say: (t, x) => {
        const slots = sptesOf(x, t.get(L.kit), t.get(L.entry));
        const slot = slots[t.get(L.nth) - 1] ?? slotOf(t.get(L.kit), 0);
        return isWanted(t.get(L.wanted), slot)
          ? `${x.slotName(slot)} follows.`
          : `${x.slotName(slot)} waits for the next fault.`;
      },
    },
    {
      label: 'done',
      line: '  return',
      touch: 'locked',
      run: (t) => t.ret(),
      say: 'Snapshot and guest agree about this entry.',
    },
  ],
});
