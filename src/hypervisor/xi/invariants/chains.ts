import { chainOfPage } from '../chains';
import { CHAIN_PAGE, CHAIN_PARENTS, TO_NOTHING, TO_TABLE } from '../constants';
import type { Xi } from '../state';
import { entriesOf, invariant, ofKit, ofPage, ofSlot } from './names';

/** Where only page tables have backlinks, the mapping of another page has none. */
const mayBeAlone = (x: Xi, slot: number): boolean =>
  x.tablesOnly &&
  x.what(slot) !== TO_TABLE &&
  x.what(slot) !== TO_NOTHING &&
  !x.chained(x.p2m.gfn(x.mfnOf(slot)));

/** I1 (sheet 11): an empty entry's backlink is in no chain, any other's is in one. */
export const emptyUnlinked = invariant(
  'I1',
  'A shadow entry is empty if and only if its backlink is in no chain.',
  (x, found) => {
    for (const kit of x.kits.known()) {
      const { entries } = x.shapeOf(kit);
      for (let i = 0; i < entries; i++) {
        const slot = x.slot(kit, i);
        const empty = x.what(slot) === TO_NOTHING;
        if (empty !== x.backlinks.linked(slot) || mayBeAlone(x, slot)) continue;
        found(
          empty
            ? `${x.slotName(slot)} is empty, but its backlink is in a chain.`
            : `${x.slotName(slot)} is not empty, but its backlink is in no chain: nobody would find it.`,
          ofSlot(x, slot),
        );
      }
    }
  },
);

/** Checks one chain: every `prev` answers every `next`, no slot twice. Returns its slots. */
function walkChain(
  x: Xi,
  first: number,
  name: string,
  found: (says: string, where: string) => void,
): number[] {
  const slots: number[] = [];
  const seen = new Set<number>();
  for (let at = first, before = -1; at >= 0; before = at, at = x.backlinks.next(at)) {
    if (seen.has(at)) {
      found(`${name} goes round in a circle at ${x.slotName(at)}.`, ofSlot(x, at));
      break;
    }
    seen.add(at);
    slots.push(at);
    if (x.backlinks.prev(at) !== before)
      found(
        `in ${name}, ${x.slotName(at)} does not name ${before < 0 ? 'the head' : x.slotName(before)} as the one before it.`,
        ofSlot(x, at),
      );
  }
  return slots;
}

/** I2 (sheet 11). */
export const chainsSound = invariant(
  'I2',
  'Every backlink is in exactly the chain its entry asks for; chains have no circles, and links answer each other.',
  (x, found) => {
    const where = new Map<number, string>();
    const take = (slots: number[], name: string, chain: number, of: number): void => {
      for (const slot of slots) {
        const other = where.get(slot);
        if (other !== undefined) found(`${x.slotName(slot)} is in ${other} and in ${name}.`, ofSlot(x, slot));
        where.set(slot, name);
        const what = x.what(slot);
        const fits =
          chain === CHAIN_PARENTS
            ? what === TO_TABLE && x.mfnOf(slot) === x.spt(of)
            : what !== TO_TABLE && what !== TO_NOTHING && x.mfnOf(slot) === x.p2m.mfn(of);
        if (!fits) found(`${x.slotName(slot)} is in ${name}, but does not lead there.`, ofSlot(x, slot));
      }
    };
    for (const gfn of x.pages.known()) {
      const name = `the chain of page ${x.name(gfn)}`;
      take(walkChain(x, x.pages.get(gfn, 'chainHead') - 1, name, found), name, CHAIN_PAGE, gfn);
    }
    for (const kit of x.kits.known()) {
      const name = `the parents of ${x.kitName(kit)}`;
      take(walkChain(x, x.kits.get(kit, 'parentHead') - 1, name, found), name, CHAIN_PARENTS, kit);
    }
    for (const kit of x.kits.used())
      for (const slot of entriesOf(x, kit))
        if (!where.has(slot) && !mayBeAlone(x, slot))
          found(`${x.slotName(slot)} is not in the chain it belongs in.`, ofSlot(x, slot));
  },
);

/** I3 (sheet 11): the chain against a full scan. */
export const chainsComplete = invariant(
  'I3',
  'The chain of a page holds all entries that map it, and no others: what a search of all shadows would find.',
  (x, found) => {
    const scanned = new Map<number, Set<number>>();
    for (const kit of x.kits.used())
      for (const slot of entriesOf(x, kit)) {
        if (x.what(slot) === TO_TABLE) continue;
        const mfn = x.mfnOf(slot);
        const slots = scanned.get(mfn) ?? new Set();
        slots.add(slot);
        scanned.set(mfn, slots);
      }
    for (const gfn of x.pages.known()) {
      const mfn = x.p2m.mfn(gfn);
      if (!x.chained(gfn)) {
        scanned.delete(mfn);
        continue;
      }
      const all = scanned.get(mfn) ?? new Set<number>();
      for (const slot of chainOfPage(x, gfn)) all.delete(slot);
      const [left] = all;
      if (left !== undefined)
        found(`${x.slotName(left)} maps page ${x.name(gfn)}, but is not in its chain.`, ofPage(x, gfn));
      scanned.delete(mfn);
    }
    if (x.tablesOnly) return;
    for (const [mfn, slots] of scanned)
      found(
        `${x.slotName([...slots][0] ?? 0)} maps frame ${x.name(mfn)}, which belongs to no page of the guest.`,
        ofSlot(x, [...slots][0] ?? 0),
      );
  },
);

/** I5 (sheet 11). */
export const tablesShadowed = invariant(
  'I5',
  'A page counts as a page table if and only if some shadow is made of it.',
  (x, found) => {
    for (const gfn of x.pages.known()) {
      const kits = x.pages.sptis(gfn);
      if (x.pages.isGpt(gfn) === kits.length > 0) continue;
      found(
        x.pages.isGpt(gfn)
          ? `page ${x.name(gfn)} counts as a page table, but has no shadow.`
          : `page ${x.name(gfn)} has a shadow, but does not count as a page table.`,
        ofPage(x, gfn),
      );
    }
  },
);

/** I7 (sheet 11), and that the shadow is the one of the table the guest's entry names. */
export const tablesLead = invariant(
  'I7',
  'An upper shadow entry points to a shadow in use, one level below.',
  (x, found) => {
    for (const kit of x.kits.used())
      for (const slot of entriesOf(x, kit)) {
        if (x.what(slot) !== TO_TABLE) continue;
        const below = x.kitAt(x.mfnOf(slot));
        if (below >= 0 && x.kits.bound(below) && x.kits.get(below, 'level') === x.kits.get(kit, 'level') - 1)
          continue;
        found(
          `${x.slotName(slot)} points to ${below < 0 ? 'no shadow at all' : x.describe(below)}, not to a shadow one level below.`,
          ofSlot(x, slot),
        );
      }
  },
);

/** I6 (sheet 11). */
export const poolComplete = invariant(
  'I6',
  'Every kit is either free or in the order of use, once; a free one has no entries and no parents.',
  (x, found) => {
    for (let domain = 0; domain < x.domains; domain++) {
      if (x.reserved(domain) === 0) continue;
      const seen = new Map<number, number>();
      const heap = x.heapOf(domain);
      const free = domain === heap ? x.kits.free(domain) : [];
      for (const kit of [...free, ...x.kits.lru(domain)]) seen.set(kit, (seen.get(kit) ?? 0) + 1);
      for (const [kit, times] of seen)
        if (times > 1) found(`${x.kitName(kit)} is in the lists ${times} times.`, ofKit(x, kit));
      for (const kit of free) {
        if (x.kits.get(kit, 'entries') !== 0)
          found(`${x.kitName(kit)} is free, but its table is not empty.`, ofKit(x, kit));
        if (x.kits.get(kit, 'parentHead') !== 0)
          found(`${x.kitName(kit)} is free, but an entry still points to it.`, ofKit(x, kit));
      }
    }
    const listed = new Set<number>();
    for (let domain = 0; domain < x.domains; domain++)
      for (const kit of [...x.kits.free(domain), ...x.kits.lru(domain)]) listed.add(kit);
    for (const kit of x.kits.used())
      if (!listed.has(kit)) found(`${x.kitName(kit)} is in use, but in no list.`, ofKit(x, kit));
  },
);

/** I12 (sheet 11). */
export const reservationConstant = invariant(
  'I12',
  'The pages reserved for a domain never change: free kits and kits in use are always as many.',
  (x, found) => {
    let kits = 0;
    let ready = true;
    for (let domain = 0; domain < x.domains; domain++) {
      if (x.reserved(domain) === 0) ready = false;
      kits += x.kits.freeCount(domain) + x.kits.lru(domain).length;
    }
    const whole = x.domains * Math.floor(x.reservation.kits / x.domains);
    if (ready && kits !== (x.sharedHeap ? x.reservation.kits : whole))
      found(`${kits} kits are free or in use, but ${whole} were reserved.`, 'pool');
  },
);
