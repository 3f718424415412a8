import * as c from './constants';
import { isLast } from './link';
import type { Kvm } from './state';

/** Every present entry of every listed page. */
export function* presentEntries(k: Kvm): Iterable<{ sfn: number; index: number; lo: number; leaf: boolean }> {
  for (const sfn of k.pages.activePages()) {
    const level = k.pages.level(sfn);
    for (let index = 0; index < c.ENTRIES; index++) {
      const lo = k.lo(sfn, index);
      if ((lo & c.SPTE_MMU_PRESENT) !== 0) yield { sfn, index, lo, leaf: isLast(lo, level) };
    }
  }
}
