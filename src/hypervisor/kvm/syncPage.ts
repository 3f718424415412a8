import { procedure, slots, type Thread } from '../../kernel';
import { frameOf, type Halves, present, sayIndex } from '../../machine';
import * as c from './constants';
import { KvmEntryCompared } from './events';
import {
  entryBytes,
  gpteAccess,
  gpteGfn,
  gpteReserved,
  protectClean,
  readGuestAtomic,
  tableOffset,
} from './guestMemory';
import { dropSpte, gfnOfEntry, isMmio } from './link';
import { tellOrigin } from './origin';
import { roleAccess } from './role';
import { makeSpte, markMmio, mmioGfn, updateSpte } from './setSpte';
import type { Kvm } from './state';

const L = slots('sfn', 'index', 'flush', 'found', 'done');

/** What became of an entry, for the caption: never 0. */
const KEPT = 1;
const DROPPED = 2;
const MOVED = 3;
const MMIO = 4;
const CHANGED = 5;
const FOREIGN = 6;
const UNREADABLE = 7;

const gpte: Halves = { hi: 0, lo: 0 };

/** FNAME(prefetch_invalid_gpte): an entry that nothing may be kept of, or prepared for: absent, never accessed, or reserved bits. */
export const uselessGpte = (k: Kvm, v: number, hi: number, lo: number): boolean =>
  !present(lo) || (lo & c.SPTE_A) === 0 || gpteReserved(k, v, 1, hi, lo);

/** What a level-1 page may lend of a guest entry: its frame, and the rights of the whole path, without W if it is clean. */
export function lent(k: Kvm, v: number, sfn: number, { hi, lo }: Halves): { gfn: number; access: number } {
  const mode = k.mode(v);
  const rights = roleAccess(k.pages.get(sfn, 'role')) & gpteAccess(mode, hi, lo);
  return { gfn: gpteGfn(mode, hi, lo), access: protectClean(rights, lo) };
}

/** Brings one entry in line with the guest's. Returns what became of it. */
function syncEntry(k: Kvm, v: number, sfn: number, index: number): number {
  if (uselessGpte(k, v, gpte.hi, gpte.lo)) {
    dropSpte(k, sfn, index);
    return DROPPED;
  }
  const { gfn, access } = lent(k, v, sfn, gpte);
  const oldHi = k.hi(sfn, index);
  const oldLo = k.lo(sfn, index);
  if (isMmio(oldHi, oldLo)) {
    if (gfn === mmioGfn(oldHi, oldLo)) markMmio(k, sfn, index, gfn, access);
    else dropSpte(k, sfn, index);
    return MMIO;
  }
  if (gfn !== gfnOfEntry(k, sfn, index)) {
    dropSpte(k, sfn, index);
    return MOVED;
  }
  k.pages.setAccess(sfn, index, access);
  const made = makeSpte(k, 1, oldLo, {
    access,
    gfn,
    frame: frameOf(oldHi, oldLo),
    prefetch: true,
    canUnsync: false,
    hostWritable: (oldLo & c.SPTE_HOST_WRITABLE) !== 0,
  });
  const same = made.hi === oldHi && made.lo === oldLo;
  if (same) return KEPT;
  tellOrigin(k, sfn, index);
  return updateSpte(k, sfn, index, made.hi, made.lo) ? CHANGED | 16 : CHANGED;
}

/** The next entry that is not zero, from `from` on; 512 if there is none. */
function nextUsed(k: Kvm, sfn: number, from: number): number {
  for (let i = from; i < c.ENTRIES; i++) if (k.lo(sfn, i) !== 0) return i;
  return c.ENTRIES;
}

/** Whether the vCPU's own mode is the one the page was made for; level, rights and quadrant differ by right. */
export function foreign(k: Kvm, v: number, sfn: number): boolean {
  const ignored = c.ROLE_LEVEL | c.ROLE_ACCESS | c.ROLE_QUADRANT;
  return ((k.pages.get(sfn, 'role') ^ k.vcpu(v).get('rootRole')) & ~ignored) !== 0;
}

const sayEntry = (t: Thread): string => {
  const index = sayIndex(t.get(L.done) - 1);
  switch (t.get(L.found) & 15) {
    case KEPT:
      return `Entry ${index} still says what the guest's says.`;
    case DROPPED:
      return `Entry ${index}: the guest's is no longer present, or no longer accessed. The spte is dropped.`;
    case MOVED:
      return `Entry ${index}: the guest's names another frame now. The spte is dropped.`;
    case MMIO:
      return `Entry ${index} is for an address without memory. It is made anew, or dropped.`;
    case CHANGED:
      return `Entry ${index} is made anew, with the rights that the guest's entry gives now.`;
    case FOREIGN:
      return 'The page was made for another paging mode: it cannot be brought in line.';
    case UNREADABLE:
      return 'The guest’s table has no memory any more: the page cannot be brought in line.';
    default:
      return 'Every entry has been looked at. Empty ones stay empty: new guest entries are not loaded ahead.';
  }
};

/**
 * FNAME(sync_page): every entry that is not empty, compared with the guest's. Argument: the page. Returns 1 if TLBs must be flushed, 0 if
 * not, -1 if the page cannot be kept. mmu_lock is held. Source: sheet 4.6.
 */
export const kvmSyncPage = procedure<Kvm>({
  name: 'kvm_sync_page',
  part: 'kvm',
  lane: 'resync',
  about: 'Brings every used entry of an unsync page in line with the guest’s table (sheet 4.6).',
  slots: L,
  steps: [
    {
      label: 'role',
      line: 'sync_page(sp): another paging mode: fail',
      touch: 'locked',
      run: (t, k) => {
        if (!foreign(k, t.actor, t.get(L.sfn))) return;
        t.set(L.found, FOREIGN);
        t.ret(-1);
      },
      say: (t, k) =>
        t.get(L.found) === FOREIGN
          ? sayEntry(t)
          : `${k.subject(t.get(L.sfn))} is compared with the guest's table, entry by entry.`,
    },
    {
      label: 'entry',
      line: '  for each spte not 0: read gpte; gone, moved, never accessed: drop; else its rights',
      touch: 'racy',
      run: (t, k) => {
        const sfn = t.get(L.sfn);
        const index = nextUsed(k, sfn, t.get(L.index));
        if (index === c.ENTRIES) {
          t.set(L.found, 8);
          t.ret(t.get(L.flush));
          return;
        }
        const v = t.actor;
        const offset = tableOffset(k, sfn, index);
        if (!readGuestAtomic(k, k.pages.get(sfn, 'gfn'), offset, entryBytes(k.mode(v)), gpte)) {
          t.set(L.found, UNREADABLE);
          t.ret(-1);
          return;
        }
        const before = k.pages.shadowedAccess(sfn, index);
        const found = syncEntry(k, v, sfn, index);
        const stays = (found & 15) === KEPT || (found & 15) === CHANGED;
        const equal = stays && before === k.pages.shadowedAccess(sfn, index);
        k.world.emit(KvmEntryCompared, sfn, index, equal ? 1 : 0);
        t.set(L.found, found);
        if (found === DROPPED || found === MOVED || found === (CHANGED | 16)) t.set(L.flush, 1);
        t.set(L.done, index + 1);
        t.set(L.index, index + 1);
        t.goto('entry');
      },
      say: sayEntry,
    },
  ],
});
