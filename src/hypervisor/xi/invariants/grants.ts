import { A, D, frameOf, type Halves, NX_HI, P, U, W } from '../../../machine';
import { indexOf, kitOf } from '../backlinks';
import { chainOfPage, parentsOf } from '../chains';
import { TO_LARGE, TO_PAGE, TO_TABLE } from '../constants';
import { entryBehind, frameOfSpte, readBehind, WITHOUT_AD } from '../entries';
import { largeBase } from '../gpt';
import { guestRange } from '../shape';
import { writable } from '../spte';
import type { Xi } from '../state';
import { entriesOf, invariant, ofKit, ofPage, ofSlot } from './names';

/** I4 (sheet 11). */
export const tablesProtected = invariant(
  'I4',
  'No shadow entry lets the guest write a protected page table, not even as part of a large page.',
  (x, found) => {
    for (const gfn of x.pages.known()) {
      if (!x.pages.isGpt(gfn) || x.pages.mayBeWritten(gfn)) continue;
      for (const slot of chainOfPage(x, gfn))
        if (x.what(slot) === TO_PAGE && writable(x, slot))
          found(
            `page table ${x.name(gfn)} is protected, but ${x.slotName(slot)} maps it writable.`,
            ofSlot(x, slot),
          );
      for (const slot of chainOfPage(x, largeBase(x, gfn)))
        if (x.what(slot) === TO_LARGE && writable(x, slot))
          found(
            `page table ${x.name(gfn)} is protected, but the large mapping ${x.slotName(slot)} contains it and is writable.`,
            ofPage(x, gfn),
          );
    }
  },
);

const read: Halves = { hi: 0, lo: 0 };

/** What an SPTE of a guest table's shadow may grant: its guest entry, as it is or (while the table is stale) as it was noted. */
function allowed(x: Xi, kit: number, entry: number): { hi: number; lo: number; exact: boolean } | undefined {
  const shape = x.shapeOf(kit);
  if (x.kits.get(kit, 'snapStale') === 0) {
    readBehind(x, kit, entry, read);
    return { hi: read.hi, lo: read.lo, exact: true };
  }
  if (!x.hasSnapshot(kit)) return undefined;
  const snapshot = x.snapshot(kit);
  return { hi: x.guestHi(shape, snapshot, entry), lo: x.guestLo(shape, snapshot, entry), exact: false };
}

/** The entry that a piece of a large page must obey: the one of the entry above that points to its table; undefined without one. */
function above(x: Xi, kit: number): { hi: number; lo: number; exact: boolean } | undefined {
  const parent = parentsOf(x, kit)[0];
  if (parent === undefined) return undefined;
  const up = kitOf(parent);
  return x.kits.get(up, 'direct') !== 0 ? above(x, up) : allowed(x, up, entryBehind(x, up, indexOf(parent)));
}

/** I8 (sheet 11). A table that is stale is held against what was noted of it; A and D are not noted. */
export const nothingMore = invariant(
  'I8',
  'A shadow entry never grants more than the guest’s entry: same frame, no more rights, W only if it is dirty, present only if it is accessed.',
  (x, found) => {
    for (const kit of x.kits.used()) {
      const direct = x.kits.get(kit, 'direct') !== 0;
      for (const slot of entriesOf(x, kit)) {
        const level = x.kits.get(kit, 'level');
        const entry = direct ? above(x, kit) : allowed(x, kit, entryBehind(x, kit, indexOf(slot)));
        if (entry === undefined) continue;
        const [hi, lo] = [x.hi(slot), x.lo(slot)];
        const complain = (what: string): void =>
          found(`${x.slotName(slot)} ${what}, which the guest’s entry does not allow.`, ofSlot(x, slot));
        if ((entry.lo & P) === 0) {
          complain('is present');
          continue;
        }
        const what = x.what(slot);
        const below = what === TO_TABLE ? x.kitAt(x.mfnOf(slot)) : -1;
        // The pieces of a large page say themselves what is allowed.
        const pieces = below >= 0 && x.kits.get(below, 'direct') !== 0;
        if (!pieces) {
          if ((lo & ~entry.lo & W) !== 0) complain('is writable');
          if ((lo & ~entry.lo & U) !== 0) complain('is for user mode');
          if ((entry.hi & NX_HI) !== 0 && (hi & NX_HI) === 0 && x.shapeOf(kit).guest.entryCells === 2)
            complain('may be executed');
        }
        if (!direct && !pieces) {
          const gfn =
            what === TO_TABLE
              ? frameOf(entry.hi, entry.lo)
              : frameOfSpte(x.shapeOf(kit), level, indexOf(slot), entry.hi, entry.lo);
          const to = what === TO_TABLE ? (below < 0 ? -1 : x.kits.get(below, 'gfn')) : x.gfnOf(slot);
          if (to !== gfn) complain(`leads to page ${x.name(to)}, not to ${x.name(gfn)}`);
        }
        if (!entry.exact || !x.adEmulation) continue;
        if ((entry.lo & A) === 0) complain('is present though the guest’s is not accessed');
        if (what !== TO_TABLE && writable(x, slot) && (entry.lo & D) === 0)
          complain('is writable though the guest’s is not dirty');
      }
    }
  },
);

/** I9 (sheet 11), read with its head: A and D are not kept in the snapshot. */
export const snapshotsAgree = invariant(
  'I9',
  'The snapshot of a table that is not stale equals the table, A and D aside.',
  (x, found) => {
    for (const kit of x.kits.used()) {
      if (x.kits.get(kit, 'direct') !== 0 || x.kits.get(kit, 'snapStale') !== 0 || !x.hasSnapshot(kit))
        continue;
      const shape = x.shapeOf(kit);
      const { first, count } = guestRange(shape, x.kits.get(kit, 'level'), x.kits.get(kit, 'quadrant'));
      for (let i = first; i < first + count; i++) {
        readBehind(x, kit, i, read);
        if (
          x.guestHi(shape, x.snapshot(kit), i) === read.hi &&
          x.guestLo(shape, x.snapshot(kit), i) === (read.lo & WITHOUT_AD)
        )
          continue;
        found(
          `${x.describe(kit)}, counts as up to date, but entry ${i} of the guest’s table is not what its snapshot says.`,
          ofKit(x, kit),
        );
        break;
      }
    }
  },
);

/** I10 (sheet 11). */
export const cleanReadOnly = invariant(
  'I10',
  'While writes are logged, a page that is not dirty is mapped writable by nobody.',
  (x, found) => {
    if (!x.logging) return;
    for (const gfn of x.pages.known()) {
      if (x.pages.get(gfn, 'dirty') !== 0) continue;
      for (const slot of chainOfPage(x, gfn))
        if (x.what(slot) !== TO_TABLE && writable(x, slot))
          found(
            `page ${x.name(gfn)} is not logged as dirty, but ${x.slotName(slot)} lets the guest write it.`,
            ofSlot(x, slot),
          );
    }
  },
);

/** I11 (sheet 11). */
export const framesCurrent = invariant(
  'I11',
  'A shadow entry names the machine frame that lies behind its page now.',
  (x, found) => {
    for (const gfn of x.pages.known())
      for (const slot of chainOfPage(x, gfn))
        if (x.what(slot) !== TO_TABLE && x.mfnOf(slot) !== x.p2m.mfn(gfn))
          found(
            `${x.slotName(slot)} maps page ${x.name(gfn)} by frame ${x.name(x.mfnOf(slot))}, which it has no more.`,
            ofSlot(x, slot),
          );
  },
);
