import { procedure, slots } from '../../kernel';
import { W } from '../../machine';
import { indexOf, kitOf } from './backlinks';
import { chainFor, headOf, sayChain, setHead } from './chains';
import { TO_LARGE, TO_NOTHING, TO_TABLE } from './constants';
import { BlInsert, SpteSet } from './events';
import { xiRemove } from './remove';
import { setSpte } from './spte';
import type { Xi } from './state';

const L = slots('slot', 'what', 'target', 'mfn', 'bits', 'nxHi', 'head');

/** Knob `backlinks-of-tables-only`: a mapping of a page that is no page table has none. */
const hasNoBacklink = (x: Xi, what: number, target: number): boolean =>
  what !== TO_TABLE && x.tablesOnly && !x.pages.isGpt(target);

/**
 * Installs an SPTE and puts its backlink at the head of the chain it belongs in (sheet 5.3). Arguments: slot; what it leads to;
 * the guest frame or kit; the machine frame; its bits; NX.
 */
export const xiInstall = procedure<Xi>({
  name: 'xi_install_spte',
  part: 'xi',
  lane: 'hypervisor',
  about: 'Writes a shadow entry and puts its backlink at the head of a chain (RECONSTRUCTED).',
  slots: L,
  steps: [
    {
      label: 'occupied',
      line: 'install(slot, target): if the slot is occupied: remove(slot)',
      touch: 'locked',
      run: (t, x) => {
        if (x.what(t.get(L.slot)) !== TO_NOTHING) t.call(xiRemove, [t.get(L.slot)]);
      },
      say: (t, x) =>
        x.what(t.get(L.slot)) === TO_NOTHING
          ? `${x.slotName(t.get(L.slot))} is empty and can be filled.`
          : `${x.slotName(t.get(L.slot))} holds something else, which must go first.`,
    },
    {
      label: 'write',
      line: '  spte = target, with the rights of the guest’s entry; W if the page may be written',
      touch: 'racy',
      beat: true,
      run: (t, x) => {
        const slot = t.get(L.slot);
        const what = t.get(L.what);
        const bits = t.get(L.bits);
        const gfn = what === TO_TABLE ? -1 : t.get(L.target);
        setSpte(x, slot, t.get(L.mfn), bits, t.get(L.nxHi), gfn);
        const writable = (bits & W) === 0 ? 0 : 1;
        x.world.emit(SpteSet, kitOf(slot), indexOf(slot), what, t.get(L.target), t.get(L.mfn), writable);
      },
      say: (t, x) => {
        const at = x.slotName(t.get(L.slot));
        const rights = (t.get(L.bits) & W) === 0 ? 'read-only' : 'writable';
        if (t.get(L.what) === TO_TABLE) return `${at} points to ${x.describe(t.get(L.target))}.`;
        const page = `${t.get(L.what) === TO_LARGE ? 'the large page at' : 'page'} ${x.name(t.get(L.target))}`;
        return `${at} maps ${page}, ${rights}.`;
      },
    },
    {
      label: 'chain',
      line: '  back.prev = none; back.next = head of the chain',
      touch: 'locked',
      run: (t, x) => {
        const slot = t.get(L.slot);
        const name = chainFor(t.get(L.what), t.get(L.target));
        if (hasNoBacklink(x, t.get(L.what), t.get(L.target))) {
          t.ret();
          return;
        }
        t.set(L.head, headOf(x, name));
        x.backlinks.setFirst(slot, name);
        x.backlinks.setNext(slot, t.get(L.head));
      },
      say: (t, x) => {
        if (hasNoBacklink(x, t.get(L.what), t.get(L.target)))
          return 'The page is no page table, so its mapping gets no backlink: whoever looks for it later must search.';
        const chain = sayChain(x, chainFor(t.get(L.what), t.get(L.target)));
        const place = t.get(L.head) < 0 ? 'which was empty' : `before ${x.slotName(t.get(L.head))}`;
        return `Its backlink joins ${chain}, ${place}.`;
      },
    },
    {
      label: 'neighbour',
      line: '  if head: head.prev = slot',
      touch: 'locked',
      run: (t, x) => {
        if (t.get(L.head) >= 0) x.backlinks.setPrev(t.get(L.head), t.get(L.slot));
      },
      say: (t, x) =>
        t.get(L.head) < 0
          ? 'There is no neighbour to tell.'
          : `${x.slotName(t.get(L.head))} knows the entry before it now.`,
    },
    {
      label: 'head',
      line: '  head = slot',
      touch: 'locked',
      run: (t, x) => {
        const slot = t.get(L.slot);
        const name = chainFor(t.get(L.what), t.get(L.target));
        setHead(x, name, slot);
        x.world.count('bl_insert');
        x.world.emit(BlInsert, kitOf(slot), indexOf(slot), name.chain, name.of);
        t.ret();
      },
      say: (t, x) =>
        `${x.slotName(t.get(L.slot))} is the first of ${sayChain(x, chainFor(t.get(L.what), t.get(L.target)))}.`,
    },
  ],
});
