import { procedure, slots, type Thread } from '../../kernel';
import { type Halves, PFEC_W, sayIndex } from '../../machine';
import * as c from './constants';
import { KvmSpteRequested } from './events';
import { settle } from './flush';
import { kvmGetPage } from './getPage';
import { entryBytes, readGuestAtomic } from './guestMemory';
import { childOf, dropParent, flushRemote, linkPage } from './link';
import { prefetchGroup } from './prefetch';
import { drained } from './racyWords';
import { childRole, roleAccess } from './role';
import { setSpte } from './setSpte';
import { shadowIndex, shadowTop } from './shadowWalk';
import type { Kvm } from './state';
import { kvmSyncChildren } from './syncChildren';
import { REQ_MMU_SYNC } from './vcpuState';

const L = slots(
  ...(['vaHi', 'vaLo', 'error', 'frame', 'writable', 'maxLevel'] as const),
  ...(['goal', 'level', 'sfn', 'index', 'child', 'result', 'changed', 'unsynced', 'ahead'] as const),
);

const gpte: Halves = { hi: 0, lo: 0 };

/** FNAME(gpte_changed): the guest's entry of a level again. For level 1 its whole group of eight, kept for prefetch. */
function gpteChanged(t: Thread, k: Kvm, level: number): boolean {
  const v = t.actor;
  const mode = k.mode(v);
  const walk = k.vcpu(v);
  const bytes = entryBytes(mode);
  const gfn = walk.level('table', level);
  const guestIndex = guestIndexOf(t, k, level);
  const first = level === 1 ? guestIndex - (guestIndex % c.PTE_PREFETCH_NUM) : guestIndex;
  const count = level === 1 ? c.PTE_PREFETCH_NUM : 1;
  let same = false;
  for (let i = 0; i < count; i++) {
    if (!readGuestAtomic(k, gfn, (first + i) * bytes, bytes, gpte)) return true;
    if (level === 1) walk.setPrefetch(i, gpte.hi, gpte.lo);
    if (first + i === guestIndex)
      same = gpte.hi === walk.level('hi', level) && gpte.lo === walk.level('lo', level);
  }
  return !same;
}

function guestIndexOf(t: Thread, k: Kvm, level: number): number {
  const mode = k.mode(t.actor);
  const shift = mode.shift[level] as number;
  const lo = t.get(L.vaLo);
  const from =
    shift >= 32 ? t.get(L.vaHi) >>> (shift - 32) : (lo >>> shift) | (t.get(L.vaHi) << (32 - shift));
  return from & (mode.indexMask[level] as number);
}

/** Puts the walk on the entry of the present table. */
function stand(t: Thread, k: Kvm, sfn: number, level: number): void {
  t.set(L.sfn, sfn);
  t.set(L.level, level);
  if (level > 0) t.set(L.index, shadowIndex(k, t.actor, level, t.get(L.vaHi), t.get(L.vaLo)));
}

/** Links the child, if it is a new one, and goes on below. */
function goDown(t: Thread, k: Kvm, next: string): void {
  const child = t.get(L.child);
  if (child !== 0) linkPage(k, t.get(L.sfn), t.get(L.index), child);
  stand(t, k, childOf(k, t.get(L.sfn), t.get(L.index)), t.get(L.level) - 1);
  settle(t, k, next);
}

function changed(t: Thread): void {
  t.set(L.changed, 1);
  t.ret(c.RET_PF_RETRY);
}

/** kvm_mmu_hugepage_adjust: the largest page that guest, host and slot allow. */
function goalLevel(t: Thread, k: Kvm): number {
  const gfn = k.vcpu(t.actor).get('walkGfn');
  const frame = t.get(L.frame);
  if (frame < 0 || k.slots.logsDirty(k.slots.of(gfn))) return 1;
  return mappingLevel(k, gfn, frame, t.get(L.maxLevel));
}

/** kvm_mmu_max_mapping_level. */
export function mappingLevel(k: Kvm, gfn: number, frame: number, maxLevel: number): number {
  let level = Math.min(maxLevel, c.MAX_HUGEPAGE_LEVEL);
  while (level > 1 && k.slots.largeDisallowed(gfn, level)) level--;
  return Math.min(level, k.slots.hostHuge(frame) ? 2 : 1);
}

/** Sptes that are present among the eight that are made together. */
function presentInGroup(t: Thread, k: Kvm): number {
  const first = t.get(L.index) - (t.get(L.index) % c.PTE_PREFETCH_NUM);
  let present = 0;
  for (let i = 0; i < c.PTE_PREFETCH_NUM; i++) if (k.present(t.get(L.sfn), first + i)) present++;
  return present;
}

/** How many shadow pages of a table are unsync. */
const unsyncPages = (k: Kvm, gfn: number): number =>
  k.pages.ofGfn(gfn).filter((sfn) => k.pages.get(sfn, 'unsync') !== 0).length;

/** What a leaf was set to. That tables went unsync for it is what matters most. */
function sayLeaf(t: Thread, k: Kvm, where: string): string {
  const frame = k.name(t.get(L.frame));
  const writable = (k.lo(t.get(L.sfn), t.get(L.index)) & c.SPTE_W) !== 0;
  if (t.get(L.unsynced) > 0)
    return `Frame ${frame} is a level-1 table of the guest. Its shadow goes unsync, and ${where} lets the guest write the table by itself.`;
  return `KVM sets ${where}: frame ${frame}, ${writable ? 'writable' : 'read-only'}.`;
}

const sayLevel = (t: Thread, k: Kvm): string => {
  const child = t.get(L.child);
  const index = sayIndex(t.get(L.index));
  return child === 0
    ? `Entry ${index} of ${k.describe(t.get(L.sfn))} names its table already.`
    : `Entry ${index} of ${k.describe(t.get(L.sfn))} shall name ${k.describe(child)}.`;
};

/**
 * FNAME(fetch): builds the shadow of the walk just made, down to the leaf. Arguments: va, halves; error code; host frame (-1: no
 * memory) and whether it may be written; largest guest page. Returns RET_PF_*. mmu_lock is held. Source: sheet 3.3.
 */
export const kvmFetch = procedure<Kvm>({
  name: 'kvm_fetch',
  part: 'kvm',
  lane: 'hypervisor',
  about:
    'Links shadow pages along the guest’s walk, re-reading each guest entry, and sets the leaf; without guest paging only direct pages (sheet 3.3).',
  slots: L,
  steps: [
    {
      label: 'top',
      line: 'fetch: guest pages: top-level gpte changed since the walk: retry',
      touch: 'racy',
      run: (t, k) => {
        if (k.direct(t.actor)) {
          const at = shadowTop(k, t.actor, k.vcpu(t.actor).get('root'), t.get(L.vaLo));
          stand(t, k, at.sfn, at.level);
          t.goto('adjust');
          return;
        }
        const top = Math.min(k.mode(t.actor).levels, k.mode(t.actor).name === 'pae' ? 2 : 4);
        const root = k.vcpu(t.actor).get('root');
        if (gpteChanged(t, k, top) && k.on('gpte-recheck')) {
          changed(t);
          return;
        }
        const at = shadowTop(k, t.actor, root, t.get(L.vaLo));
        stand(t, k, at.sfn, at.level);
      },
      say: (t, k) =>
        k.direct(t.actor)
          ? 'The guest has no tables that could have changed meanwhile.'
          : t.get(L.changed) !== 0
            ? 'The guest has changed the entry since: the walk is worth nothing, the access is tried again.'
            : 'The guest’s top entry is still what the walk found.',
    },
    {
      label: 'level',
      line: '  for each level above the guest’s leaf: write_flooding_count = 0; child missing: get_page',
      touch: 'locked',
      run: (t, k) => {
        const walk = k.vcpu(t.actor);
        const level = t.get(L.level);
        if (level <= walk.get('walkLevel')) {
          t.goto('adjust');
          return;
        }
        const sfn = t.get(L.sfn);
        const lo = k.lo(sfn, t.get(L.index));
        k.pages.set(sfn, 'writeFlooding', 0);
        t.set(L.child, 0);
        if ((lo & c.SPTE_MMU_PRESENT) !== 0 && (lo & c.SPTE_PS) === 0) {
          t.goto('again');
          return;
        }
        const role = childRole(
          k.pages.get(sfn, 'role'),
          t.get(L.index),
          false,
          walk.level('above', level - 1),
        );
        t.call(kvmGetPage, [walk.level('table', level - 1), role], L.child);
      },
      say: (t, k) =>
        t.get(L.level) <= k.vcpu(t.actor).get('walkLevel')
          ? 'The shadow has come to the level of the guest’s leaf.'
          : sayLevel(t, k),
    },
    {
      label: 'children',
      line: '    child has unsync children: synchronise them before they can be reached (3.6: before the guest goes on)',
      touch: 'locked',
      run: (t, k) => {
        const child = t.get(L.child);
        if (k.pages.get(child, 'unsyncChildren') === 0) return;
        if (k.profile.slow.syncsFirst) t.call(kvmSyncChildren, [child], L.result);
        else k.vcpu(t.actor).request(REQ_MMU_SYNC);
      },
      say: 'A stale entry below must not become reachable: the guest need not flush when it makes an entry present.',
    },
    {
      label: 'again',
      line: '    gpte of the level below changed, now that its table is write-protected: retry, unlinked',
      touch: 'racy',
      run: (t, k) => {
        if (gpteChanged(t, k, t.get(L.level) - 1) && k.on('gpte-recheck')) changed(t);
      },
      say: (t) =>
        t.get(L.changed) !== 0
          ? 'The guest has changed the entry under the walk. The page stays unlinked; the access is tried again.'
          : 'The guest’s entry below is still the one the walk found, and cannot change unseen any more.',
    },
    {
      label: 'link',
      line: '    link the child',
      touch: 'locked',
      when: drained,
      run: (t, k) => goDown(t, k, 'level'),
      say: (t, k) => `The shadow goes on in ${k.describe(t.get(L.sfn))}.`,
    },
    {
      label: 'adjust',
      line: '  choose the page size: what guest, host and memory slot allow',
      touch: 'locked',
      run: (t, k) => {
        const goal = goalLevel(t, k);
        t.set(L.goal, goal);
        k.world.emit(KvmSpteRequested, k.vcpu(t.actor).get('walkGfn'), goal);
      },
      say: (t) => `The leaf will map ${t.get(L.goal) === 1 ? 'a 4 KiB page' : 'a large page'}.`,
    },
    {
      label: 'direct',
      line: '  guest page larger than that, or no guest tables at all: go on with direct shadow pages',
      touch: 'locked',
      run: (t, k) => {
        const walk = k.vcpu(t.actor);
        const sfn = t.get(L.sfn);
        const level = t.get(L.level);
        const index = t.get(L.index);
        k.pages.set(sfn, 'writeFlooding', 0);
        t.set(L.child, 0);
        if (level === t.get(L.goal)) {
          t.goto('leaf');
          return;
        }
        const access = walk.get('walkAccess');
        const lo = k.lo(sfn, index);
        if ((lo & c.SPTE_MMU_PRESENT) !== 0 && (lo & c.SPTE_PS) === 0) {
          // The guest's entry may have become dirty since: the direct page below has the rights of its time.
          const child = childOf(k, sfn, index);
          if (roleAccess(k.pages.get(child, 'role')) !== access) {
            dropParent(k, child, sfn, index);
            flushRemote(k);
            settle(t, k, 'direct');
            return;
          }
        }
        if ((lo & c.SPTE_MMU_PRESENT) !== 0 && (lo & c.SPTE_PS) === 0) {
          t.goto('descend');
          return;
        }
        const gfn = walk.get('walkGfn');
        const base = gfn - (gfn % c.pagesPerHpage(level));
        t.call(kvmGetPage, [base, childRole(k.pages.get(sfn, 'role'), index, true, access)], L.child);
      },
      say: (t, k) =>
        t.get(L.level) === t.get(L.goal) ? 'The shadow has come to the level of its leaf.' : sayLevel(t, k),
    },
    {
      label: 'descend',
      line: '    link the direct child',
      touch: 'locked',
      when: drained,
      run: (t, k) => goDown(t, k, 'direct'),
      say: (t, k) => `The shadow goes on in ${k.describe(t.get(L.sfn))}, which maps linearly.`,
    },
    {
      label: 'leaf',
      line: '  mmu_set_spte(leaf); was right already: spurious',
      touch: 'locked',
      beat: true,
      when: drained,
      run: (t, k) => {
        const walk = k.vcpu(t.actor);
        const pages = c.pagesPerHpage(t.get(L.goal));
        const gfn = walk.get('walkGfn');
        const frame = t.get(L.frame);
        const wanted = {
          access: walk.get('walkAccess'),
          gfn: gfn - (gfn % pages),
          frame: frame < 0 ? -1 : frame - (frame % pages),
          prefetch: false,
          canUnsync: true,
          hostWritable: t.get(L.writable) !== 0,
        };
        const write = (t.get(L.error) & PFEC_W) !== 0;
        const before = unsyncPages(k, gfn);
        const result = setSpte(k, t.get(L.sfn), t.get(L.index), wanted, write);
        t.set(L.unsynced, unsyncPages(k, gfn) - before);
        t.set(L.result, result);
        if (result === c.RET_PF_SPURIOUS) t.ret(result);
        else settle(t, k);
      },
      say: (t, k) => {
        const where = `entry ${sayIndex(t.get(L.index))} of ${k.describe(t.get(L.sfn))}`;
        switch (t.get(L.result)) {
          case c.RET_PF_SPURIOUS:
            return `Nothing to do: ${where} is right already. Somebody else was first, or the processor remembered an older one.`;
          case c.RET_PF_EMULATE:
            return t.get(L.frame) < 0
              ? `There is no memory behind the address. KVM marks ${where} for MMIO, and emulates the instruction.`
              : `The frame is a table that must stay protected: ${where} is read-only. The instruction is emulated.`;
          default:
            return sayLeaf(t, k, where);
        }
      },
    },
    {
      label: 'prefetch',
      line: '  prefetch the other entries of its group of eight, until one that cannot be made',
      touch: 'locked',
      when: drained,
      run: (t, k) => {
        const before = presentInGroup(t, k);
        prefetchGroup(k, t.actor, t.get(L.sfn), t.get(L.index));
        t.set(L.ahead, presentInGroup(t, k) - before);
        if (settle(t, k, 'done')) return;
        if (t.get(L.ahead) > 0) t.goto('done');
        else t.ret(t.get(L.result));
      },
      say: 'KVM looks at the other entries of the group of eight.',
    },
    {
      label: 'done',
      line: '  return',
      touch: 'private',
      beat: true,
      run: (t) => t.ret(t.get(L.result)),
      say: (t) => {
        const ahead = t.get(L.ahead);
        if (ahead <= 0) return 'The shadow of the access is built.';
        return ahead === 1
          ? 'One neighbour in the group of eight is set too, for the guest has used it before: that saves a fault.'
          : `${ahead} neighbours in the group of eight are set too, for the guest has used them before: that saves faults.`;
      },
    },
  ],
});
