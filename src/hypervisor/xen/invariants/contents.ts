import { frameOf, leafFrame, PS, present, U } from '../../../machine';
import { familyOf, isNarrow, strideOf } from '../geometry';
import { gfnOfMmioMagic, isGnp, isMagic, isMmioMagic, isUsable } from '../magic';
import { oosFind } from '../oos/slots';
import type { Xen } from '../state';
import { isFl1, isL1, levelOfType, P2M_MMIO_DM, typeName } from '../types';
import { type Excess, excessL1, excessUpper, sayExcess } from './grants';
import { entryOf, invariant, shadowEntry, shadowPage } from './names';
import { eachPresent } from './presentEntries';

/** What is wrong with a magic entry, given the guest entry it should stand for. */
function wrongMagic(x: Xen, hi: number, lo: number, guestHi: number, guestLo: number): string | undefined {
  if (isGnp(hi, lo))
    return present(guestLo) ? 'says that the guest has nothing there, but it has' : undefined;
  if (!isMmioMagic(hi, lo)) return undefined;
  const gfn = frameOf(guestHi, guestLo);
  if (present(guestLo) && gfn === gfnOfMmioMagic(lo) && x.p2m.type(gfn) === P2M_MMIO_DM) return undefined;
  return `stands for the device at ${x.name(gfnOfMmioMagic(lo))}, but the guest has something else there`;
}

/** I1: a table in sync never gives more than the guest's does. */
export const syncedContents = invariant(
  'I1',
  'An L1 shadow in sync grants nothing that its guest table does not grant now.',
  (x, found) => {
    for (const smfn of x.l1Shadows()) {
      const gmfn = x.pages.backpointer(smfn);
      const type = x.pages.type(smfn);
      if (!isL1(type) || x.outOfSync(gmfn)) continue;
      const narrow = isNarrow(type);
      eachPresent(x, smfn, (i, hi, lo) => {
        const guestHi = x.guestHi(narrow, gmfn, i);
        const guestLo = x.guestLo(narrow, gmfn, i);
        const what = isMagic(hi, lo) ? 'none' : excessL1(x, hi, lo, guestHi, guestLo);
        const wrong = isMagic(hi, lo)
          ? wrongMagic(x, hi, lo, guestHi, guestLo)
          : what === 'none'
            ? undefined
            : sayTaken(x, what, hi, lo, guestLo, gmfn, i);
        if (wrong !== undefined) found(`${entryOf(x, smfn, i)} ${wrong}.`, shadowEntry(x, smfn, i));
      });
    }
  },
);

/** The guest took a right away, or the page is a table: the reader wants to know which. */
function sayTaken(
  x: Xen,
  what: Excess,
  hi: number,
  lo: number,
  guestLo: number,
  gmfn: number,
  i: number,
): string {
  const target = x.name(frameOf(hi, lo));
  if (what === 'write' && x.isPageTable(frameOf(hi, lo)))
    return `maps ${target} writable, but that is a page table in sync`;
  if (what === 'write') return `maps ${target} writable, but the guest took the permission away`;
  if (what === 'user' && (guestLo & U) === 0)
    return `maps ${target} for user mode, but the guest took the permission away`;
  return sayExcess(what, target, `the guest's ${entryOf(x, gmfn, i)}`);
}

/** I12: the upper levels are never stale. */
export const upperContents = invariant(
  'I12',
  'A shadow entry above level 1 points at the shadow of the very table the guest entry names now, with no more rights.',
  (x, found) => {
    for (const smfn of x.shadows()) {
      const level = levelOfType(x.pages.type(smfn));
      if (level < 2) continue;
      const gmfn = x.pages.backpointer(smfn);
      eachPresent(x, smfn, (i, hi, lo) => {
        const wrong = wrongUpper(x, smfn, level, gmfn, i, hi, lo);
        if (wrong !== undefined) found(`${entryOf(x, smfn, i)} ${wrong}.`, shadowEntry(x, smfn, i));
      });
    }
  },
);

/** What is wrong with entry i of the shadow of gmfn. */
function wrongUpper(
  x: Xen,
  smfn: number,
  level: number,
  gmfn: number,
  i: number,
  hi: number,
  lo: number,
): string | undefined {
  const target = frameOf(hi, lo);
  const { guest, types, fl1, narrow } = x.geometries[familyOf(x.pages.type(smfn))];
  const stride = strideOf(x.pages.type(smfn));
  const at = Math.floor(i / stride);
  const guestHi = x.guestHi(narrow, gmfn, at);
  const guestLo = x.guestLo(narrow, gmfn, at);
  const below = x.pages.head(target);
  const type = x.pages.type(below);
  if (!x.pages.owns(below) || levelOfType(type) !== level - 1)
    return `leads to ${x.name(below)}, which is no L${level - 1} shadow`;
  const what = excessUpper(x, level, below, hi, lo, guestHi, guestLo);
  if (what !== 'none') return sayExcess(what, x.name(below), `the guest's ${entryOf(x, gmfn, at)}`);
  if (type !== fl1 && type !== types[level - 1])
    return `leads to ${x.name(below)}, a ${typeName(type)} shadow, which belongs to another paging mode`;
  if (stride === 2 && target !== below + (i % 2))
    return `leads to ${x.name(target)}, but must lead to page ${i % 2} of ${x.name(below)}`;
  // In 2-level mode PS counts only with CR4.PSE, which each vCPU may have in its own way.
  const splintered = level === 2 && (guestLo & PS) !== 0 && (!narrow || isFl1(type));
  const wanted = splintered ? leafFrame(guest, 2, guestHi, guestLo) : x.p2m.mfn(frameOf(guestHi, guestLo));
  if (x.pages.backpointer(below) === wanted && isFl1(type) === splintered) return undefined;
  return `leads to ${x.name(below)}, the shadow of ${x.name(x.pages.backpointer(below))}, but the guest's entry names ${x.name(wanted)}`;
}

/** I9: the snapshot is what the shadow was made from. */
export const snapshots = invariant(
  'I9',
  'What an out-of-sync shadow maps was derived from its snapshot; no snapshot page belongs to two slots.',
  (x, found) => {
    const owners = new Map<number, string>();
    for (const { index: v, oos } of x.vcpus)
      for (let slot = 0; slot < oos.size; slot++) {
        const page = oos.snapshot(slot);
        if (page < 0) continue;
        const before = owners.get(page);
        if (before !== undefined)
          found(
            `snapshot page ${x.name(page)} belongs to slot ${slot} of vCPU ${v} and to ${before}.`,
            shadowPage(x, page),
          );
        owners.set(page, `slot ${slot} of vCPU ${v}`);
      }
    eachSnapshot(x, (smfn, snapshot, gmfn) =>
      eachPresent(x, smfn, (i, hi, lo) => {
        const wrong = notFromSnapshot(x, snapshot, gmfn, i, hi, lo);
        if (wrong !== undefined) found(`${entryOf(x, smfn, i)} ${wrong}.`, shadowEntry(x, smfn, i));
      }),
    );
  },
);

function notFromSnapshot(
  x: Xen,
  snapshot: number,
  gmfn: number,
  i: number,
  hi: number,
  lo: number,
): string | undefined {
  const narrow = isNarrow(x.l1Type(gmfn));
  const snapHi = x.guestHi(narrow, snapshot, i);
  const snapLo = x.guestLo(narrow, snapshot, i);
  if (isMagic(hi, lo)) {
    if (wrongMagic(x, hi, lo, snapHi, snapLo) === undefined) return undefined;
    return `is known not present, but the snapshot of ${x.name(gmfn)} in ${x.name(snapshot)} has an entry there`;
  }
  const what = excessL1(x, hi, lo, snapHi, snapLo);
  if (what !== 'present' && what !== 'frame') return undefined;
  return `maps ${x.name(frameOf(hi, lo))}, which was not derived from the snapshot of ${x.name(gmfn)} in ${x.name(snapshot)}`;
}

/** I10: and grants nothing beyond it. That it maps something else altogether is for I9 to say. */
export const snapshotRights = invariant(
  'I10',
  'An entry of an out-of-sync shadow grants nothing that its snapshot does not grant.',
  (x, found) =>
    eachSnapshot(x, (smfn, snapshot, gmfn) =>
      eachPresent(x, smfn, (i, hi, lo) => {
        if (!isUsable(hi, lo)) return;
        const narrow = isNarrow(x.l1Type(gmfn));
        const [snapHi, snapLo] = [x.guestHi(narrow, snapshot, i), x.guestLo(narrow, snapshot, i)];
        const what = excessL1(x, hi, lo, snapHi, snapLo);
        if (what === 'none' || what === 'present' || what === 'frame') return;
        const by = `the snapshot of ${x.name(gmfn)} in ${x.name(snapshot)}`;
        found(
          `${entryOf(x, smfn, i)} ${sayExcess(what, x.name(frameOf(hi, lo)), by)}.`,
          shadowEntry(x, smfn, i),
        );
      }),
    ),
);

/** Out-of-sync shadows that have a snapshot to be trusted. */
function eachSnapshot(x: Xen, visit: (smfn: number, snapshot: number, gmfn: number) => void): void {
  for (const smfn of x.l1Shadows()) {
    const gmfn = x.pages.backpointer(smfn);
    if (!isL1(x.pages.type(smfn)) || !x.outOfSync(gmfn)) continue;
    const place = oosFind(x, gmfn);
    if (place === undefined) continue; // I6
    const { oos } = x.vcpu(place.owner);
    if (oos.snapshot(place.slot) >= 0 && oos.snapshotComplete(place.slot))
      visit(smfn, oos.snapshot(place.slot), gmfn);
  }
}
