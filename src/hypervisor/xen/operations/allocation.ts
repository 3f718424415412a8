import { procedure, slots } from '../../../kernel';
import { AllocationChanged } from '../events';
import { shadowPrealloc } from '../prealloc';
import type { Xen } from '../state';
import { refuse } from './refuse';

const L = slots('pages', 'refused', 'target', 'grew');

const BEYOND = 1;

/**
 * The least a pool may have: what Xen asks for (sheet 1.7) or, for a pool that a scenario has made smaller than that on purpose,
 * what one path, the loaded top levels and the snapshots need.
 */
function lowerBound(x: Xen): number {
  const { vcpus, guestFrames } = x.machine.config;
  const acceptable = 128 * vcpus + Math.ceil(guestFrames / 256);
  return x.pages.frames >= acceptable ? acceptable : Math.min(x.pages.frames, 16 + 8 * vcpus);
}

/**
 * sh_set_allocation: the pool is given pages of the host's, or gives some back. Before each page that goes there is room made as
 * before any allocation, so a pool that shrinks may lose shadows. Argument: pages in all; fewer than the least are taken for
 * the least. Refused for more than the machine has. Source: sheet 1.7.
 */
export const shSetAllocation = procedure<Xen>({
  name: 'sh_set_allocation',
  part: 'xen',
  lane: 'hypervisor',
  about: 'The shadow pool grows or shrinks to so many pages.',
  slots: L,
  steps: [
    {
      label: 'check',
      line: 'sh_set_allocation(pages): pages = max(pages, shadow_min_acceptable_pages()); more than there are: -ENOMEM',
      touch: 'racy',
      run: (t, x) => {
        t.set(L.target, Math.max(t.get(L.pages), lowerBound(x)));
        if (t.get(L.pages) <= x.pages.frames) return;
        t.set(L.refused, BEYOND);
        refuse(t, x);
        t.ret();
      },
      say: (t, x) => {
        if (t.get(L.refused) === BEYOND)
          return `The host has ${x.pages.frames} pages for shadows, and not ${t.get(L.pages)}: nothing changes.`;
        return t.get(L.target) === t.get(L.pages)
          ? `The pool shall have ${t.get(L.target)} pages. It has ${x.pool.total}.`
          : `${t.get(L.pages)} pages are too few to go on with: the pool shall have ${t.get(L.target)}. It has ${x.pool.total}.`;
      },
    },
    {
      label: 'lock',
      line: '  shadow_lock()',
      touch: 'racy',
      when: (_, x) => x.lock.free,
      run: (t, x) => x.lock.take(t),
      say: 'The host takes the shadow lock.',
    },
    {
      label: 'room',
      line: '  while total_pages != pages: too many? shadow_prealloc(1)',
      touch: 'locked',
      run: (t, x) => {
        const { total } = x.pool;
        if (total === t.get(L.target)) t.goto('unlock');
        else if (total > t.get(L.target)) t.call(shadowPrealloc, [1]);
      },
      say: (t, x) =>
        x.pool.total === t.get(L.target)
          ? `The pool has ${x.pool.total} pages, as it shall.`
          : x.pool.total > t.get(L.target)
            ? `The pool has ${x.pool.total} pages, and must give one back: a free one, which may have to be made first.`
            : `The pool has ${x.pool.total} pages, and is given another.`,
    },
    {
      label: 'page',
      line: '    give a page back, or take one',
      touch: 'locked',
      run: (t, x) => {
        const grows = x.pool.total < t.get(L.target);
        t.set(L.grew, grows ? 1 : 0);
        if (grows) x.pool.giveBack();
        else x.pool.withdraw();
        t.goto('room');
      },
      say: (t, x) =>
        t.get(L.grew) === 1
          ? `${x.pool.total} pages, ${x.pool.free} of them free.`
          : `One page less: ${x.pool.total}, ${x.pool.free} of them free.`,
    },
    {
      label: 'unlock',
      line: '  shadow_unlock(); return 0',
      touch: 'racy',
      beat: true,
      run: (t, x) => {
        x.world.emit(AllocationChanged, x.pool.total);
        x.lock.release(t);
        t.ret();
      },
      say: (_, x) => `The shadow pool has ${x.pool.total} pages now, ${x.pool.free} of them free.`,
    },
  ],
});
