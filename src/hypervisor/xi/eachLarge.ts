import { procedure, slots } from '../../kernel';
import { G, NX_HI, U, W } from '../../machine';
import { slotOf } from './backlinks';
import { TO_LARGE } from './constants';
import { xiDivide } from './divide';
import { largeBase } from './gpt';
import { xiRemove } from './remove';
import type { Xi } from './state';

/** What is done to a large SPTE that covers the page. */
export const DIVIDE = 0;
export const REMOVE_LARGE = 1;

const L = slots('gfn', 'action', 'slot', 'next', 'divided', 'done', 'kit', 'index', 'reads');

/** The next kit from a number on whose entries can be large, or -1. */
const nextUpperKit = (x: Xi, from: number): number =>
  x.kits.used().find((kit) => kit >= from && x.kits.get(kit, 'level') === 2) ?? -1;

/** Whether an SPTE is a large one that covers the page. */
const covers = (x: Xi, slot: number, gfn: number): boolean =>
  x.what(slot) === TO_LARGE && x.gfnOf(slot) === largeBase(x, gfn);

/**
 * Finds every large SPTE that covers a guest page: they are in the chain of the first page of the large one, not in the page's own
 * (sheet 4.4). Divides it, or removes it. Arguments: guest frame, action. Returns how many there were.
 */
export const xiEachLarge = procedure<Xi>({
  name: 'xi_each_large',
  part: 'xi',
  lane: 'hypervisor',
  about: 'Visits the large mappings that cover a page, by the chain of their first page (RECONSTRUCTED).',
  slots: L,
  steps: [
    {
      label: 'start',
      line: 'each_large(page): slot = head of the chain of the large page’s first page',
      touch: 'locked',
      run: (t, x) => {
        if (!x.on('chain-walk') || x.tablesOnly) {
          t.set(L.kit, nextUpperKit(x, 0));
          t.set(L.index, 0);
          t.goto(t.get(L.kit) < 0 ? 'end' : 'read');
          return;
        }
        t.set(L.next, x.pages.get(largeBase(x, t.get(L.gfn)), 'chainHead') - 1);
        t.goto(t.get(L.next) < 0 ? 'end' : 'visit');
      },
      say: (t, x) => {
        const base = x.name(largeBase(x, t.get(L.gfn)));
        return x.on('chain-walk') && !x.tablesOnly
          ? `A large page that contains ${x.name(t.get(L.gfn))} begins at page ${base}: its mapping is in the chain of that page.`
          : `Every upper shadow is searched for a large page that contains ${x.name(t.get(L.gfn))}.`;
      },
    },
    {
      label: 'visit',
      line: '  for each slot of it: is it a large SPTE?',
      touch: 'locked',
      run: (t, x) => {
        const slot = t.get(L.next);
        t.set(L.slot, slot);
        t.set(L.next, x.backlinks.next(slot));
        x.world.count('large_visits');
        if (x.what(slot) === TO_LARGE) t.goto('act');
        else t.goto(t.get(L.next) < 0 ? 'end' : 'visit');
      },
      say: (t, x) =>
        x.what(t.get(L.slot)) === TO_LARGE
          ? `${x.slotName(t.get(L.slot))} maps the whole large page.`
          : `${x.slotName(t.get(L.slot))} maps the first page only.`,
    },
    {
      label: 'read',
      line: '  linear: for each entry of each upper SPT: is it a large SPTE that covers the page?',
      touch: 'racy',
      run: (t, x) => {
        const kit = t.get(L.kit);
        const slot = slotOf(kit, t.get(L.index));
        t.set(L.slot, slot);
        t.set(L.reads, t.get(L.reads) + 1);
        x.world.count('linear_reads');
        if (covers(x, slot, t.get(L.gfn))) {
          t.goto('act');
          return;
        }
        const last = t.get(L.index) + 1 === x.shapeOf(kit).entries;
        t.set(L.index, last ? 0 : t.get(L.index) + 1);
        if (last) t.set(L.kit, nextUpperKit(x, kit + 1));
        t.goto(t.get(L.kit) < 0 ? 'end' : 'read');
      },
      say: (t, x) =>
        covers(x, t.get(L.slot), t.get(L.gfn))
          ? `${x.slotName(t.get(L.slot))} maps a large page that contains it.`
          : `${x.slotName(t.get(L.slot))} does not.`,
    },
    {
      label: 'act',
      line: '    then divide it, or remove it',
      touch: 'locked',
      run: (t, x) => {
        const slot = t.get(L.slot);
        t.set(L.done, t.get(L.done) + 1);
        t.set(L.divided, -1);
        if (t.get(L.action) === REMOVE_LARGE) {
          t.callThen('start', xiRemove, [slot]);
          return;
        }
        const rights = x.lo(slot) & (U | W | G);
        t.call(xiDivide, [slot, x.gfnOf(slot), rights, x.hi(slot) & NX_HI], L.divided);
      },
      say: (t, x) =>
        t.get(L.action) === REMOVE_LARGE
          ? `${x.slotName(t.get(L.slot))} is removed.`
          : `${x.slotName(t.get(L.slot))} is divided, so that one of its pages can be protected alone.`,
    },
    {
      label: 'unfit',
      line: '    no kit for the pieces: remove it',
      touch: 'locked',
      run: (t, x) => {
        // Dividing changed the chain: begin again.
        if (t.get(L.divided) < 0 && x.what(t.get(L.slot)) === TO_LARGE)
          t.callThen('start', xiRemove, [t.get(L.slot)]);
        else t.goto('start');
      },
      say: (t, x) =>
        t.get(L.divided) < 0
          ? 'No kit could be had for the pieces: the mapping goes, and comes back in pieces at the next fault.'
          : `${x.kitName(t.get(L.divided))} holds the pieces.`,
    },
    {
      label: 'end',
      line: '  return how many there were',
      touch: 'locked',
      run: (t) => t.ret(t.get(L.done)),
      say: (t) =>
        t.get(L.done) === 0 ? 'No large mapping covers the page.' : 'No other large mapping covers the page.',
    },
  ],
});
