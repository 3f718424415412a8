import { procedure, slots, type Thread } from '../../kernel';
import { shUnpin } from './destroy';
import { WHY_UNSHADOW } from './events';
import { flushTlbMask } from './flushTlb';
import { isUsable } from './magic';
import type { Xen } from './state';
import { clearUpper } from './upper';

const L = slots('wanted', 'cpu', 'smfn');

const enough = (t: Thread, x: Xen): boolean => x.pool.free >= t.get(L.wanted);

/** shadow_unhook_mappings: blanks every entry of a top level that is loaded on some vCPU. */
export function unhook(x: Xen, smfn: number): void {
  for (let i = 0; i < x.entries; i++)
    if (isUsable(x.hi(smfn, i), x.lo(smfn, i))) clearUpper(x, smfn, i, WHY_UNSHADOW);
}

/**
 * shadow_prealloc (sheet 1.7): makes room in the pool before pages are taken, because making room may destroy tables that the
 * caller is using. Argument: pages wanted. Throws if the pool cannot hold one path, which poolFrames sees to.
 */
export const shadowPrealloc = procedure<Xen>({
  name: 'shadow_prealloc',
  part: 'xen',
  lane: 'hypervisor',
  about:
    'Makes sure that the pool has pages left: first by unpinning top levels, then by blanking those in use.',
  slots: L,
  steps: [
    {
      label: 'enough',
      line: 'shadow_prealloc(count): enough free pages? return',
      touch: 'locked',
      run: (t, x) => {
        if (enough(t, x)) t.ret();
        else x.world.count('shadow_prealloc_1');
      },
      say: (_, x) => `The pool has ${x.pool.free} free pages.`,
    },
    {
      label: 'unpin',
      line: '  unpin the least recently pinned top levels',
      touch: 'locked',
      beat: true,
      run: (t, x) => {
        const smfn = x.pinned.tail;
        t.set(L.smfn, smfn);
        if (smfn === 0) {
          x.world.count('shadow_prealloc_2');
          return;
        }
        shUnpin(x, smfn);
        if (enough(t, x)) t.ret();
        else t.goto('unpin');
      },
      say: (t, x) =>
        t.get(L.smfn) === 0
          ? 'No top level is pinned any more, and there is still no room.'
          : `The pool is short of pages: shadow ${x.name(t.get(L.smfn))} is unpinned, the least recently pinned. ${x.pool.free} pages are free now.`,
    },
    {
      label: 'unhook',
      line: '  blank the top levels in use; flush',
      touch: 'locked',
      beat: true,
      run: (t, x) => {
        const cpu = t.get(L.cpu);
        const top = cpu < x.vcpus.length ? x.vcpu(cpu).shadowTop : -1;
        t.set(L.smfn, Math.max(0, top));
        if (cpu >= x.vcpus.length)
          throw new Error(
            `the shadow pool of ${x.pages.frames} pages is too small: nothing is left to reclaim. Give it more frames`,
          );
        if (top >= 0) unhook(x, top);
        t.set(L.cpu, cpu + 1);
        if (enough(t, x)) t.callThen('done', flushTlbMask, []);
        else t.goto('unhook');
      },
      say: (t, x) =>
        `Every entry of the top-level shadow ${x.name(t.get(L.smfn))} is blanked, though it is in use. ${x.pool.free} pages are free now.`,
    },
    {
      label: 'done',
      line: '  return',
      touch: 'private',
      run: (t) => t.ret(),
      say: (t) => `There is room for ${t.get(L.wanted)} pages.`,
    },
  ],
});
