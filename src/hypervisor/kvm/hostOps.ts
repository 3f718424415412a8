import { frameName } from '../../base';
import { type Procedure, procedure, slots, type Thread } from '../../kernel';
import type { OperationSpec } from '../design';
import * as c from './constants';
import { KvmDirty } from './events';
import { mappingLevel } from './fetch';
import { lockFree, settleAtOnce } from './flush';
import { discard } from './host';
import { dropSpte, flushRemote, writeProtectRmap } from './link';
import { loadPdptrs } from './loadPdptrs';
import { pointerIndex, pointerTable } from './pteList';
import { roleDirect } from './role';
import { resetContext } from './roots';
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

/** KVM_GET_DIRTY_LOG: the gfns written since the last time, which are write-protected again. */
export function getDirtyLog(k: Kvm, slot: number): number[] {
  const out: number[] = [];
  const base = k.slots.base(slot);
  let changed = false;
  for (let gfn = base; gfn < base + k.slots.pages(slot); gfn++) {
    if (!k.slots.dirty(gfn)) continue;
    out.push(gfn);
    k.slots.setDirty(gfn, false);
    changed = writeProtectRmap(k, gfn, 1) || changed;
  }
  if (changed) flushRemote(k);
  return out;
}

/** MADV_DONTNEED by the VMM: pages of a guest-physical range. A host's large page is split, and its whole range unmapped. */
export function dontNeed(k: Kvm, gfn: number, pages: number): void {
  for (let i = 0; i < pages; i++) {
    const mfn = k.slots.mfn(gfn + i);
    if (mfn < 0) continue;
    if (k.slots.hostHuge(mfn)) splitHuge(k, mfn);
    discard(k, mfn);
  }
}

function splitHuge(k: Kvm, mfn: number): void {
  const first = mfn - (mfn % 512);
  k.slots.setHostHuge(mfn, false);
  for (let i = 0; i < 512; i++) unmapOne(k, first + i);
}

function unmapOne(k: Kvm, mfn: number): void {
  for (const gfn of k.slots.gfnsOfFrame(mfn))
    for (let level = 1; level <= c.MAX_HUGEPAGE_LEVEL; level++)
      for (const pointer of k.lists.all(k.slots.rmap(gfn, level)))
        dropSpte(k, pointerTable(pointer), pointerIndex(pointer));
}

/** KVM_SET_SREGS with other segments only: a PAE guest's PDPTEs are loaded anew, and its paging mode counts as changed. */
export function setSregs(k: Kvm, v: number): void {
  if (k.mode(v).name !== 'pae') return;
  loadPdptrs(k, v, k.machine.vcpu(v).get('cr3Lo'));
  resetContext(k, v);
}

const L = slots('a0', 'a1', 'a2', 'a3', 'a4');

interface HostOperation {
  readonly name: string;
  readonly says: string;
  readonly args: OperationSpec['args'];
  readonly run: (k: Kvm, args: (i: number) => number) => void;
  readonly say: (t: Thread) => string;
}

const OPERATIONS: readonly HostOperation[] = [
  {
    name: 'memslot',
    says: 'Defines a memory slot, changes its flags (1 dirty log, 2 read-only), or deletes it (no pages).',
    args: [
      { what: 'slot' },
      { what: 'first gfn' },
      { what: 'pages' },
      { what: 'first host frame' },
      { what: 'flags' },
    ],
    run: (k, a) => setMemslot(k, a(0), a(1), a(2), a(3), a(4)),
    say: (t) =>
      `The VMM defines memory slot ${t.get(L.a0)}: ${t.get(L.a2)} pages from frame ${frameName(t.get(L.a1))}.`,
  },
  {
    name: 'get-dirty-log',
    says: 'Takes the dirty log of a slot: which frames were written since the last time. They are write-protected again.',
    args: [{ what: 'slot' }],
    run: (k, a) => {
      for (const gfn of getDirtyLog(k, a(0))) k.world.emit(KvmDirty, a(0), gfn);
    },
    say: (t) =>
      `The VMM takes the dirty log of slot ${t.get(L.a0)}. What is written from now on is logged anew.`,
  },
  {
    name: 'dontneed',
    says: 'The VMM gives memory up: its next use brings zeros.',
    args: [{ what: 'first gfn' }, { what: 'pages' }],
    run: (k, a) => dontNeed(k, a(0), a(1)),
    say: (t) =>
      `The host takes ${t.get(L.a1)} pages from frame ${frameName(t.get(L.a0))} on away. Sptes that map them go first.`,
  },
  {
    name: 'set-sregs',
    says: 'The VMM loads a vCPU’s registers anew, unchanged: a guest in PAE mode loses its roots by it.',
    args: [{ what: 'vcpu' }],
    run: (k, a) => setSregs(k, a(0)),
    say: (t) => `The VMM loads the registers of vCPU ${t.get(L.a0)} anew.`,
  },
];

/** One step: these are system calls of the VMM, and what they do happens under mmu_lock. */
function hostOperation({ name, says, run, say }: HostOperation): Procedure<Kvm> {
  return procedure<Kvm>({
    name: `kvm_host_${name}`,
    part: 'kvm',
    lane: 'hypervisor',
    about: says,
    slots: L,
    steps: [
      {
        label: 'do',
        line: `${name}: lock mmu_lock; do it; unlock`,
        touch: 'racy',
        beat: true,
        when: lockFree,
        run: (t, k) => {
          run(k, (i) => t.get(L.a0 + i));
          settleAtOnce(k, t.actor);
          t.ret();
        },
        say,
      },
    ],
  });
}

export const KVM_OPERATIONS: readonly OperationSpec[] = OPERATIONS.map(({ name, says, args }) => ({
  name,
  says,
  args,
  by: 'host',
}));

export const kvmOperations: ReadonlyMap<string, Procedure<never>> = new Map(
  OPERATIONS.map((operation) => [operation.name, hostOperation(operation) as Procedure<never>]),
);
