import { frameName } from '../../base';
import type { Run } from '../../engine';
import { shadowTable } from '../../hypervisor/entity';
import { obsolete } from '../../hypervisor/kvm/zap';
import { kvmAt } from './kvmAt';

/** A shadow page as a line of the list. */
export interface PageLine {
  readonly name: string;
  readonly entity: string;
  /** `103/l1/wux`. */
  readonly key: string;
  /** `root of v0`, `unsync`, `obsolete`; empty where there is nothing to say. */
  readonly says: string;
}

export interface PageList {
  /** In the order in which they are reclaimed: the oldest made first. */
  readonly pages: readonly PageLine[];
  readonly used: number;
  readonly most: number;
  /** Frames with more than one page, with the keys that a look-up meets in order. */
  readonly chains: readonly { readonly frame: string; readonly keys: readonly string[] }[];
}

/** active_mmu_pages, and the chains of the hash; undefined for other designs. */
export function pageListAt(run: Run, cursor: number): PageList | undefined {
  return kvmAt(run, cursor, (k) => {
    const order = [...k.pages.activePages()];
    const gfns = new Set(order.map((sfn) => k.pages.get(sfn, 'gfn')));
    return {
      used: k.pages.usedCount,
      most: k.vm.get('maxPages'),
      pages: order.map((sfn) => {
        const loaders = k.vcpus.filter(
          (v) => v.get('root') === sfn || [0, 1, 2, 3].some((i) => v.pae(i) === sfn),
        );
        const words = [
          ...(loaders.length === 0 ? [] : [`root of ${loaders.map((v) => `v${v.index}`).join(', ')}`]),
          ...(k.pages.get(sfn, 'rootCount') > 0 && loaders.length === 0 ? ['cached root'] : []),
          ...(k.pages.get(sfn, 'unsync') === 0 ? [] : ['unsync']),
          ...(k.pages.get(sfn, 'unsyncChildren') === 0 ? [] : ['unsync below']),
          ...(obsolete(k, sfn) ? ['obsolete'] : []),
        ];
        return { name: k.name(sfn), entity: shadowTable(sfn), key: k.key(sfn), says: words.join(', ') };
      }),
      chains: [...gfns]
        .map((gfn) => ({ frame: frameName(gfn), keys: k.pages.ofGfn(gfn).map((sfn) => k.key(sfn)) }))
        .filter(({ keys }) => keys.length > 1),
    };
  });
}
