import { procedure, slots } from '../../kernel';
import { indexOf, kitOf } from './backlinks';
import { sayChain, setHead } from './chains';
import { CHAIN_NONE, TO_TABLE } from './constants';
import { BlRemove, SpteClear } from './events';
import { emptySpte } from './spte';
import type { Xi } from './state';

const L = slots('slot', 'chain', 'of', 'touched', 'gfn');

/**
 * Removes an SPTE, from wherever it stands in its chain, in constant time (sheet 5.4). Argument: slot. The TLBs may still know
 * the entry: a flush is owed.
 */
export const xiRemove = procedure<Xi>({
  name: 'xi_remove_spte',
  part: 'xi',
  lane: 'hypervisor',
  about: 'Takes a shadow entry out of its chain and clears it (RECONSTRUCTED).',
  slots: L,
  steps: [
    {
      label: 'before',
      line: 'remove(slot): if prev: prev.next = next; else head = next',
      touch: 'locked',
      run: (t, x) => {
        const slot = t.get(L.slot);
        const name = x.backlinks.chainOf(slot);
        t.set(L.chain, name.chain);
        t.set(L.of, name.of);
        t.set(L.gfn, x.what(slot) === TO_TABLE ? -1 : x.gfnOf(slot));
        if (name.chain === CHAIN_NONE) return;
        const prev = x.backlinks.prev(slot);
        const next = x.backlinks.next(slot);
        if (prev < 0) setHead(x, name, next);
        else {
          x.backlinks.setNext(prev, next);
          t.set(L.touched, 1);
        }
      },
      say: (t, x) => {
        if (t.get(L.chain) === CHAIN_NONE) return `${x.slotName(t.get(L.slot))} is in no chain.`;
        const from = sayChain(x, { chain: t.get(L.chain), of: t.get(L.of) });
        return t.get(L.touched) === 0
          ? `${x.slotName(t.get(L.slot))} is the first in ${from}: the next one becomes the first.`
          : `The entry before ${x.slotName(t.get(L.slot))} in ${from} is linked to the one behind it. Nobody walks the chain for that.`;
      },
    },
    {
      label: 'behind',
      line: '  if next: next.prev = prev',
      touch: 'locked',
      run: (t, x) => {
        const slot = t.get(L.slot);
        const next = t.get(L.chain) === CHAIN_NONE ? -1 : x.backlinks.next(slot);
        if (next < 0) return;
        const prev = x.backlinks.prev(slot);
        if (prev < 0) x.backlinks.setFirst(next, { chain: t.get(L.chain), of: t.get(L.of) });
        else x.backlinks.setPrev(next, prev);
        t.set(L.touched, t.get(L.touched) + 1);
      },
      say: (t) =>
        `${t.get(L.touched) === 1 ? '1 neighbour was' : `${t.get(L.touched)} neighbours were`} touched, however long the chain is.`,
    },
    {
      label: 'unlink',
      line: '  back.chain = none',
      touch: 'locked',
      run: (t, x) => {
        const slot = t.get(L.slot);
        if (t.get(L.chain) === CHAIN_NONE) return;
        x.backlinks.clear(slot);
        x.world.count('bl_remove');
        x.world.emit(BlRemove, kitOf(slot), indexOf(slot), t.get(L.chain), t.get(L.of), t.get(L.touched));
      },
      say: (t, x) => `The backlink of ${x.slotName(t.get(L.slot))} is in no chain now.`,
    },
    {
      label: 'clear',
      line: '  spte = 0; a TLB flush is owed',
      touch: 'racy',
      beat: true,
      run: (t, x) => {
        const slot = t.get(L.slot);
        emptySpte(x, slot, t.get(L.gfn));
        x.owed = true;
        x.world.emit(SpteClear, kitOf(slot), indexOf(slot));
        t.ret();
      },
      say: (t, x) => `${x.slotName(t.get(L.slot))} is empty. The TLBs may still know it, so a flush is owed.`,
    },
  ],
});
