import { CR0_PG, frameOf, W } from '../../../machine';
import { SHADOW_OOS_FIXUPS } from '../fixupStore';
import { isUsable } from '../magic';
import { oosFind } from '../oos/slots';
import type { Xen } from '../state';
import { entryOf, guestPage, invariant, oosSlot, shadowEntry } from './names';
import { eachPresent } from './presentEntries';

/** I6: marks and slots say the same. */
export const inOneSlot = invariant(
  'I6',
  'A page is out of sync exactly if it is in one slot of one vCPU, its home slot or the next.',
  (x, found) => {
    const seen = new Map<number, string>();
    for (const { index: v, oos } of x.vcpus)
      for (let slot = 0; slot < oos.size; slot++) {
        const gmfn = oos.page(slot);
        if (gmfn < 0) continue;
        const here = `slot ${slot} of vCPU ${v}`;
        const where = oosSlot(v, slot);
        if (!x.outOfSync(gmfn)) found(`${here} holds ${x.name(gmfn)}, which is not out of sync.`, where);
        const home = x.homeSlot(gmfn);
        if (slot !== home && slot !== (home + 1) % oos.size)
          found(`${here} holds ${x.name(gmfn)}, whose home is slot ${home}.`, where);
        const before = seen.get(gmfn);
        if (before !== undefined) found(`${here} holds ${x.name(gmfn)}, and so does ${before}.`, where);
        seen.set(gmfn, here);
      }
    for (const gmfn of x.guest.touched())
      if (x.guest.outOfSync(gmfn) && !seen.has(gmfn))
        found(`frame ${x.name(gmfn)} is out of sync, but is in no slot.`, guestPage(x, gmfn));
  },
);

/** I7: at most two of one home. */
export const twoPerHome = invariant(
  'I7',
  'At most two pages with the same home slot are out of sync in one vCPU’s table.',
  (x, found) => {
    for (const { index: v, oos } of x.vcpus) {
      const homes = new Array<number>(oos.size).fill(0);
      for (let slot = 0; slot < oos.size; slot++) {
        const gmfn = oos.page(slot);
        if (gmfn < 0) continue;
        const home = x.homeSlot(gmfn);
        homes[home] = (homes[home] ?? 0) + 1;
        if (homes[home] === 3)
          found(`the table of vCPU ${v} holds three pages whose home is slot ${home}.`, oosSlot(v, slot));
      }
    }
  },
);

/**
 * I8: the fixup arrays know every writable mapping. In the table eras nothing is promised but that the type count tells what is
 * missing, which I2 holds after every resync.
 */
export const fixupsComplete = invariant(
  'I8',
  'Every shadow entry that maps an out-of-sync page writable is in the fixup array of its slot.',
  (x, found) => {
    if (x.era.fixups !== 'array' || !x.on('fixups')) return;
    for (const smfn of x.l1Shadows()) {
      eachPresent(x, smfn, (i, hi, lo) => {
        const gmfn = frameOf(hi, lo);
        if ((lo & W) === 0 || !isUsable(hi, lo) || !x.outOfSync(gmfn)) return;
        const place = oosFind(x, gmfn);
        const arrays = place === undefined ? undefined : x.fixupArrays[place.owner];
        if (place === undefined || arrays === undefined) return; // I6
        for (let k = 0; k < SHADOW_OOS_FIXUPS; k++)
          if (arrays.smfn(place.slot, k) === smfn && arrays.off(place.slot, k) === i) return;
        found(
          `${entryOf(x, smfn, i)} maps the out-of-sync page ${x.name(gmfn)} writable, but no fixup of its slot says so.`,
          shadowEntry(x, smfn, i),
        );
      });
    }
  },
);

/** I18: a CR3 load leaves nothing of its own behind. Seen from the release that ends its locked part on. */
export const ownInSync = invariant(
  'I18',
  'When a vCPU has loaded CR3, none of the pages it had let go is out of sync.',
  (x, found) => {
    for (const { index: v, oos } of x.vcpus) {
      if (!x.flushWitness.justLoaded(v)) continue;
      for (let slot = 0; slot < oos.size; slot++)
        if (oos.page(slot) >= 0)
          found(
            `vCPU ${v} has loaded CR3, but slot ${slot} of its table still holds ${x.name(oos.page(slot))}.`,
            oosSlot(v, slot),
          );
    }
  },
  (x) => [x.flushWitness.region],
);

/** Procedures in which a vCPU's paging mode is about to be settled. */
const SETTLING = ['hvm_set_cr0', 'sh_update_paging_modes', 'xen_boot'];

/** Whether vCPU v has paging off for the guest, and Xen has taken note of that. */
function pagesOff(x: Xen, v: number): boolean {
  if ((x.machine.vcpu(v).get('cr0') & CR0_PG) !== 0) return false;
  return !x.world.actors.some(({ thread }) =>
    (thread?.frames() ?? []).some(({ procedure }) => SETTLING.includes(procedure.name)),
  );
}

/** I19: a vCPU without paging never flushes, so nothing may drift. */
export const nothingWithoutPaging = invariant(
  'I19',
  'While a vCPU has paging off, no table is out of sync, and none may go.',
  (x, found) => {
    const off = x.vcpus.find(({ index }) => pagesOff(x, index));
    if (off === undefined) return;
    if (x.domain.get('oosActive') !== 0)
      found(`vCPU ${off.index} has paging off, but tables may go out of sync.`, `vcpu ${off.index}`);
    for (const { index: v, oos } of x.vcpus)
      for (let slot = 0; slot < oos.size; slot++)
        if (oos.page(slot) >= 0)
          found(
            `${x.name(oos.page(slot))} is out of sync, but vCPU ${off.index} has paging off.`,
            oosSlot(v, slot),
          );
  },
);
