import { procedure, slots, type Thread } from '../../kernel';
import { shUnpin } from './destroy';
import { WHY_UNSHADOW } from './events';
import { flushTlbMask } from './flushTlb';
import { strideOf } from './geometry';
import { isUsable } from './magic';
import type { Xen } from './state';
import { clearUpper } from './upper';

const L = slots('wanted', 'pages', 'cpu', 'smfn', 'slot');

const enough = (t: Thread, x: Xen): boolean => x.pool.roomFor(t.get(L.wanted), Math.max(1, t.get(L.pages)));

/** shadow_unhook_mappings: blanks every entry of a top level that is loaded on some vCPU. */
export function unhook(x: Xen, smfn: number): void {
  const type = x.pages.type(smfn);
  for (let i = 0; i < x.entriesOf(type); i += strideOf(type))
    if (isUsable(x.hi(smfn, i), x.lo(smfn, i))) clearUpper(x, smfn, i, WHY_UNSHADOW);
}

/** The next top level in use: only PAE guests have more than one for a vCPU. */
function nextTop(t: Thread, x: Xen): void {
  const last = x.geometry(t.get(L.cpu)).name === 'pae' ? 3 : 0;
  const slot = t.get(L.slot);
  t.set(L.slot, slot === last ? 0 : slot + 1);
  if (slot === last) t.set(L.cpu, t.get(L.cpu) + 1);
}

/**
 * shadow_prealloc (sheet 1.7): makes room in the pool before pages are taken, because making room may destroy tables that the
 * caller is using. Arguments: tables wanted, pages in a row for each (0 is 1). Throws if the pool cannot hold one path, which poolFrames sees to.
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
      line: 'shadow_prealloc(type, count): enough free pages, in a row? return',
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
      touch: 'racy',
      beat: true,
      run: (t, x) => {
        const cpu = t.get(L.cpu);
        const slot = t.get(L.slot);
        const top = cpu < x.vcpus.length ? x.vcpu(cpu).shadowTable(slot) : -1;
        t.set(L.smfn, Math.max(0, top));
        if (cpu >= x.vcpus.length)
          throw new Error(
            `the shadow pool of ${x.pages.frames} pages is too small: nothing is left to reclaim. Give it more frames`,
          );
        if (top >= 0) unhook(x, top);
        nextTop(t, x);
        if (enough(t, x)) t.callThen('done', flushTlbMask, []);
        else t.goto('unhook');
      },
      say: (t, x) =>
        t.get(L.smfn) === 0
          ? 'That vCPU has no more shadows loaded.'
          : `Every entry of the top-level shadow ${x.name(t.get(L.smfn))} is blanked, though it is in use. ${x.pool.free} pages are free now.`,
    },
    {
      label: 'done',
      line: '  return',
      touch: 'private',
      run: (t) => t.ret(),
      say: (t) => `There is room for ${t.get(L.wanted) * Math.max(1, t.get(L.pages))} pages.`,
    },
  ],
});
