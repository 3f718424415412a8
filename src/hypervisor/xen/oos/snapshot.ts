import { Derived } from '../../../kernel';
import { SnapshotTaken, SnapshotUpdated } from '../events';
import { isNarrow } from '../geometry';
import type { Xen } from '../state';
import { SH_OOS_SNAPSHOT } from '../types';
import { oosPlace, oosSnapshotLookup } from './slots';

/** A vCPU's snapshot pages, one per slot, when its paging is first brought up (sheet 6.2). From the top of the pool. */
export function allocateSnapshots(x: Xen, v: number): void {
  if (!x.era.snapshots) return;
  const { oos } = x.vcpu(v);
  for (let slot = 0; slot < oos.size; slot++)
    if (oos.snapshot(slot) < 0) oos.setSnapshot(slot, x.pool.allocTop(SH_OOS_SNAPSHOT, 0));
}

/** Copies the page in a slot into the slot's snapshot page. With the snapshots off the old copy must not be trusted. */
export function takeSnapshot(x: Xen, v: number, slot: number): void {
  if (!x.era.snapshots) return;
  const { oos } = x.vcpu(v);
  const on = x.on('snapshots');
  oos.setSnapshotComplete(slot, on);
  if (!on) return;
  const gmfn = oos.page(slot);
  const smfn = oos.snapshot(slot);
  const type = x.l1Type(gmfn);
  const narrow = isNarrow(type);
  for (let i = 0; i < x.entriesOf(type); i++)
    copyEntry(
      x,
      narrow,
      smfn,
      i,
      x.guestHi(narrow, gmfn, i),
      x.guestLo(narrow, gmfn, i),
      x.guestCell(narrow, gmfn, i),
    );
  x.world.emit(SnapshotTaken, v, gmfn, slot, smfn);
}

/**
 * An entry of an out-of-sync table's shadow was derived from this guest entry: the snapshot says so from now on (sheet 6.6).
 * `from`: the cell of the guest entry. Does nothing in eras without snapshots.
 */
export function snapshotUpdate(x: Xen, gmfn: number, index: number, hi: number, lo: number, from = 0): void {
  if (!x.era.snapshots) return;
  if (!x.on('snapshots')) {
    const { owner, slot } = oosPlace(x, gmfn);
    x.vcpu(owner).oos.setSnapshotComplete(slot, false);
    return;
  }
  const smfn = oosSnapshotLookup(x, gmfn);
  copyEntry(x, isNarrow(x.l1Type(gmfn)), smfn, index, hi, lo, from);
  x.world.emit(SnapshotUpdated, gmfn, smfn, index);
}

function copyEntry(
  x: Xen,
  narrow: boolean,
  smfn: number,
  index: number,
  hi: number,
  lo: number,
  from: number,
): void {
  if (x.guestHi(narrow, smfn, index) === hi && x.guestLo(narrow, smfn, index) === lo) return;
  x.writeGuestEntry(narrow, smfn, index, hi, lo);
  if (from !== 0) x.world.emit(Derived, x.guestCell(narrow, smfn, index), from);
}
