import { defined } from '../../base';
import { procedure, slots, type Thread } from '../../kernel';
import {
  frameOf,
  type Halves,
  instruction,
  P,
  PFEC_W,
  partBytes,
  partOffset,
  parts,
  partVa,
  sayIndex,
  sayValue,
  WRITE,
} from '../../machine';
import { emulatedStore } from '../emulatedStore';
import { markDirty } from './dirty';
import { EntryEmulated, unshadowCode } from './events';
import { flushTlbMask } from './flushTlb';
import { guestWalkTables, walkError } from './guestWalk';
import { shRemoveShadows } from './removeShadows';
import type { Xen } from './state';
import { P2M_RAM_LOGDIRTY, P2M_RAM_RW, SHADOW_SET_ERROR, SHADOW_SET_FLUSH, SHF_32 } from './types';
import { shValidateGuestEntry } from './validate';
import { bumpVersion } from './version';

export const X86EMUL_OKAY = 0;
export const X86EMUL_UNHANDLEABLE = 1;
export const X86EMUL_EXCEPTION = 2;

const L = slots(
  ...(['fast', 'part', 'missing', 'mfn0', 'mfn1', 'lowClear', 'flags', 'early', 'skip', 'error'] as const),
  ...(['hi', 'lo', 'found', 'version', 'wasTable'] as const),
);

const va: Halves = { hi: 0, lo: 0 };

const mfnOf = (t: Thread, part: number): number => t.get(L.mfn0 + part) - 1;

/** The guest's page for a part of the store; UNHANDLEABLE unless it is ordinary memory. Whether it is. */
function destination(t: Thread, x: Xen, gfn: number): boolean {
  const type = x.p2m.type(gfn);
  const mfn = x.p2m.mfn(gfn);
  if ((type !== P2M_RAM_RW && type !== P2M_RAM_LOGDIRTY) || mfn < 0) return false;
  t.set(L.mfn0 + t.get(L.part), mfn + 1);
  return true;
}

function nextPart(t: Thread, x: Xen): void {
  const last = t.get(L.part) + 1 === parts(x.machine, t.actor);
  t.set(L.part, last ? 0 : t.get(L.part) + 1);
  t.goto(last ? 'mapped' : 'map');
}

/** Whether the store is aligned to its own size, as a page-table write is. */
function aligned(x: Xen, v: number): boolean {
  const r = x.machine.vcpu(v);
  return (r.get('insVaLo') & (r.get('insWidth') - 1)) === 0;
}

const lowBitClear = (t: Thread, x: Xen): boolean => {
  const offset = partOffset(x.machine, t.actor, 0);
  return ((x.memory.read32(mfnOf(t, 0), offset >>> 2) >>> (8 * (offset & 3))) & P) === 0;
};

const firstByte = (t: Thread, x: Xen, part: number): number => partOffset(x.machine, t.actor, part);

const lastByte = (t: Thread, x: Xen, part: number): number =>
  partOffset(x.machine, t.actor, part) + partBytes(x.machine, t.actor, part) - 1;

/** The entry that the store begins in, as the guest that does it counts entries. */
const firstEntry = (t: Thread, x: Xen): number =>
  Math.floor(firstByte(t, x, 0) / x.geometry(t.actor).entryBytes);

/**
 * Whether the store is one aligned entry of the page's kind of table, or less: then the first bit looked at is the entry's P,
 * and one that was clear and stays clear leaves the shadow as it is (2.8.4).
 */
function oneEntry(t: Thread, x: Xen): boolean {
  const types = x.guest.typeBits(mfnOf(t, 0));
  const offset = firstByte(t, x, 0);
  const bytes = partBytes(x.machine, t.actor, 0);
  if ((types & SHF_32) === 0) return (offset & 7) === 0 && bytes <= 8;
  return (types & ~SHF_32) === 0 && (offset & 3) === 0 && bytes <= 4;
}

function sayStored(t: Thread, x: Xen): string {
  const gmfn = mfnOf(t, 0);
  const value = sayValue(t.get(L.hi), t.get(L.lo));
  return `Xen does the store for the guest: entry ${sayIndex(firstEntry(t, x))} of ${x.describe(gmfn)} is ${value} now. vCPU ${t.actor} holds the shadow lock, so nobody sees it half done.`;
}

/**
 * sh_x86_emulate_write and _cmpxchg with emulate_map_dest and emulate_unmap_dest (sheet 2.8). Argument: fast 1 if no walk was
 * made for this fault. The instruction is the one in flight. Returns X86EMUL_* and, for EXCEPTION, the guest's error
 * code and the page of the instruction that it is for, counted from 1; for OKAY 1 if the page was a table before the store.
 */
export const shX86EmulateWrite = procedure<Xen>({
  name: 'sh_x86_emulate_write',
  part: 'xen',
  lane: 'hypervisor',
  about: 'Performs a store to a page table for the guest, and lets the shadow follow (sheet 2.8).',
  slots: L,
  steps: [
    {
      label: 'map',
      line: 'emulate_map_dest(): user mode? unhandleable; gfn = vTLB(va)',
      touch: 'private',
      run: (t, x) => {
        const r = x.machine.vcpu(t.actor);
        if (r.get('cpl') === 3 || r.get('insAccess') !== WRITE) {
          t.set(L.found, 0);
          t.ret(X86EMUL_UNHANDLEABLE, 0);
          return;
        }
        partVa(x.machine, t.actor, t.get(L.part), va);
        const gfn = defined(x.vtlbs[t.actor], 'vTLB').lookup(va.hi, va.lo, PFEC_W);
        t.set(L.found, gfn + 1);
        if (gfn < 0) return;
        if (destination(t, x, gfn)) nextPart(t, x);
        else t.ret(X86EMUL_UNHANDLEABLE, 0);
      },
      say: (t, x) =>
        t.get(L.found) === 0
          ? 'The emulator needs to know where the store goes.'
          : `The emulator remembers where the address leads: guest frame ${x.name(t.get(L.found) - 1)}.`,
    },
    {
      label: 'walk',
      line: '  not known: guest_walk_tables(va)',
      touch: 'private',
      run: (t, x) => {
        partVa(x.machine, t.actor, t.get(L.part), va);
        t.call(guestWalkTables, [va.hi, va.lo, WRITE, 0], L.missing);
      },
      say: 'It does not remember the address: the guest tables are walked once more.',
    },
    {
      label: 'walked',
      line: '  missing rights: the guest gets the fault',
      touch: 'private',
      run: (t, x) => {
        const v = t.actor;
        const { gw } = x.vcpu(v);
        if (t.get(L.missing) !== 0) {
          t.ret(X86EMUL_EXCEPTION, walkError(x, v, t.get(L.missing), WRITE, false), t.get(L.part) + 1);
          return;
        }
        const gfn = frameOf(gw.hi(1), gw.lo(1));
        partVa(x.machine, v, t.get(L.part), va);
        defined(x.vtlbs[v], 'vTLB').insert(va.hi, va.lo, gfn, PFEC_W);
        if (destination(t, x, gfn)) nextPart(t, x);
        else t.ret(X86EMUL_UNHANDLEABLE, 0);
      },
      say: (t) =>
        t.get(L.missing) === 0
          ? 'The walk says where the store goes.'
          : 'The guest has taken the permission away meanwhile: the fault is its own.',
    },
    {
      label: 'mapped',
      line: '  note whether the entry was present; not aligned, or over two pages? no page table: sh_remove_shadows()',
      touch: 'racy',
      run: (t, x) => {
        t.set(L.lowClear, lowBitClear(t, x) ? 1 : 0);
        t.set(L.wasTable, x.isPageTable(mfnOf(t, 0)) ? 1 : 0);
        if (!aligned(x, t.actor)) t.call(shRemoveShadows, [mfnOf(t, 0), 0, 0, unshadowCode('unaligned')]);
      },
      say: (t, x) =>
        aligned(x, t.actor)
          ? `The entry ${t.get(L.lowClear) === 1 ? 'is not present' : 'is present'} before the store.`
          : 'No kernel writes its tables with unaligned stores: the page is not a table any more.',
    },
    {
      label: 'crossing',
      line: '  the second page likewise',
      touch: 'racy',
      run: (t, x) => {
        if (parts(x.machine, t.actor) === 2)
          t.call(shRemoveShadows, [mfnOf(t, 1), 0, 0, unshadowCode('unaligned')]);
      },
      say: (t, x) =>
        parts(x.machine, t.actor) === 2
          ? 'The store reaches into a second page, which is not a table any more either.'
          : 'The store lies in one page.',
    },
    {
      label: 'lock',
      line: 'shadow_lock()',
      touch: 'racy',
      when: (_, x) => x.lock.free,
      run: (t, x) => x.lock.take(t),
      say: (t) => `vCPU ${t.actor} takes the shadow lock for the store itself.`,
    },
    {
      label: 'store',
      line: '  *entry = value',
      touch: 'racy',
      beat: true,
      run: (t, x) => {
        const v = t.actor;
        const op = defined(instruction(x.machine, v), 'the instruction that faulted');
        // What was seen before the lock was taken may be history by now.
        if (x.on('skip-verify-locked')) t.set(L.lowClear, lowBitClear(t, x) ? 1 : 0);
        emulatedStore(x.machine, v, op, [mfnOf(t, 0), mfnOf(t, 1)]);
        x.witness.performing(true);
        const gmfn = mfnOf(t, 0);
        const index = firstEntry(t, x);
        const { narrow } = x.geometry(v);
        t.set(L.hi, x.guestHi(narrow, gmfn, index));
        t.set(L.lo, x.guestLo(narrow, gmfn, index));
        x.world.emit(EntryEmulated, v, gmfn, index, t.get(L.hi), t.get(L.lo), t.get(L.fast));
      },
      say: sayStored,
    },
    {
      label: 'early',
      line: '  two zeroes in a row to one page: check_for_early_unshadow()',
      touch: 'racy',
      run: (t, x) => {
        const v = t.actor;
        const vcpu = x.vcpu(v);
        const gmfn = mfnOf(t, 0);
        const r = x.machine.vcpu(v);
        const offset = partOffset(x.machine, v, 0);
        const zero =
          x.on('early-unshadow') &&
          partBytes(x.machine, v, 0) >= 4 &&
          (offset & 3) === 0 &&
          r.get('insWidth') >= 4 &&
          x.memory.read32(gmfn, offset >>> 2) === 0;
        const entry = (offset & (x.geometry(v).entryBytes - 1)) === 0;
        t.set(L.early, !zero ? 0 : entry ? 1 : x.on('early-unshadow-halves') ? 3 : 0);
        if (t.get(L.early) !== 1) {
          if (t.get(L.early) === 0) vcpu.set('lastEmulatedMfnForUnshadow', 0);
          return;
        }
        const again = vcpu.get('lastEmulatedMfnForUnshadow') === gmfn + 1 && x.isPageTable(gmfn);
        vcpu.set('lastEmulatedMfnForUnshadow', gmfn + 1);
        if (!again) return;
        t.set(L.early, 2);
        x.world.count('shadow_early_unshadow');
        t.call(shRemoveShadows, [gmfn, 1, 0, unshadowCode('early')]);
      },
      say: (t, x) => {
        switch (t.get(L.early)) {
          case 2:
            return `A second zero in a row to ${x.name(mfnOf(t, 0))}: its process is going away, and the shadow goes now.`;
          case 1:
            return `A zero was stored. If the next store to ${x.name(mfnOf(t, 0))} is a zero too, the page is unshadowed.`;
          case 3:
            return 'A zero was stored to the other half of an entry: that neither adds to the suspicion nor ends it.';
          default:
            return 'The store does not look as if a process were going away.';
        }
      },
    },
    {
      label: 'validate',
      line: '  was and stays not present: nothing to do; else sh_validate_guest_entry()',
      touch: 'racy',
      run: (t, x) => {
        const skip = x.on('skip-verify') && t.get(L.lowClear) === 1 && lowBitClear(t, x) && oneEntry(t, x);
        t.set(L.skip, skip || !x.isPageTable(mfnOf(t, 0)) ? 1 : 0);
        if (t.get(L.skip) === 0)
          t.call(shValidateGuestEntry, [mfnOf(t, 0), firstByte(t, x, 0), lastByte(t, x, 0)], L.flags);
      },
      say: (t, x) => {
        if (t.get(L.skip) === 0) return 'The shadow must follow.';
        return x.isPageTable(mfnOf(t, 0))
          ? 'The entry was not present and is not present: the shadow needs no change.'
          : `Frame ${x.name(mfnOf(t, 0))} is no table any more: there is no shadow to change.`;
      },
    },
    {
      label: 'second',
      line: '  the second page likewise',
      touch: 'locked',
      run: (t, x) => {
        t.set(L.part, t.get(L.flags));
        t.set(L.flags, 0);
        if (parts(x.machine, t.actor) === 2 && x.isPageTable(mfnOf(t, 1)))
          t.call(shValidateGuestEntry, [mfnOf(t, 1), firstByte(t, x, 1), lastByte(t, x, 1)], L.flags);
      },
      say: 'A store over two pages would need the second page seen to as well.',
    },
    {
      label: 'flush',
      line: '  FLUSH: flush_tlb_mask(); ERROR: sh_remove_shadows()',
      touch: 'locked',
      run: (t, x) => {
        t.set(L.flags, t.get(L.flags) | t.get(L.part));
        if ((t.get(L.flags) & SHADOW_SET_ERROR) !== 0)
          t.callThen('bump', shRemoveShadows, [mfnOf(t, 0), 0, 0, unshadowCode('validate-error')]);
        else if ((t.get(L.flags) & SHADOW_SET_FLUSH) !== 0 && x.on('validate-flush'))
          t.callThen('bump', flushTlbMask, []);
      },
      say: (t, x) => {
        if ((t.get(L.flags) & SHADOW_SET_FLUSH) === 0)
          return 'No TLB needs a flush: that is the duty of the guest, as after any change of its tables.';
        return x.on('validate-flush')
          ? 'An upper entry leads elsewhere now, or grants less: every TLB is flushed.'
          : 'An upper entry leads elsewhere now, or grants less, but the flush is switched off.';
      },
    },
    {
      label: 'bump',
      line: '  mark the page dirty for the log; gtable_dirty_version++',
      touch: 'racy',
      beat: true,
      run: (t, x) => {
        for (let part = 0; part < parts(x.machine, t.actor); part++) markDirty(x, mfnOf(t, part));
        if (x.on('bump-on-emulation')) t.set(L.version, bumpVersion(x));
      },
      say: (t) =>
        t.get(L.version) === 0
          ? 'A guest table has changed, but moving the version is switched off.'
          : `A guest table has changed: the version goes up to ${t.get(L.version)}, so that nobody trusts a walk made before.`,
    },
    {
      label: 'unlock',
      line: 'shadow_unlock(); return OKAY',
      touch: 'racy',
      run: (t, x) => {
        x.witness.performing(false);
        x.lock.release(t);
        t.ret(X86EMUL_OKAY, t.get(L.wasTable));
      },
      say: (t) => `vCPU ${t.actor} gives the shadow lock back.`,
    },
  ],
});
