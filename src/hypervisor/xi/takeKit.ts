import { procedure, slots } from '../../kernel';
import { PageZero } from './events';
import { victim, xiRecycle } from './recycle';
import type { Xi } from './state';
import { zeroKit } from './zero';

const L = slots('domain', 'kit', 'zeroed');

/** Gets a kit from the pool (sheet 5.2, steps 2 to 4). Returns it, or -1 if there is none free and none that may be recycled. */
export const xiTakeKit = procedure<Xi>({
  name: 'xi_take_kit',
  part: 'xi',
  lane: 'hypervisor',
  about: 'Takes a kit off the free list, or recycles the shadow used least recently.',
  slots: L,
  steps: [
    {
      label: 'room',
      line: 'take_kit: if the free list is empty: recycle one by LRU',
      touch: 'locked',
      run: (t, x) => {
        const domain = x.domainOf(t.actor);
        t.set(L.domain, x.heapOf(domain));
        t.set(L.kit, -1);
        if (x.kits.freeCount(t.get(L.domain)) > 0) return;
        const kit = victim(x, domain);
        if (kit < 0) t.ret(-1);
        else t.call(xiRecycle, [kit]);
      },
      say: (t, x) =>
        x.kits.freeCount(t.get(L.domain)) > 0
          ? `The pool has ${x.kits.freeCount(t.get(L.domain))} free.`
          : victim(x, x.domainOf(t.actor)) < 0
            ? 'No kit is free, and every shadow is needed right now.'
            : 'No kit is free: a shadow must go.',
    },
    {
      label: 'take',
      line: '  kit = off the free list',
      touch: 'locked',
      run: (t, x) => {
        t.set(L.kit, x.kits.take(t.get(L.domain)));
      },
      say: (t, x) =>
        `${x.kitName(t.get(L.kit))} is taken: table, snapshot and backlinks in one. Nothing else need be allocated.`,
    },
    {
      label: 'zero',
      line: '  if it is not zeroed: zero its pages now',
      touch: 'locked',
      beat: true,
      run: (t, x) => {
        const kit = t.get(L.kit);
        if (x.kits.get(kit, 'used') !== 0 && x.on('zero-before-use')) {
          zeroKit(x, kit);
          t.set(L.zeroed, 1);
          x.world.count('pages_zeroed', x.zeroedPages);
          x.world.emit(PageZero, kit, x.zeroedPages);
        }
        t.ret(kit);
      },
      say: (t, x) =>
        t.get(L.zeroed) !== 0
          ? `${x.kitName(t.get(L.kit))} held leftovers: ${x.zeroedPages} pages are zeroed while the guest waits.`
          : x.kits.get(t.get(L.kit), 'used') === 0
            ? `${x.kitName(t.get(L.kit))} was zeroed before: nobody waits for that.`
            : 'Zeroing is switched off: the kit is used as it is.',
    },
  ],
});
