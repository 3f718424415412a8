import { indexAt } from '../../machine';
import * as c from './constants';
import { childOf, isLast } from './link';
import type { Kvm } from './state';

/** Where the shadow of an address begins: the root, or one of the four level-2 roots of a guest with 32-bit addresses. */
export interface ShadowTop {
  readonly sfn: number;
  readonly level: number;
}

export function shadowTop(k: Kvm, v: number, root: number, vaLo: number): ShadowTop {
  if (root !== k.paeRoot(v)) return { sfn: root, level: root === 0 ? 0 : 4 };
  const sfn = k.vcpu(v).pae(vaLo >>> 30);
  return { sfn, level: sfn === 0 ? 0 : 2 };
}

/** Index of the spte of an address in a shadow table of a level. */
export const shadowIndex = (k: Kvm, v: number, level: number, vaHi: number, vaLo: number): number =>
  indexAt(k.machine.hwMode(v), level, vaHi, vaLo);

/**
 * for_each_shadow_entry: visits the entries that translate an address, top down, until one is absent or a leaf; `visit` returns
 * false to stop earlier.
 */
export function eachShadowEntry(
  k: Kvm,
  v: number,
  root: number,
  vaHi: number,
  vaLo: number,
  visit: (sfn: number, index: number, level: number) => boolean,
): void {
  let { sfn, level } = shadowTop(k, v, root, vaLo);
  while (level > 0) {
    const index = shadowIndex(k, v, level, vaHi, vaLo);
    if (!visit(sfn, index, level)) return;
    const lo = k.lo(sfn, index);
    if ((lo & c.SPTE_MMU_PRESENT) === 0 || isLast(lo, level)) return;
    sfn = childOf(k, sfn, index);
    level--;
  }
}
