import type { EventType } from '../../kernel';
import * as c from './constants';
import { KvmPrepareZapPage, KvmSyncPage, KvmZapAllFast } from './events';
import { childOf, clearUnsyncChild, dropParent, flushRemote, unaccountShadowed, zapEntry } from './link';
import { pointerIndex, pointerTable, WRITE_PROTECT } from './pteList';
import { roleDirect, roleInvalid } from './role';
import type { Kvm } from './state';
import { REQ_FREE_OBSOLETE_ROOTS } from './vcpuState';

/** Zapping, as plain functions inside one step under mmu_lock. Source: sheet 4.7; __kvm_mmu_prepare_zap_page. */

/** Pages found unsync below one, each with the way there: an array of (page, index in its parent), parents before children. */
export interface UnsyncWalk {
  readonly pages: { readonly sfn: number; readonly index: number }[];
}

/** is_obsolete_sp: of an older generation, or zapped while it was a root. */
export function obsolete(k: Kvm, sfn: number): boolean {
  return roleInvalid(k.pages.get(sfn, 'role')) || k.pages.get(sfn, 'validGen') !== k.vm.get('validGen');
}

/** Pages of a gfn that a look-up can find, newest first. */
export const validPages = (k: Kvm, gfn: number): number[] =>
  k.pages.ofGfn(gfn).filter((sfn) => !obsolete(k, sfn));

/** Valid pages that shadow the guest's table in a gfn (not: map it linearly). */
export const tablePages = (k: Kvm, gfn: number): number[] =>
  validPages(k, gfn).filter((sfn) => !roleDirect(k.pages.get(sfn, 'role')));

/** The frame may be written again: all its tables are unsync, or gone (sheet 5.11 a). `but`: a page that is going. */
export function liftProtection(k: Kvm, gfn: number, but = 0): void {
  const word = k.slots.rmapWord(gfn);
  if ((word & WRITE_PROTECT) === 0) return;
  if (tablePages(k, gfn).some((sfn) => sfn !== but && k.pages.get(sfn, 'unsync') === 0)) return;
  k.slots.setRmapWord(gfn, word & ~WRITE_PROTECT);
}

/** A shadow page as the tracepoints print it. */
export function tracePage(
  k: Kvm,
  event: EventType<'gfn' | 'role' | 'gen' | 'root' | 'unsync' | 'table'>,
  sfn: number,
): void {
  const p = k.pages;
  k.world.emit(
    event,
    p.get(sfn, 'gfn'),
    p.get(sfn, 'role'),
    p.get(sfn, 'validGen'),
    p.get(sfn, 'rootCount'),
    p.get(sfn, 'unsync'),
    sfn,
  );
}

/** kvm_unlink_unsync_page: the page counts as synchronised. */
export function unlinkUnsync(k: Kvm, sfn: number): void {
  tracePage(k, KvmSyncPage, sfn);
  k.pages.set(sfn, 'unsync', 0);
  k.world.count('mmu_unsync', -1);
}

/** Whether the batch is full. A page that is unsync is taken once, however many ways lead to it. */
function collect(k: Kvm, walk: UnsyncWalk, sfn: number, index: number): boolean {
  if (k.pages.get(sfn, 'unsync') !== 0 && walk.pages.some((p) => p.sfn === sfn)) return false;
  walk.pages.push({ sfn, index });
  return walk.pages.length === c.PAGE_ARRAY_NR;
}

/** __mmu_unsync_walk: how many unsync pages were found below, or -1 when the batch is full. Clears bits that are stale. */
function walkChildren(k: Kvm, sfn: number, walk: UnsyncWalk): number {
  let leaves = 0;
  for (const index of k.pages.childBits(sfn)) {
    const lo = k.lo(sfn, index);
    if ((lo & c.SPTE_MMU_PRESENT) === 0 || (lo & c.SPTE_PS) !== 0) {
      clearUnsyncChild(k, sfn, index);
      continue;
    }
    const child = childOf(k, sfn, index);
    if (k.pages.get(child, 'unsyncChildren') !== 0) {
      if (collect(k, walk, child, index)) return -1;
      const below = walkChildren(k, child, walk);
      if (below < 0) return -1;
      if (below === 0) clearUnsyncChild(k, sfn, index);
      leaves += below;
    } else if (k.pages.get(child, 'unsync') !== 0) {
      leaves++;
      if (collect(k, walk, child, index)) return -1;
    } else clearUnsyncChild(k, sfn, index);
  }
  return leaves;
}

/** mmu_unsync_walk: up to 16 pages on the ways to unsync ones below `sfn`; undefined when there are none. */
export function unsyncWalk(k: Kvm, sfn: number): UnsyncWalk | undefined {
  if (k.pages.get(sfn, 'unsyncChildren') === 0) return undefined;
  const walk: UnsyncWalk = { pages: [{ sfn, index: -1 }] };
  return walkChildren(k, sfn, walk) === 0 ? undefined : walk;
}

/**
 * for_each_sp with mmu_pages_clear_parents: calls back for each level-1 page of a walk, then clears the bits that led to it,
 * upwards as long as a parent has no other unsync child.
 */
export function eachUnsync(k: Kvm, walk: UnsyncWalk, visit: (sfn: number) => void): void {
  const parents: number[] = [];
  const indices: number[] = [];
  walk.pages.forEach(({ sfn, index }, at) => {
    const level = k.pages.level(sfn);
    if (at > 0) indices[level - 1] = index;
    if (level > 1) {
      parents[level - 2] = sfn;
      if (at === 0) parents.length = level - 1;
      return;
    }
    visit(sfn);
    clearParents(k, parents, indices);
  });
}

/** mmu_pages_clear_parents. `parents[0]` is the level-2 page, `indices[0]` the place of the level-1 page in it. */
export function clearParents(k: Kvm, parents: readonly number[], indices: readonly number[]): void {
  for (let at = 0; ; at++) {
    const parent = parents[at];
    if (parent === undefined) return;
    clearUnsyncChild(k, parent, indices[at] as number);
    if (k.pages.get(parent, 'unsyncChildren') !== 0) return;
  }
}

/** What a zap came to. */
interface Zapped {
  readonly pages: number;
  /** Other pages went too: whoever goes along the active list must begin again. */
  readonly unstable: boolean;
}

/** Pages zapped but not yet given back: kvm_mmu_commit_zap_page frees them after the flush. */
export type InvalidList = number[];

function zapUnsyncChildren(k: Kvm, sfn: number, invalid: InvalidList): number {
  if (k.pages.level(sfn) === 1) return 0;
  let zapped = 0;
  for (let walk = unsyncWalk(k, sfn); walk !== undefined; walk = unsyncWalk(k, sfn))
    eachUnsync(k, walk, (child) => {
      prepareZap(k, child, invalid);
      zapped++;
    });
  return zapped;
}

/** __kvm_mmu_prepare_zap_page: the page and its unsync descendants leave everything that knows them. */
export function prepareZap(k: Kvm, sfn: number, invalid: InvalidList): Zapped {
  const { pages } = k;
  tracePage(k, KvmPrepareZapPage, sfn);
  k.world.count('mmu_shadow_zapped');
  const children = zapUnsyncChildren(k, sfn, invalid);
  for (let i = 0; i < c.ENTRIES; i++) zapEntry(k, sfn, i);
  for (
    let p = k.lists.first(pages.get(sfn, 'parents'));
    p !== 0;
    p = k.lists.first(pages.get(sfn, 'parents'))
  )
    dropParent(k, sfn, pointerTable(p), pointerIndex(p));
  const role = pages.get(sfn, 'role');
  if (!roleInvalid(role) && !roleDirect(role)) {
    unaccountShadowed(k, sfn);
    liftProtection(k, pages.get(sfn, 'gfn'), sfn);
  }
  if (pages.get(sfn, 'unsync') !== 0) unlinkUnsync(k, sfn);
  const wasObsolete = obsolete(k, sfn);
  if (pages.get(sfn, 'active') !== 0) pages.retire(sfn);
  pages.set(sfn, 'role', role | c.ROLE_INVALID);
  if (pages.get(sfn, 'rootCount') === 0) {
    invalid.push(sfn);
    pages.addUsed(-1);
    return { pages: children + 1, unstable: children > 0 };
  }
  // A root in use cannot go: every vCPU is told to drop it.
  if (!wasObsolete) requestAll(k, REQ_FREE_OBSOLETE_ROOTS);
  return { pages: children, unstable: children > 0 };
}

export function requestAll(k: Kvm, request: number): void {
  for (const vcpu of k.vcpus) vcpu.request(request);
}

/** kvm_mmu_commit_zap_page: a flush, and behind it (see flush.ts) the pages are given back. They wait in a row by their field `newer`. */
export function commitZap(k: Kvm, invalid: InvalidList): void {
  if (invalid.length === 0) return;
  flushRemote(k);
  for (const sfn of invalid) {
    const last = k.vm.get('zappedLast');
    if (last === 0) k.vm.set('zapped', sfn);
    else k.pages.set(last, 'newer', sfn);
    k.vm.set('zappedLast', sfn);
  }
  invalid.length = 0;
}

/** kvm_mmu_unprotect_page: every shadow of the table in a gfn goes, so that the guest may write it. Says whether there was one. */
export function unprotectPage(k: Kvm, gfn: number): boolean {
  const invalid: InvalidList = [];
  const found = tablePages(k, gfn);
  // A page may go as an unsync child of one before it.
  for (const sfn of found)
    if (!obsolete(k, sfn) && k.pages.get(sfn, 'used') !== 0) prepareZap(k, sfn, invalid);
  commitZap(k, invalid);
  return found.length > 0;
}

/** Zaps along the active list, oldest first, beginning again whenever other pages went too. */
function zapAlong(
  k: Kvm,
  take: (sfn: number) => 'zap' | 'skip' | 'stop',
  enough: () => boolean,
  add: (n: number) => void,
): void {
  const invalid: InvalidList = [];
  for (let restart = true; restart; ) {
    restart = false;
    for (const sfn of [...k.pages.activePages()]) {
      const what = take(sfn);
      if (what === 'stop') break;
      if (what === 'skip') continue;
      const { pages, unstable } = prepareZap(k, sfn, invalid);
      add(pages);
      if (enough()) break;
      if (unstable) {
        restart = true;
        break;
      }
    }
  }
  commitZap(k, invalid);
}

/** kvm_mmu_zap_oldest_mmu_pages: the oldest made go first, roots in use excepted (sheet 1.2). */
export function zapOldest(k: Kvm, count: number): void {
  if (count <= 0) return;
  let zapped = 0;
  zapAlong(
    k,
    (sfn) => (k.pages.get(sfn, 'rootCount') !== 0 ? 'skip' : 'zap'),
    () => zapped >= count,
    (n) => {
      zapped += n;
    },
  );
  k.world.count('mmu_recycled', zapped);
}

/** make_mmu_pages_available: fewer than 5 free, then until 25 are. False when none is free even so. */
export function makePagesAvailable(k: Kvm): boolean {
  const available = (): number => Math.max(0, k.vm.get('maxPages') - k.pages.usedCount);
  const free = available();
  if (free >= c.MIN_FREE_MMU_PAGES) return true;
  zapOldest(k, c.REFILL_PAGES - free);
  return available() > 0;
}

/** kvm_mmu_change_mmu_pages. */
export function changeMmuPages(k: Kvm, goal: number): void {
  const used = k.pages.usedCount;
  if (used > goal) zapOldest(k, used - goal);
  k.vm.set('maxPages', used > goal ? k.pages.usedCount : goal);
}

/** kvm_mmu_zap_all_fast: another generation; every page of the old one goes, roots when their vCPUs drop them. */
export function zapAllFast(k: Kvm): void {
  const gen = k.vm.get('validGen');
  k.world.emit(KvmZapAllFast, gen, k.pages.usedCount);
  k.vm.set('validGen', gen === 0 ? 1 : 0);
  requestAll(k, REQ_FREE_OBSOLETE_ROOTS);
  zapAlong(
    k,
    (sfn) => (obsolete(k, sfn) ? 'zap' : 'stop'),
    () => false,
    () => undefined,
  );
}
