import { procedure, slots, type Thread } from '../../kernel';
import { type Halves, sayIndex } from '../../machine';
import * as c from './constants';
import { giveDirty } from './link';
import { pointerIndex, pointerTable, WRITE_PROTECT } from './pteList';
import { drained, plainStore, readRmapWord, readSpte, roomLeft, storeRmapWord, storeSpte } from './racyWords';
import type { Kvm } from './state';

/** Page-table write-protection (sheet 5.4, 6.2): the frame is a table, nothing may write it unseen. */

const marks = (k: Kvm): boolean => k.profile.fastPath === 'identification' && k.on('rmap-flag');

/** Whether there is anything to do: else nobody need call. */
export function needsProtection(k: Kvm, gfn: number): boolean {
  if (marks(k)) return true;
  for (let level = 1; level <= c.MAX_HUGEPAGE_LEVEL; level++) if (k.slots.rmap(gfn, level) !== 0) return true;
  return false;
}

const L = slots('gfn', 'level', 'nth', 'table', 'index', 'hi', 'lo', 'changed');
const spte: Halves = { hi: 0, lo: 0 };

const BOTH = c.SPTE_W | c.SPTE_MMU_WRITABLE;

/** What a protector looks for: W, and what would let a fast path give it back. */
const forbidden = (k: Kvm): { hi: number; lo: number } =>
  k.profile.fastPath === 'identification'
    ? { hi: k.on('erase-id') ? c.SPTE_ID_HI : 0, lo: c.SPTE_W }
    : { hi: 0, lo: k.on('protect-mmu-writable') ? BOTH : c.SPTE_W };

/** What it takes away. */
const taken = (k: Kvm): { hi: number; lo: number } =>
  k.profile.fastPath === 'identification'
    ? forbidden(k)
    : { hi: 0, lo: k.on('clear-mmu-writable') ? BOTH : c.SPTE_W };

/** mmu_spte_update: whether a TLB may still let an spte be written that was `lo` (6.6). An identification means that it may have been opened. */
const mayBeCached = (k: Kvm, lo: number): boolean =>
  k.profile.fastPath === 'identification' || (lo & (k.on('flush-mmu-writable') ? BOTH : c.SPTE_W)) !== 0;

/** Goes to the next spte that maps the frame with a page of any size: its pointer, or 0 when there is none left. */
function nextPointer(t: Thread, k: Kvm): number {
  for (;;) {
    const level = t.get(L.level);
    const pointer = k.lists.all(k.slots.rmap(t.get(L.gfn), level))[t.get(L.nth)];
    if (pointer !== undefined) {
      t.set(L.nth, t.get(L.nth) + 1);
      return pointer;
    }
    if (level === c.MAX_HUGEPAGE_LEVEL) return 0;
    t.set(L.level, level + 1);
    t.set(L.nth, 0);
  }
}

const place = (t: Thread, k: Kvm): string =>
  `entry ${sayIndex(t.get(L.index))} of ${k.describe(t.get(L.table))}`;

/**
 * Takes write access to a guest frame away from every spte that maps it. Argument: gfn. Returns whether one could be written, or was
 * about to be: then TLBs must be flushed before mmu_lock is released (P5). mmu_lock is held. Source: sheet 5.4; 6.1
 * kvm_vcpu_write_protect_gfn, spte_write_protect.
 */
export const kvmWriteProtect = procedure<Kvm>({
  name: 'kvm_write_protect',
  part: 'kvm',
  lane: 'hypervisor',
  about: 'Takes write access to a frame away from every spte that maps it (sheet 5.4).',
  slots: L,
  steps: [
    {
      label: 'begin',
      line: 'write_protect(gfn): a fast path may be at it: mark the frame first',
      touch: 'private',
      run: (t, k) => {
        t.set(L.level, 1);
        t.goto(marks(k) ? 'flag' : 'look');
      },
      say: (t, k) => `No mapping may write to frame ${k.name(t.get(L.gfn))} any more.`,
    },
    {
      label: 'flag',
      line: '  rmap[gfn] |= WRITE_PROTECT',
      touch: (t, k) => (k.on('flag-locked') ? 'racy' : plainStore(t, k)),
      beat: true,
      when: (t, k) => (k.on('flag-locked') ? drained(t, k) : roomLeft(t, k)),
      run: (t, k) => {
        const gfn = t.get(L.gfn);
        const word = readRmapWord(t, k, gfn) | WRITE_PROTECT;
        if (k.on('flag-locked')) k.slots.setRmapWord(gfn, word);
        else storeRmapWord(t, k, gfn, word);
      },
      say: (t, k) => {
        const said = `vCPU ${t.actor} marks the rmap of frame ${k.name(t.get(L.gfn))} as write-protected: fast paths that look from now on give up.`;
        if (k.on('flag-locked')) return `${said} The operation is locked: everybody sees it at once.`;
        return k.machine.storeBuffers.depth > 0 ? `${said} The store waits in its buffer.` : said;
      },
    },
    {
      label: 'barrier',
      line: '  smp_mb()',
      touch: 'private',
      when: (t, k) => !k.on('protect-barrier') || drained(t, k),
      run: () => undefined,
      say: (t, k) => {
        if (!k.on('protect-barrier'))
          return `There is no barrier here: vCPU ${t.actor} reads the sptes while its mark may still be in its store buffer.`;
        return k.machine.storeBuffers.depth > 0
          ? `The store buffer of vCPU ${t.actor} is empty: the mark is visible before it reads the first spte.`
          : 'The mark is visible before the first spte is read.';
      },
    },
    {
      label: 'look',
      line: '  for each spte of the rmap: W set, or about to be?',
      touch: 'racy',
      run: (t, k) => {
        const pointer = nextPointer(t, k);
        if (pointer === 0) {
          t.set(L.table, 0);
          t.goto('done');
          return;
        }
        t.set(L.table, pointerTable(pointer));
        t.set(L.index, pointerIndex(pointer));
        readSpte(t, k, pointerTable(pointer), pointerIndex(pointer), spte);
        t.set(L.hi, spte.hi);
        t.set(L.lo, spte.lo);
        const bits = forbidden(k);
        if ((spte.hi & bits.hi) === 0 && (spte.lo & bits.lo) === 0) t.goto('look');
      },
      say: (t, k) => {
        if (t.get(L.table) === 0)
          return `All sptes that map frame ${k.name(t.get(L.gfn))} have been looked at.`;
        const bits = forbidden(k);
        if ((t.get(L.lo) & c.SPTE_W) !== 0) return `${place(t, k)} could be written.`;
        if ((t.get(L.hi) & bits.hi) !== 0)
          return `${place(t, k)} is read-only, but holds an identification: a fast path is about to open it.`;
        if ((t.get(L.lo) & bits.lo) !== 0)
          return `${place(t, k)} is read-only, but may be made writable again. That must not be.`;
        return `${place(t, k)} is read-only already: nothing to do there.`;
      },
    },
    {
      label: 'clear',
      line: '    xchg(spte, spte & ~W & ~id)',
      touch: (t, k) => (k.on('protect-plain-store') ? plainStore(t, k) : 'racy'),
      beat: true,
      when: (t, k) => (k.on('protect-plain-store') ? roomLeft(t, k) : drained(t, k)),
      run: (t, k) => {
        const bits = taken(k);
        const hi = t.get(L.hi) & ~bits.hi;
        const lo = t.get(L.lo) & ~bits.lo;
        const [table, index] = [t.get(L.table), t.get(L.index)];
        if (mayBeCached(k, k.lo(table, index))) t.set(L.changed, 1);
        if (k.on('protect-plain-store')) storeSpte(t, k, table, index, hi, lo);
        else {
          // What came out of the exchange counts: a processor may have set D since the spte was read (6.4).
          if ((k.lo(table, index) & ~lo & c.SPTE_D) !== 0) giveDirty(k, table, index);
          k.memory.write64(table, index, hi, lo);
        }
        t.goto('look');
      },
      say: (t, k) =>
        `vCPU ${t.actor} takes write access away: ${place(t, k)} is read-only${k.on('protect-plain-store') ? ', once this plain store is visible' : ''}.`,
    },
    {
      label: 'done',
      line: '  return whether TLBs must be flushed',
      touch: 'private',
      run: (t) => t.ret(t.get(L.changed)),
      say: (t) =>
        t.get(L.changed) !== 0
          ? 'One of them was writable or might have become so: a TLB may still let stores through.'
          : 'None of them could be written: no TLB can let a store through either.',
    },
  ],
});
