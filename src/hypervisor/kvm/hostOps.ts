import { frameName } from '../../base';
import { type Procedure, procedure, slots, type Thread } from '../../kernel';
import type { OperationSpec } from '../design';
import * as c from './constants';
import { kvmGetDirtyLog } from './dirtyLog';
import { mappingLevel } from './fetch';
import { settle } from './flush';
import { dropSpte, flushRemote, writeProtectRmap } from './link';
import { kvmDontNeed, kvmSwapPages } from './notifier';
import { pointerIndex, pointerTable } from './pteList';
import { roleDirect } from './role';
import { setSregs } from './setSregs';
import type { Kvm } from './state';
import { changeMmuPages, zapAllFast } from './zap';

/** What the VMM can do to a guest's memory from outside. Each is one operation, done under mmu_lock. Source: sheet 1.1, 4.7, 6.5. */

/** slot_handle_level over a slot: visits every gfn that begins a page of a level. */
function eachRmap(k: Kvm, slot: number, maxLevel: number, visit: (gfn: number, level: number) => void): void {
  const base = k.slots.base(slot);
  for (let level = 1; level <= maxLevel; level++)
    for (let gfn = base; gfn < base + k.slots.pages(slot); gfn++)
      if (gfn % c.pagesPerHpage(level) === 0 && k.slots.rmap(gfn, level) !== 0) visit(gfn, level);
}

/** kvm_mmu_zap_collapsible_sptes: small pages of a split large one go, so that it can be large again. */
function zapCollapsible(k: Kvm, slot: number): void {
  eachRmap(k, slot, c.MAX_HUGEPAGE_LEVEL - 1, (gfn, level) => {
    for (const pointer of k.lists.all(k.slots.rmap(gfn, level))) {
      const sfn = pointerTable(pointer);
      if (!roleDirect(k.pages.get(sfn, 'role'))) continue;
      const first = k.pages.get(sfn, 'gfn');
      if (k.pages.level(sfn) < mappingLevel(k, first, k.slots.mfn(first), c.MAX_HUGEPAGE_LEVEL))
        dropSpte(k, sfn, pointerIndex(pointer));
    }
  });
  flushRemote(k);
}

/** Without other word a VM may have a fiftieth of its pages as shadow pages, and 64 at least. */
export function defaultMmuPages(k: Kvm): void {
  if (k.vm.get('requestedPages') !== 0) return;
  const pages = Math.floor(k.slots.totalPages / c.MEMSLOT_PAGES_TO_MMU_PAGES);
  changeMmuPages(k, Math.max(pages, c.MIN_ALLOC_MMU_PAGES));
}

function clearDirty(k: Kvm, slot: number): void {
  const base = k.slots.base(slot);
  for (let gfn = base; gfn < base + k.slots.pages(slot); gfn++)
    if (k.slots.dirty(gfn)) k.slots.setDirty(gfn, false);
}

/**
 * KVM_SET_USER_MEMORY_REGION. A slot with no pages is deleted; one that changes its place is moved: both zap everything. Otherwise only
 * flags change, or it is new.
 */
export function setMemslot(
  k: Kvm,
  slot: number,
  base: number,
  pages: number,
  frame: number,
  flags: number,
): void {
  const { slots: s } = k;
  const old = s.exists(slot);
  const gone = old && pages === 0;
  const moved = old && pages !== 0 && s.base(slot) !== base;
  if (!old && pages === 0) return;
  // The same once more changes nothing, not even the generation.
  if (old && !gone && !moved && s.flags(slot) === flags) return;
  if (gone || moved) {
    s.nextGeneration();
    zapAllFast(k);
  }
  const oldFlags = s.flags(slot);
  if (gone || ((oldFlags & c.MEM_LOG_DIRTY_PAGES) !== 0 && (flags & c.MEM_LOG_DIRTY_PAGES) === 0))
    clearDirty(k, slot);
  s.define(slot, base, pages, frame, flags);
  s.nextGeneration();
  if (!old || gone) defaultMmuPages(k);
  if (!old || gone || moved || (flags & c.MEM_READONLY) !== 0) return;
  if (((oldFlags ^ flags) & c.MEM_LOG_DIRTY_PAGES) === 0) return;
  if ((flags & c.MEM_LOG_DIRTY_PAGES) === 0) zapCollapsible(k, slot);
  else {
    eachRmap(k, slot, c.MAX_HUGEPAGE_LEVEL, (gfn, level) => writeProtectRmap(k, gfn, level));
    flushRemote(k);
  }
}

const L = slots('a0', 'a1', 'a2', 'a3', 'a4');

interface HostOperation {
  readonly name: string;
  readonly says: string;
  readonly args: OperationSpec['args'];
  readonly procedure: Procedure<Kvm>;
}

/** An operation that is done in one go, under mmu_lock. */
function underLock(
  name: string,
  about: string,
  run: (k: Kvm, args: (i: number) => number) => void,
  say: (t: Thread) => string,
): Procedure<Kvm> {
  return procedure<Kvm>({
    name: `kvm_host_${name}`,
    part: 'kvm',
    lane: 'hypervisor',
    about,
    slots: L,
    steps: [
      {
        label: 'lock',
        line: `${name}: lock mmu_lock`,
        touch: 'racy',
        when: (_, k) => k.lock.free,
        run: (t, k) => k.lock.take(t),
        say: 'The VMM calls KVM, which takes mmu_lock.',
      },
      {
        label: 'do',
        line: '  do it; flush all TLBs where that is needed',
        touch: 'racy',
        beat: true,
        run: (t, k) => {
          run(k, (i) => t.get(L.a0 + i));
          settle(t, k);
        },
        say,
      },
      {
        label: 'unlock',
        line: '  unlock mmu_lock',
        touch: 'racy',
        run: (t, k) => {
          k.lock.release(t);
          t.ret();
        },
        say: 'mmu_lock is released.',
      },
    ],
  });
}

const MEMSLOT =
  'Defines a memory slot, changes its flags (1 dirty log, 2 read-only), or deletes it (no pages).';
const SET_SREGS =
  'The VMM loads a vCPU’s registers anew, unchanged: a guest in PAE mode loses its roots by it.';

const OPERATIONS: readonly HostOperation[] = [
  {
    name: 'memslot',
    says: MEMSLOT,
    args: [
      { what: 'slot' },
      { what: 'first gfn' },
      { what: 'pages' },
      { what: 'first host frame' },
      { what: 'flags' },
    ],
    procedure: underLock(
      'memslot',
      MEMSLOT,
      (k, a) => setMemslot(k, a(0), a(1), a(2), a(3), a(4)),
      (t) =>
        t.get(L.a2) === 0
          ? `The VMM deletes memory slot ${t.get(L.a0)}.`
          : `The VMM defines memory slot ${t.get(L.a0)}: ${t.get(L.a2)} pages from frame ${frameName(t.get(L.a1))}.`,
    ),
  },
  {
    name: 'get-dirty-log',
    says: 'Takes the dirty log of a slot: which frames were written since the last time. They are write-protected again.',
    args: [{ what: 'slot' }],
    procedure: kvmGetDirtyLog,
  },
  {
    name: 'dontneed',
    says: 'The VMM gives memory up: its next use brings zeros.',
    args: [{ what: 'first gfn' }, { what: 'pages' }],
    procedure: kvmDontNeed,
  },
  {
    name: 'swap-pages',
    says: 'The host exchanges the pages behind two guest frames, contents and all: the guest must not notice.',
    args: [{ what: 'guest frame' }, { what: 'guest frame' }],
    procedure: kvmSwapPages,
  },
  {
    name: 'set-sregs',
    says: SET_SREGS,
    args: [{ what: 'vcpu' }],
    procedure: underLock(
      'set-sregs',
      SET_SREGS,
      (k, a) => setSregs(k, a(0)),
      (t) => `The VMM loads the registers of vCPU ${t.get(L.a0)} anew.`,
    ),
  },
];

export const KVM_OPERATIONS: readonly OperationSpec[] = OPERATIONS.map(({ name, says, args }) => ({
  name,
  says,
  args,
  by: 'host',
}));

export const kvmOperations: ReadonlyMap<string, Procedure<never>> = new Map(
  OPERATIONS.map((operation) => [operation.name, operation.procedure as Procedure<never>]),
);
