import type { Invariant } from '../../../kernel';
import { frameOf } from '../../../machine';
import { isNarrow } from '../geometry';
import { isUsable } from '../magic';
import type { Xen } from '../state';
import { isL1, levelOfType } from '../types';
import { excessL1 } from './grants';
import { entryOf, type Found, invariant, shadowEntry } from './names';
import { eachPresent } from './presentEntries';

/** A shadow entry that grants more than its guest entry does now: allowed, until a flush covers it. */
interface Stale {
  readonly smfn: number;
  readonly index: number;
  readonly hi: number;
  readonly lo: number;
  /** The cells of the guest entry, and what they held at the moment the look back has come to. */
  readonly hiCell: number;
  readonly loCell: number;
  guestHi: number;
  guestLo: number;
  /** vCPUs that can reach it and have not flushed it since that moment. */
  readonly open: Set<number>;
}

/** All stale entries of tables that are out of sync. Tables in sync and upper levels are never stale (I1, I12). */
function staleEntries(x: Xen): Stale[] {
  const out: Stale[] = [];
  for (const smfn of x.l1Shadows()) {
    const gmfn = x.pages.backpointer(smfn);
    const type = x.pages.type(smfn);
    if (!isL1(type) || !x.outOfSync(gmfn)) continue;
    const narrow = isNarrow(type);
    eachPresent(x, smfn, (index, hi, lo) => {
      if (!isUsable(hi, lo)) return;
      const [guestHi, guestLo] = [x.guestHi(narrow, gmfn, index), x.guestLo(narrow, gmfn, index)];
      if (excessL1(x, hi, lo, guestHi, guestLo) === 'none') return;
      const loCell = x.guestCell(narrow, gmfn, index);
      // A 32-bit entry has no high half to watch.
      out.push({
        smfn,
        index,
        hi,
        lo,
        hiCell: narrow ? -1 : loCell + 1,
        loCell,
        guestHi,
        guestLo,
        open: new Set(),
      });
    });
  }
  return out;
}

/** The L1 shadows that vCPU v can reach from its top level. */
function reachable(x: Xen, v: number): Set<number> {
  const seen = new Set<number>();
  const visit = (smfn: number): void => {
    if (smfn < 0 || seen.has(smfn)) return;
    seen.add(smfn);
    if (levelOfType(x.pages.type(smfn)) > 1)
      eachPresent(x, smfn, (_, hi, lo) => {
        if (isUsable(hi, lo)) visit(x.pages.head(frameOf(hi, lo)));
      });
  };
  for (const top of x.vcpu(v).tops) visit(top);
  return seen;
}

/**
 * Goes back in the journal: a moment at which guest memory justified the entry closes it for everybody; a flush that is over and
 * finds it open has missed it.
 */
function lookBack(x: Xen, stale: readonly Stale[], missed: (entry: Stale, v: number) => void): void {
  const cells = new Map<number, Stale[]>();
  for (const entry of stale)
    for (const cell of [entry.hiCell, entry.loCell]) cells.set(cell, [...(cells.get(cell) ?? []), entry]);
  const { store } = x.world;
  const va = x.vcpus.map((_, v) => x.flushWitness.pageCells(v).map((cell) => store.get(cell)));
  const vaCells = new Map(x.vcpus.flatMap((_, v) => x.flushWitness.pageCells(v).map((c, i) => [c, [v, i]])));
  let open = stale.length;
  const close = (entry: Stale, v?: number): void => {
    if (entry.open.size === 0) return;
    if (v === undefined) entry.open.clear();
    else entry.open.delete(v);
    if (entry.open.size === 0) open--;
  };
  store.backwards(store.mark, (cell, old, now) => {
    for (const entry of cells.get(cell) ?? []) {
      if (cell === entry.hiCell) entry.guestHi = old;
      else entry.guestLo = old;
      if (excessL1(x, entry.hi, entry.lo, entry.guestHi, entry.guestLo) === 'none') close(entry);
    }
    const page = vaCells.get(cell);
    if (page !== undefined) (va[page[0] as number] as number[])[page[1] as number] = old;
    const flush = x.flushWitness.markOf(cell, now);
    if (flush !== undefined && x.flushWitness.over(flush)) {
      const [vaHi, vaLo] = va[flush.v] as [number, number];
      for (const entry of stale) {
        if (!entry.open.has(flush.v)) continue;
        if (flush.kind === 'page' && !maps(x, flush.v, entry, vaHi, vaLo)) continue;
        close(entry, flush.v);
        missed(entry, flush.v);
      }
    }
    return open > 0;
  });
}

/** Whether the entry is the one that translates an address for vCPU v. */
function maps(x: Xen, v: number, entry: Stale, vaHi: number, vaLo: number): boolean {
  return x.index(v, 1, vaHi, vaLo) === entry.index && x.shadowTableOf(v, 1, vaHi, vaLo) === entry.smfn;
}

function check(x: Xen, found: Found): void {
  if (!x.lock.free) return; // whoever holds it is about to bring things in order
  const stale = staleEntries(x);
  if (stale.length === 0) return;
  for (const { index: v } of x.vcpus) {
    if (x.flushWitness.flushing(v)) continue; // its new tables are about to be seen to
    const tables = reachable(x, v);
    for (const entry of stale) if (tables.has(entry.smfn)) entry.open.add(v);
  }
  const reached = stale.filter((entry) => entry.open.size > 0);
  lookBack(x, reached, (entry, v) => {
    const what = `${entryOf(x, entry.smfn, entry.index)} maps ${x.name(frameOf(entry.hi, entry.lo))}`;
    found(
      `vCPU ${v} can still use what was there before its last flush: ${what} by a guest entry that was changed before that.`,
      shadowEntry(x, entry.smfn, entry.index),
    );
  });
}

/**
 * I11: an out-of-sync table behaves as a TLB. What a vCPU finds there was in guest memory at some moment since its last flush
 * that covers the address. Held at the end of operations, when no lock is held: in the midst of one, somebody is at it.
 */
export const freshness: Invariant<Xen> = {
  ...invariant(
    'I11',
    'A vCPU finds nothing in a shadow that is older than its last flush of the address.',
    check,
  ),
  when: 'operation',
  remembers: 'journal',
};
