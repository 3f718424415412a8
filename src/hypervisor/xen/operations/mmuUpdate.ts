import { procedure, slots } from '../../../kernel';
import { frameOf, MemoryWritten, PS, present, sayIndex, sayValue, W } from '../../../machine';
import { markDirty } from '../dirty';
import { flushTlbMask } from '../flushTlb';
import { guestMapsWritable, pageType, typeTables } from '../pv';
import type { Xen } from '../state';
import { isRam, SHADOW_SET_FLUSH } from '../types';
import { shValidateGuestEntry } from '../validate';
import { refuse } from './refuse';

const L = slots('gmfn', 'index', 'hi', 'lo', 'refused', 'flags', 'below');

const NOT_PV = 1;
const NO_TABLE = 2;
const NO_MEMORY = 3;
const OTHER_TYPE = 4;
const WRITABLE = 5;
const NO_INDEX = 6;

/** Why the entry may not be written (mod_l1_entry and its like); 0 if it may. `below`: the table it leads to, + 1. */
function refusal(x: Xen, gmfn: number, index: number, hi: number, lo: number): readonly [number, number] {
  if (!x.pv) return [NOT_PV, 0];
  const level = pageType(x, gmfn);
  if (level === 0) return [NO_TABLE, 0];
  if (index < 0 || index >= x.entries) return [NO_INDEX, 0];
  if (!present(lo)) return [0, 0];
  const gfn = frameOf(hi, lo);
  const mfn = x.p2m.mfn(gfn);
  if (!isRam(x.p2m.type(gfn)) || mfn < 0) return [NO_MEMORY, 0];
  const type = pageType(x, mfn);
  if (level === 1) return [(lo & W) !== 0 && type !== 0 ? WRITABLE : 0, 0];
  if ((lo & PS) !== 0) return [OTHER_TYPE, 0];
  if (type !== 0) return [type === level - 1 ? 0 : OTHER_TYPE, mfn + 1];
  return [guestMapsWritable(x, mfn) ? WRITABLE : 0, mfn + 1];
}

/**
 * do_mmu_update, and shadow_write_guest_entry below it: a PV guest has Xen write an entry of its tables. The store is validated
 * before, under the rules of PV paging, and the shadow follows at once. The version stays: nothing tells a walk that is under
 * way (sheet 3.2). Arguments: the table's frame, index, the new entry.
 */
export const doMmuUpdate = procedure<Xen>({
  name: 'do_mmu_update',
  part: 'xen',
  lane: 'hypervisor',
  about: 'Writes an entry of a PV guest’s table for it, and lets the shadow follow.',
  slots: L,
  steps: [
    {
      label: 'check',
      line: 'do_mmu_update(table, index, new): not allowed: return -EINVAL',
      touch: 'racy',
      run: (t, x) => {
        const [refused, below] = refusal(x, t.get(L.gmfn), t.get(L.index), t.get(L.hi), t.get(L.lo));
        t.set(L.refused, refused);
        t.set(L.below, below);
        if (refused === 0) return;
        refuse(t, x);
        t.ret();
      },
      say: (t, x) => {
        const table = x.name(t.get(L.gmfn));
        const target = x.name(frameOf(t.get(L.hi), t.get(L.lo)));
        switch (t.get(L.refused)) {
          case NOT_PV:
            return 'This guest is no PV guest: it writes its tables itself. knob pv 1 makes it one.';
          case NO_TABLE:
            return `Frame ${table} is no table of this guest: it may write it itself.`;
          case NO_INDEX:
            return `A table has entries 0 to ${x.entries - 1}, and no entry ${t.get(L.index)}.`;
          case NO_MEMORY:
            return `Frame ${target} is no memory of this guest: an entry may not name it.`;
          case OTHER_TYPE:
            return `Frame ${target} cannot stand below an entry of ${table}: it is a table of another level, or a large page.`;
          case WRITABLE:
            return `Frame ${target} cannot be a table and be writable for the guest: take the one away before you ask for the other.`;
          default:
            return `The guest asks for entry ${sayIndex(t.get(L.index))} of ${table} to be ${sayValue(t.get(L.hi), t.get(L.lo))}. That is allowed.`;
        }
      },
    },
    {
      label: 'lock',
      line: '  shadow_write_guest_entry(): shadow_lock()',
      touch: 'racy',
      when: (_, x) => x.lock.free,
      run: (t, x) => x.lock.take(t),
      say: (t) => `vCPU ${t.actor} takes the shadow lock.`,
    },
    {
      label: 'write',
      line: '    *entry = new',
      touch: 'racy',
      beat: true,
      run: (t, x) => {
        const gmfn = t.get(L.gmfn);
        if (t.get(L.below) !== 0) typeTables(x, t.get(L.below) - 1, pageType(x, gmfn) - 1);
        x.memory.write64(gmfn, t.get(L.index), t.get(L.hi), t.get(L.lo));
        x.world.emit(MemoryWritten, t.actor, gmfn, 8 * t.get(L.index), 8, t.get(L.hi), t.get(L.lo));
        markDirty(x, gmfn);
      },
      say: (t, x) =>
        `Xen writes entry ${sayIndex(t.get(L.index))} of ${x.describe(t.get(L.gmfn))}. No version moves: only this vCPU knows.`,
    },
    {
      label: 'validate',
      line: '    sh_validate_guest_entry(gmfn, entry)',
      touch: 'locked',
      run: (t, x) => {
        const first = 8 * t.get(L.index);
        if (x.isPageTable(t.get(L.gmfn)))
          t.call(shValidateGuestEntry, [t.get(L.gmfn), first, first + 7], L.flags);
      },
      say: (t, x) =>
        x.isPageTable(t.get(L.gmfn))
          ? 'The shadow must follow.'
          : `Frame ${x.name(t.get(L.gmfn))} has no shadow that would have to follow.`,
    },
    {
      label: 'flush',
      line: '    FLUSH: flush_tlb_mask()',
      touch: 'locked',
      run: (t) => {
        if ((t.get(L.flags) & SHADOW_SET_FLUSH) !== 0) t.call(flushTlbMask, []);
      },
      say: (t) =>
        (t.get(L.flags) & SHADOW_SET_FLUSH) !== 0
          ? 'An upper entry leads elsewhere now, or grants less: every TLB is flushed.'
          : 'No TLB needs a flush.',
    },
    {
      label: 'unlock',
      line: '    shadow_unlock()',
      touch: 'racy',
      beat: true,
      run: (t, x) => {
        x.lock.release(t);
        t.ret();
      },
      say: 'The guest has got what it asked for.',
    },
  ],
});
