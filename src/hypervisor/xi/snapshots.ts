import { readBehind, WITHOUT_AD } from './entries';
import { XiSnapshotTaken } from './events';
import { guestRange } from './shape';
import type { Xi } from './state';

/**
 * Snapshots from a pool of their own (knob `snapshots`), as was proposed in the discussion: attached when a table is opened, with all
 * that it says at that moment, and taken off when it has been compared. If the pool is empty there is none, and the resync makes
 * every entry anew.
 */
export function takeSnapshot(x: Xi, kit: number): void {
  const domain = x.kits.get(kit, 'domain');
  if (x.snapshots < 0 || x.hasSnapshot(kit) || x.kits.snapshotsUsed(domain) >= x.snapshots) return;
  const shape = x.shapeOf(kit);
  const { first, count } = guestRange(shape, x.kits.get(kit, 'level'), x.kits.get(kit, 'quadrant'));
  const read = { hi: 0, lo: 0 };
  for (let entry = first; entry < first + count; entry++) {
    readBehind(x, kit, entry, read);
    x.writeGuest(shape, x.snapshot(kit), entry, read.hi, read.lo & WITHOUT_AD);
  }
  x.kits.setSnapshot(domain, kit, true);
  x.world.emit(XiSnapshotTaken, kit);
}

/** The snapshot goes back to its pool. */
export function dropSnapshot(x: Xi, kit: number): void {
  if (x.snapshots >= 0) x.kits.setSnapshot(x.kits.get(kit, 'domain'), kit, false);
}
