import { PAGE_CELLS } from '../../kernel';
import { KIT_PAGES } from './constants';
import type { Xi } from './state';

/** Zeroes the pages of a free kit. What recycling has cleared already costs nothing to the simulator; it is counted all the same. */
export function zeroKit(x: Xi, kit: number): void {
  const first = x.spt(kit);
  for (let page = 0; page < KIT_PAGES; page++) {
    const cells = x.memory.find(first + page);
    if (cells === 0) continue;
    for (let i = 0; i < PAGE_CELLS; i++) x.world.store.set(cells + i, 0);
  }
  x.kits.set(kit, 'used', 0);
}
