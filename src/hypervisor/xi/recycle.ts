import { frameName } from '../../base';
import { procedure, slots } from '../../kernel';
import { slotOf } from './backlinks';
import { TO_NOTHING } from './constants';
import { GptUnmark, SptiRecycle } from './events';
import { xiFlush } from './flush';
import { unmarkGpt } from './gpt';
import { xiRemove } from './remove';
import { dropSnapshot } from './snapshots';
import type { Xi } from './state';

const L = slots('kit', 'index', 'gfn', 'removed', 'unmarked');

/** Kits that must not go now: loaded as a root on any vCPU, or needed by an operation in progress (sheet 5.9, RECONSTRUCTED). */
export function pinned(x: Xi, kit: number): boolean {
  return x.vcpus.some((vcpu) => vcpu.roots.includes(kit) || (x.on('pin-path') && vcpu.inUse.includes(kit)));
}

/** The victim: from the cold end of the order of use, the first that is not pinned; -1 if all are. */
export function victim(x: Xi, domain: number): number {
  for (let kit = x.kits.oldest(domain); kit >= 0; kit = x.kits.newer(kit)) if (!pinned(x, kit)) return kit;
  if (!x.sharedHeap) return -1;
  // Nothing of its own can go: with a shared heap it takes from another domain, which has done nothing.
  for (let other = 0; other < x.domains; other++)
    for (let kit = x.kits.oldest(other); kit >= 0; kit = x.kits.newer(kit)) if (!pinned(x, kit)) return kit;
  return -1;
}

/** The next SPTE of a kit that is not empty, from an index on; -1: none. */
function nextEntry(x: Xi, kit: number, from: number): number {
  if (x.kits.get(kit, 'entries') === 0) return -1;
  for (let i = from; i < x.shapeOf(kit).entries; i++) if (x.what(slotOf(kit, i)) !== TO_NOTHING) return i;
  return -1;
}

/**
 * Tears down the shadow that was used least recently, and puts its kit on the free list (sheet 5.9). Argument: the kit. What it
 * points to stays cached, with no parent.
 */
export const xiRecycle = procedure<Xi>({
  name: 'xi_recycle',
  part: 'xi',
  lane: 'hypervisor',
  about: 'Tears down the least recently used shadow to reuse its kit (its steps are RECONSTRUCTED).',
  slots: L,
  steps: [
    {
      label: 'choose',
      line: 'recycle: the SPTI at the cold end that is not pinned',
      touch: 'locked',
      beat: true,
      run: (t, x) => {
        const kit = t.get(L.kit);
        t.set(L.gfn, x.kits.get(kit, 'gfn'));
        x.world.count('spti_recycle');
        x.world.count('recycle_checks', x.shapeOf(kit).entries);
        x.world.emit(SptiRecycle, kit, t.get(L.gfn), x.kits.get(kit, 'level'));
        const first = nextEntry(x, kit, 0);
        t.set(L.index, Math.max(first, 0));
        if (first < 0) t.goto('parents');
      },
      say: (t, x) =>
        `The pool is empty. ${x.describe(t.get(L.kit))}, was used least recently: it is torn down, and its kit used again.`,
    },
    {
      label: 'entry',
      line: '  for each entry that is not empty: remove(entry)',
      touch: 'locked',
      run: (t) => {
        t.set(L.removed, t.get(L.removed) + 1);
        t.call(xiRemove, [slotOf(t.get(L.kit), t.get(L.index))]);
      },
      say: (t, x) => `${x.slotName(slotOf(t.get(L.kit), t.get(L.index)))} leaves its chain.`,
    },
    {
      label: 'more',
      line: '  until all are empty',
      touch: 'locked',
      run: (t, x) => {
        const next = nextEntry(x, t.get(L.kit), t.get(L.index) + 1);
        t.set(L.index, Math.max(next, 0));
        if (next >= 0) t.goto('entry');
      },
      say: (t, x) =>
        x.kits.get(t.get(L.kit), 'entries') === 0
          ? `${t.get(L.removed) === 1 ? 'One entry was' : `${t.get(L.removed)} entries were`} taken out of chains. None is left.`
          : 'There are more.',
    },
    {
      label: 'parents',
      line: '  for each parent: remove(parent)',
      touch: 'locked',
      run: (t, x) => {
        const parent = x.kits.get(t.get(L.kit), 'parentHead') - 1;
        if (parent < 0 || !x.on('unlink-parents')) t.goto('flush');
        else t.callThen('parents', xiRemove, [parent]);
      },
      say: (t, x) =>
        x.kits.get(t.get(L.kit), 'parentHead') === 0
          ? `No entry points to ${x.kitName(t.get(L.kit))} any more.`
          : x.on('unlink-parents')
            ? `An upper entry still points to ${x.kitName(t.get(L.kit))}: it must go.`
            : 'Unlinking the parents is switched off: they go on pointing here.',
    },
    {
      label: 'flush',
      line: '  flush the TLBs',
      touch: 'locked',
      run: (t) => t.call(xiFlush, []),
      say: 'What was removed may still be in TLBs.',
    },
    {
      label: 'unbind',
      line: '  out of the hash and of the page’s list; the last one: the page is no page table any more',
      touch: 'locked',
      run: (t, x) => {
        const kit = t.get(L.kit);
        const gfn = t.get(L.gfn);
        if (x.kits.get(kit, 'direct') !== 0) return;
        x.pages.drop(gfn, kit);
        x.pages.add(gfn, 'recycled', 1);
        if (x.pages.get(gfn, 'sptis') !== 0) return;
        unmarkGpt(x, gfn);
        t.set(L.unmarked, 1);
        x.world.emit(GptUnmark, gfn);
      },
      say: (t) =>
        t.get(L.unmarked) === 0
          ? `${frameName(t.get(L.gfn))} is known by this shadow no more.`
          : `${frameName(t.get(L.gfn))} has no shadow left: it is no page table any more. Its mappings stay read-only until their next write fault.`,
    },
    {
      label: 'free',
      line: '  snapshot discarded, zeroed = false, on the free list',
      touch: 'locked',
      beat: true,
      run: (t, x) => {
        const kit = t.get(L.kit);
        const domain = x.kits.get(kit, 'domain');
        dropSnapshot(x, kit);
        x.kits.leave(domain, kit);
        const still = x.kits.get(kit, 'parentHead');
        for (const field of ['bound', 'gfn', 'level', 'quadrant', 'shape'] as const)
          x.kits.set(kit, field, 0);
        for (const field of ['snapStale', 'guestMayWrite', 'direct'] as const) x.kits.set(kit, field, 0);
        x.kits.set(kit, 'parentHead', still);
        x.kits.set(kit, 'used', 1);
        x.kits.putFree(x.heapOf(domain), kit);
        t.ret();
      },
      say: (t, x) =>
        `${x.kitName(t.get(L.kit))} is free. Its pages hold leftovers: whoever takes it must zero them first.`,
    },
  ],
});
