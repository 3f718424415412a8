import type { Invariant } from '../../kernel';
import { type PagingMode, present } from '../../machine';
import { shadowEntry } from '../entity';
import * as c from './constants';
import { gpteAccess, gpteGfn, protectClean, tableMode, tableOffset } from './guestMemory';
import { type Found, invariant } from './invariant';
import { childOf, gfnOfEntry, isLast } from './link';
import { roleAccess, roleDirect } from './role';
import type { Kvm } from './state';

/**
 * I15: an unsync page behaves as a TLB. What a vCPU finds there was in guest memory at some moment since its last flush that covers
 * the address. To know that, the journal is read backwards.
 */

/** An spte that grants more than its guest entry does now: allowed, until a flush covers it. */
interface Stale {
  readonly sfn: number;
  readonly index: number;
  readonly mode: PagingMode;
  /** The cells of the guest entry (high half -1 where entries have 4 bytes), and what they held at the moment the look back has come to. */
  readonly hiCell: number;
  readonly loCell: number;
  guestHi: number;
  guestLo: number;
  /** vCPUs that can reach it and have not flushed it since that moment. */
  readonly open: Set<number>;
}

/** Whether a guest entry justifies a leaf spte: same frame, in use, every right, and dirty if it can be written. */
function justified(k: Kvm, e: Stale): boolean {
  const { sfn, index, mode } = e;
  if (!present(e.guestLo) || (e.guestLo & c.SPTE_A) === 0) return false;
  if (gpteGfn(mode, e.guestHi, e.guestLo) !== gfnOfEntry(k, sfn, index)) return false;
  const lo = k.lo(sfn, index);
  const role = k.pages.get(sfn, 'role');
  const rights = roleAccess(role) & protectClean(gpteAccess(mode, e.guestHi, e.guestLo), e.guestLo);
  const user = (lo & c.SPTE_U) !== 0;
  // Without CR0.WP the kernel writes what the guest's entry does not let it, as a supervisor's page (sheet 2.3 row 14).
  const writes = (rights & c.ACC_WRITE) !== 0 || (!user && (role & c.ROLE_CR0_WP) === 0);
  return ((lo & c.SPTE_W) === 0 || writes) && (!user || (rights & c.ACC_USER) !== 0);
}

/** Stale entries of unsync pages. Pages in sync are never stale (I9). */
function staleEntries(k: Kvm): Stale[] {
  const out: Stale[] = [];
  for (const sfn of k.pages.activePages()) {
    const role = k.pages.get(sfn, 'role');
    if (k.pages.get(sfn, 'unsync') === 0 || roleDirect(role)) continue;
    const mfn = k.slots.mfn(k.pages.get(sfn, 'gfn'));
    if (mfn < 0) continue;
    const mode = tableMode(k, sfn);
    for (let index = 0; index < c.ENTRIES; index++) {
      if (!k.present(sfn, index)) continue;
      const word = tableOffset(k, sfn, index) >>> 2;
      const wide = mode.entryCells === 2;
      const entry: Stale = {
        ...{ sfn, index, mode },
        loCell: k.memory.cell(mfn, word),
        hiCell: wide ? k.memory.cell(mfn, word + 1) : -1,
        guestLo: k.memory.read32(mfn, word),
        guestHi: wide ? k.memory.read32(mfn, word + 1) : 0,
        open: new Set<number>(),
      };
      if (!justified(k, entry)) out.push(entry);
    }
  }
  return out;
}

/** Level-1 pages that a vCPU can reach from its root, each with the way there: the entry of the page above. */
function reachable(k: Kvm, v: number): Set<number> {
  const seen = new Set<number>();
  const visit = (sfn: number): void => {
    if (sfn === 0 || seen.has(sfn)) return;
    seen.add(sfn);
    const level = k.pages.level(sfn);
    if (level === 1) return;
    for (let index = 0; index < c.ENTRIES; index++) {
      const lo = k.lo(sfn, index);
      if ((lo & c.SPTE_MMU_PRESENT) !== 0 && !isLast(lo, level)) visit(childOf(k, sfn, index));
    }
  };
  const root = k.vcpu(v).get('root');
  if (root === k.paeRoot(v)) for (let i = 0; i < 4; i++) visit(k.vcpu(v).pae(i));
  else visit(root);
  return seen;
}

/**
 * Goes back in the journal: a moment at which guest memory justified the entry closes it for everybody; a flush that is over and
 * finds it open has missed it. Flushes of one page are left out: which entry they were for is not known any more.
 */
function lookBack(k: Kvm, stale: readonly Stale[], missed: (entry: Stale, v: number) => void): void {
  const cells = new Map<number, Stale[]>();
  for (const entry of stale)
    for (const cell of [entry.hiCell, entry.loCell])
      if (cell >= 0) cells.set(cell, [...(cells.get(cell) ?? []), entry]);
  let open = stale.length;
  k.world.store.backwards(k.world.store.mark, (cell, old, now) => {
    for (const entry of cells.get(cell) ?? []) {
      if (cell === entry.hiCell) entry.guestHi = old;
      else entry.guestLo = old;
      if (entry.open.size === 0 || !justified(k, entry)) continue;
      entry.open.clear();
      open--;
    }
    const flush = k.flushWitness.markOf(cell, now);
    if (flush?.kind === 'all' && k.flushWitness.over(flush))
      for (const entry of stale) {
        if (!entry.open.delete(flush.v)) continue;
        if (entry.open.size === 0) open--;
        missed(entry, flush.v);
      }
    return open > 0;
  });
}

function check(k: Kvm, found: Found): void {
  if (!k.lock.free) return; // whoever holds it is about to bring things in order
  const stale = staleEntries(k);
  if (stale.length === 0) return;
  k.vcpus.forEach((_, v) => {
    // A vCPU in the midst of a flush is about to synchronise; one that must drop its root will not use it again.
    if (k.flushWitness.flushing(v) || k.vcpu(v).get('requests') !== 0) return;
    const tables = reachable(k, v);
    for (const entry of stale) if (tables.has(entry.sfn)) entry.open.add(v);
  });
  lookBack(
    k,
    stale.filter((entry) => entry.open.size > 0),
    ({ sfn, index }, v) =>
      found(
        `vCPU ${v} can still use what was there before its last flush: an spte made from a guest entry that was changed before that.`,
        shadowEntry(sfn, index),
      ),
  );
}

export const freshness: Invariant<never> = invariant(
  'I15',
  'operation',
  'A vCPU finds nothing in a shadow that is older than its last flush.',
  check,
  'journal',
);
