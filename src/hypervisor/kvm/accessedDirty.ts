import type { Invariant } from '../../kernel';
import { type GuestOp, indexAt, isLeaf, OUTCOME_DONE, present } from '../../machine';
import { dataFrame } from '../entity';
import * as c from './constants';
import { gpteGfn } from './guestMemory';
import { type Found, invariant } from './invariant';
import type { Kvm } from './state';

/**
 * I16: the processor marks sptes only, so KVM itself marks the guest's entries as accessed and dirty. A guest that has cleared a mark
 * and flushed finds it again after the next access.
 */

/** The mark that an operation must have left in the leaf that translates its address: 0 if none. */
function markOf(op: GuestOp): number {
  switch (op.kind) {
    case 'load':
    case 'fetch':
      return c.SPTE_A;
    case 'store':
    case 'locked':
      return c.SPTE_A | c.SPTE_D;
    default:
      return 0;
  }
}

/** The guest's leaf for an address, as the tables are now: its cell, and those of the entries that lead there. */
interface Leaf {
  readonly cell: number;
  readonly lo: number;
  readonly above: readonly number[];
}

/** Undefined if the tables lead nowhere. */
function leafCell(k: Kvm, v: number, vaHi: number, vaLo: number): Leaf | undefined {
  const mode = k.mode(v);
  const r = k.machine.vcpu(v);
  let gfn = gpteGfn(mode, r.get('cr3Hi'), r.get('cr3Lo'));
  let level = mode.levels;
  if (mode.name === 'pae') {
    const i = indexAt(mode, 3, vaHi, vaLo);
    gfn = gpteGfn(mode, k.vcpu(v).pdptr(i, 'Hi'), k.vcpu(v).pdptr(i, 'Lo'));
    level = 2;
  }
  const above: number[] = [];
  for (; level > 0; level--) {
    const mfn = k.slots.mfn(gfn);
    if (mfn < 0) return undefined;
    const word = indexAt(mode, level, vaHi, vaLo) * mode.entryCells;
    const lo = k.memory.read32(mfn, word);
    if (!present(lo)) return undefined;
    // In a read-only slot KVM cannot mark anything.
    if (isLeaf(mode, level, lo, r.get('cr4')))
      return k.slots.readOnly(k.slots.of(gfn)) ? undefined : { cell: k.memory.cell(mfn, word), lo, above };
    above.push(k.memory.cell(mfn, word));
    gfn = gpteGfn(mode, mode.entryCells === 1 ? 0 : k.memory.read32(mfn, word + 1), lo);
  }
  return undefined;
}

/** More than the marks of an entry has changed. */
const differs = (old: number, now: number): boolean => ((old ^ now) & ~(c.SPTE_A | c.SPTE_D)) !== 0;

/**
 * Whether the entry had the mark at some moment since the vCPU's last flush. Nothing is known where the journal begins later, or where
 * another entry may have translated the address since: the tables above led elsewhere.
 */
function hadMark(k: Kvm, v: number, { cell, above }: Leaf, mark: number): boolean {
  let had = true;
  k.world.store.backwards(k.world.store.mark, (at, old, now) => {
    if ((at === cell && (old & mark) === mark) || (above.includes(at) && differs(old, now))) return false;
    const flush = k.flushWitness.markOf(at, now);
    if (flush === undefined || flush.v !== v || flush.kind !== 'all') return true;
    had = false;
    return false;
  });
  return had;
}

function check(k: Kvm, found: Found): void {
  // Whose operation has just ended; what others are at is not asked.
  const v = k.world.mover;
  const op = v < k.vcpus.length ? k.machine.programs[v]?.[k.machine.vcpu(v).get('op')] : undefined;
  if (op === undefined || k.machine.vcpu(v).get('outcome') !== OUTCOME_DONE) return;
  const mark = markOf(op);
  if (mark === 0 || !('va' in op) || k.direct(v)) return;
  const leaf = leafCell(k, v, op.va.hi, op.va.lo);
  if (leaf === undefined || (leaf.lo & mark) === mark || hadMark(k, v, leaf, mark)) return;
  found(
    `vCPU ${v} has made an access, but the guest’s entry is not marked for it, nor was it since the last flush.`,
    dataFrame(k.memory.frameOfCell(leaf.cell)),
  );
}

export const accessedDirty: Invariant<never> = invariant(
  'I16',
  'operation',
  'After an access the guest’s entry is marked as accessed, after a write as dirty, unless it was since the last flush.',
  check,
  'journal',
);
