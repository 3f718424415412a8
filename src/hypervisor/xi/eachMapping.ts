import { procedure, slots } from '../../kernel';
import { indexOf, kitOf, slotOf } from './backlinks';
import { CHAIN_PAGE, MAKING, TO_PAGE } from './constants';
import { BlInsert, BlVisit, ChainWalk, LinearRead, LinearScan } from './events';
import { xiRemove } from './remove';
import { takeWrite, writable } from './spte';
import type { Xi } from './state';

/** What is done to each SPTE that maps a page. */
export const TAKE_WRITE = 0;
export const REMOVE = 1;

const L = slots(
  ...(['gfn', 'action', 'visited', 'changed', 'slot', 'next', 'kit', 'index', 'left', 'hint'] as const),
);

/** Whether a search must read a kit: a leaf shadow in use, but not the one that is being made, which is empty. */
const isSearched = (x: Xi, kit: number): boolean =>
  x.kits.bound(kit) && x.kits.get(kit, 'level') === 1 && !x.vcpus.some((v) => v.held(MAKING) === kit);

/** All of them, for panels. */
export const leafKits = (x: Xi): number[] => x.kits.used().filter((kit) => isSearched(x, kit));

/** The next of them from a number on, or -1. */
function nextLeafKit(x: Xi, from: number): number {
  for (let kit = from; kit < x.kits.count; kit++) if (isSearched(x, kit)) return kit;
  return -1;
}

/** What a linear search would read for this question: the engine says so each time, whichever way it goes itself. */
function countWouldRead(x: Xi): void {
  let entries = 0;
  for (const kit of x.kits.used()) if (isSearched(x, kit)) entries += x.shapeOf(kit).entries;
  x.world.count('linear_would_read', entries);
}

/** Does what was asked to one mapping. Returns whether a procedure was called for it. */
function act(
  t: { get: (slot: number) => number; set: (slot: number, value: number) => void },
  x: Xi,
  slot: number,
): boolean {
  if (t.get(L.action) === REMOVE) {
    t.set(L.changed, t.get(L.changed) + 1);
    return true;
  }
  if (!writable(x, slot)) return false;
  takeWrite(x, slot, t.get(L.gfn));
  t.set(L.changed, t.get(L.changed) + 1);
  return false;
}

/** Whether the entry of a linear search maps the page. */
const maps = (x: Xi, slot: number, gfn: number): boolean =>
  x.what(slot) === TO_PAGE && x.mfnOf(slot) === x.p2m.mfn(gfn);

/** Where only page tables have backlinks, the search that finds the mappings of a new one gives them theirs. */
function linkFirst(x: Xi, slot: number, gfn: number): void {
  const head = x.pages.get(gfn, 'chainHead') - 1;
  x.backlinks.setFirst(slot, { chain: CHAIN_PAGE, of: gfn });
  x.backlinks.setNext(slot, head);
  if (head >= 0) x.backlinks.setPrev(head, slot);
  x.pages.set(gfn, 'chainHead', slot + 1);
  x.world.count('bl_insert');
  x.world.emit(BlInsert, kitOf(slot), indexOf(slot), CHAIN_PAGE, gfn);
}

/** A linear search that knows how many writable mappings there are may stop when it has found them. */
const knowsEnough = (x: Xi, gfn: number, action: number): boolean =>
  action === TAKE_WRITE &&
  !x.tablesOnly &&
  (x.on('writable-count') || x.on('one-hint')) &&
  x.pages.get(gfn, 'writers') === 0;

/**
 * Visits every SPTE of 4 KiB that maps a guest page, along the chain of its backlinks or by reading every entry of every leaf
 * shadow, and takes W from it or removes it. Arguments: guest frame, action. Returns how many were changed.
 */
export const xiEachMapping = procedure<Xi>({
  name: 'xi_each_mapping',
  part: 'xi',
  lane: 'hypervisor',
  about: 'Visits all mappings of a page: by its chain, or by a linear search.',
  slots: L,
  steps: [
    {
      label: 'start',
      line: 'each_mapping(page): slot = head of its chain',
      touch: 'locked',
      run: (t, x) => {
        const gfn = t.get(L.gfn);
        countWouldRead(x);
        if (!x.on('chain-walk') || !x.chained(gfn)) {
          t.goto('hint');
          return;
        }
        const head = x.pages.get(gfn, 'chainHead') - 1;
        t.set(L.next, head);
        t.goto(head < 0 ? 'walked' : 'visit');
      },
      say: (t, x) =>
        x.on('chain-walk') && x.chained(t.get(L.gfn))
          ? `The chain of page ${x.name(t.get(L.gfn))} ${t.get(L.next) < 0 ? 'is empty' : `begins at ${x.slotName(t.get(L.next))}`}.`
          : `Nothing says where page ${x.name(t.get(L.gfn))} is mapped: every leaf shadow must be searched.`,
    },
    {
      label: 'visit',
      line: '  for each slot of the chain: take W, or remove it',
      touch: 'racy',
      run: (t, x) => {
        const slot = t.get(L.next);
        t.set(L.slot, slot);
        t.set(L.next, x.backlinks.next(slot));
        t.set(L.visited, t.get(L.visited) + 1);
        x.world.count('chain_visits');
        const after = t.get(L.next) < 0 ? 'walked' : 'visit';
        const before = t.get(L.changed);
        const remove = x.what(slot) === TO_PAGE && act(t, x, slot);
        const hit = t.get(L.changed) - before;
        x.world.emit(BlVisit, kitOf(slot), indexOf(slot), t.get(L.gfn), hit);
        if (remove) t.callThen(after, xiRemove, [slot]);
        else t.goto(after);
      },
      say: (t, x) =>
        t.get(L.action) === REMOVE
          ? `${x.slotName(t.get(L.slot))} maps the page, and goes.`
          : `${x.slotName(t.get(L.slot))} maps the page. It is read-only now.`,
    },
    {
      label: 'walked',
      line: '  until the chain ends',
      touch: 'locked',
      beat: true,
      run: (t, x) => {
        x.world.emit(ChainWalk, t.get(L.gfn), t.get(L.visited));
        t.ret(t.get(L.changed));
      },
      say: (t) =>
        `The chain has ended: ${t.get(L.visited) === 1 ? '1 entry' : `${t.get(L.visited)} entries`} visited, and no other maps the page.`,
    },
    {
      label: 'hint',
      line: '  linear: first where the last writable mapping was installed, if that is remembered',
      touch: 'racy',
      run: (t, x) => {
        const gfn = t.get(L.gfn);
        const hint = x.pages.get(gfn, 'hint') - 1;
        t.set(L.kit, nextLeafKit(x, 0));
        t.set(L.hint, 0);
        if (x.on('one-hint') && hint >= 0 && t.get(L.action) === TAKE_WRITE) {
          t.set(L.hint, 1);
          t.set(L.visited, 1);
          x.world.count('linear_reads');
          const hit = maps(x, hint, gfn);
          x.world.emit(LinearRead, kitOf(hint), indexOf(hint), gfn, hit ? 1 : 0);
          if (hit) act(t, x, hint);
        }
        if (t.get(L.kit) < 0 || knowsEnough(x, gfn, t.get(L.action))) t.goto('searched');
      },
      say: (t, x) =>
        t.get(L.hint) === 0
          ? 'The search begins with the first leaf shadow.'
          : knowsEnough(x, t.get(L.gfn), t.get(L.action))
            ? 'The one place that is remembered was the only writable mapping.'
            : 'The one place that is remembered was not all there is.',
    },
    {
      label: 'read',
      line: '    for each leaf SPT, for each entry: does it map the page? then take W, or remove it',
      touch: 'racy',
      run: (t, x) => {
        const gfn = t.get(L.gfn);
        const kit = t.get(L.kit);
        const slot = slotOf(kit, t.get(L.index));
        t.set(L.slot, slot);
        t.set(L.visited, t.get(L.visited) + 1);
        x.world.count('linear_reads');
        const hit = maps(x, slot, gfn);
        t.set(L.left, hit ? 1 : 0);
        x.world.emit(LinearRead, kit, t.get(L.index), gfn, hit ? 1 : 0);
        if (hit && x.tablesOnly && x.pages.isGpt(gfn) && !x.backlinks.linked(slot)) linkFirst(x, slot, gfn);
        const remove = hit && act(t, x, slot);
        const last = t.get(L.index) + 1 === x.shapeOf(kit).entries;
        t.set(L.index, last ? 0 : t.get(L.index) + 1);
        if (last) t.set(L.kit, nextLeafKit(x, kit + 1));
        const after = t.get(L.kit) < 0 || knowsEnough(x, gfn, t.get(L.action)) ? 'searched' : 'read';
        if (remove) t.callThen(after, xiRemove, [slot]);
        else t.goto(after);
      },
      say: (t, x) =>
        t.get(L.left) === 0
          ? `${x.slotName(t.get(L.slot))} does not map the page.`
          : `${x.slotName(t.get(L.slot))} maps the page.`,
    },
    {
      label: 'searched',
      line: '    until all are read, or as many writable ones found as there are',
      touch: 'locked',
      beat: true,
      run: (t, x) => {
        const gfn = t.get(L.gfn);
        if (x.tablesOnly && x.pages.isGpt(gfn)) x.pages.set(gfn, 'complete', 1);
        x.world.emit(LinearScan, gfn, t.get(L.visited), t.get(L.changed));
        t.ret(t.get(L.changed));
      },
      say: (t) =>
        `${t.get(L.visited)} entries were read, and ${t.get(L.changed) === 1 ? '1 mapping' : `${t.get(L.changed)} mappings`} found to change.`,
    },
  ],
});
