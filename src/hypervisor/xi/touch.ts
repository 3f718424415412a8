import { slotOf } from './backlinks';
import { TO_TABLE } from './constants';
import { rootSlot, spteIndex } from './shape';
import type { Xi } from './state';

/**
 * Knob `touch-on-hit`: an access that the processor translated by itself counts as a use of the shadows on its path. No software can
 * see that (sheet 5.9): it is there to show what true LRU would do.
 */
export function touchPath(x: Xi, v: number, vaHi: number, vaLo: number): void {
  const shape = x.shape(v);
  let kit = x.vcpu(v).root(rootSlot(shape, vaHi, vaLo));
  for (let level = shape.top; kit >= 0 && level >= 1; level--) {
    x.kits.touch(x.domainOf(v), kit);
    const slot = slotOf(kit, spteIndex(shape, level, vaHi, vaLo));
    kit = x.what(slot) === TO_TABLE ? x.kitAt(x.mfnOf(slot)) : -1;
  }
}
