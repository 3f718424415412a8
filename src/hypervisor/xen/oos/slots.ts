import { ensure } from '../../../base';
import type { Xen } from '../state';
import { fixupTableRemove } from './fixupTable';

/** Which slot of whose table holds an out-of-sync page. */
export interface OosPlace {
  readonly owner: number;
  readonly slot: number;
}

/** vCPUs in order; home slot, then the one after; the first match wins (sheet 5.5). */
export function oosFind(x: Xen, gmfn: number): OosPlace | undefined {
  const home = x.homeSlot(gmfn);
  for (const { index: owner, oos } of x.vcpus) {
    if (oos.page(home) === gmfn) return { owner, slot: home };
    const next = (home + 1) % oos.size;
    if (oos.page(next) === gmfn) return { owner, slot: next };
  }
  return undefined;
}

/** Where an out-of-sync page is kept. A flagged page in no slot is a bug of ours, as it is of Xen's. */
export function oosPlace(x: Xen, gmfn: number): OosPlace {
  const place = oosFind(x, gmfn);
  ensure(place !== undefined, `out-of-sync page ${x.name(gmfn)} is in a slot`);
  return place;
}

/**
 * oos_hash_remove, for a page that lost its last shadow: its slot is free, without a resync; the snapshot page stays attached
 * to the slot. Its recorded fixups (T to U) go too.
 */
export function oosHashRemove(x: Xen, gmfn: number): void {
  const { owner, slot } = oosPlace(x, gmfn);
  x.vcpu(owner).oos.setPage(slot, -1);
  x.walkWitness.cameBack(x, gmfn);
  if (x.era.fixups === 'table') fixupTableRemove(x, gmfn);
}

/** oos_snapshot_lookup: smfn of the snapshot page of an out-of-sync page; -1 in eras without snapshots. */
export function oosSnapshotLookup(x: Xen, gmfn: number): number {
  const { owner, slot } = oosPlace(x, gmfn);
  return x.vcpu(owner).oos.snapshot(slot);
}
