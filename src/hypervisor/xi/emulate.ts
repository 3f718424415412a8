import { procedure, slots, type Thread } from '../../kernel';
import {
  type Halves,
  instruction,
  joinParts,
  MemoryRead,
  partBytes,
  partOffset,
  parts,
  partVa,
  readBytes,
  truncate,
  WRITE,
} from '../../machine';
import { emulatedStore } from '../emulatedStore';
import { RESYNCING } from './constants';
import { noteDirty } from './dirty';
import { differs, readBehind } from './entries';
import { XiEmulated } from './events';
import { ALL, xiResyncEntry } from './resyncEntry';
import { guestRange } from './shape';
import type { Xi } from './state';
import { lacksAt, markEntry, nextLacking, xiWalk } from './walk';

const L = slots(
  ...(['user', 'part', 'error', 'leaf', 'gfn', 'page0', 'page1', 'kit', 'entry', 'last', 'device'] as const),
);

const va: Halves = { hi: 0, lo: 0 };
const value: Halves = { hi: 0, lo: 0 };

/** What became of the instruction. */
export const EMULATED = -1;
export const TRY_AGAIN = -2;

const pageOf = (t: Thread, part: number): number => t.get(L.page0 + part) - 1;

/** What a device answers: whatever is written goes nowhere, whatever is read is all ones. */
function fromDevice(x: Xi, v: number): void {
  const op = instruction(x.machine, v);
  if (op === undefined || (op.access === WRITE && op.locked === undefined)) return;
  truncate(value, -1, -1, op.width);
  x.machine.vcpu(v).set('resultHi', value.hi);
  x.machine.vcpu(v).set('resultLo', value.lo);
}

/** Performs the instruction in guest memory. */
function perform(t: Thread, x: Xi): void {
  const v = t.actor;
  const m = x.machine;
  const op = instruction(m, v);
  if (op === undefined) return;
  const frames = [0, 1].map((part) => x.p2m.mfn(Math.max(pageOf(t, part), 0))) as [number, number];
  if (op.access === WRITE) {
    emulatedStore(m, v, op, frames);
    for (let part = 0; part < parts(m, v); part++) noteDirty(x, pageOf(t, part));
    return;
  }
  for (let part = 0; part < parts(m, v); part++) {
    const [offset, bytes] = [partOffset(m, v, part), partBytes(m, v, part)];
    const frame = frames[part] as number;
    readBytes(x.memory, frame, offset, bytes, value);
    m.world.emit(MemoryRead, v, frame, offset, bytes, value.hi, value.lo);
    joinParts(m, v, part, value);
  }
}

/** The entries of a shadowed table that a part of the store has written, as the kit's guest has them: first and last. */
function written(x: Xi, v: number, part: number, kit: number): { first: number; last: number } {
  const bytes = 4 * x.shapeOf(kit).guest.entryCells;
  const from = partOffset(x.machine, v, part);
  const range = guestRange(x.shapeOf(kit), x.kits.get(kit, 'level'), x.kits.get(kit, 'quadrant'));
  return {
    first: Math.max(range.first, Math.floor(from / bytes)),
    last: Math.min(
      range.first + range.count - 1,
      Math.floor((from + partBytes(x.machine, v, part) - 1) / bytes),
    ),
  };
}

/** The next shadow that must follow the store to a part, or -1: tables that are open need not. */
function nextKit(x: Xi, gfn: number, after: number): number {
  if (!x.pages.isGpt(gfn) || x.pages.mayBeWritten(gfn)) return -1;
  const kits = x.pages.sptis(gfn);
  return (after < 0 ? kits[0] : kits[kits.indexOf(after) + 1]) ?? -1;
}

/**
 * Performs the guest's instruction for it, and lets the shadows of a table that it wrote follow at once. Argument: user. Returns
 * EMULATED, TRY_AGAIN (an entry changed under the walk), or the error code that the guest must be given, and for which page.
 */
export const xiEmulate = procedure<Xi>({
  name: 'xi_emulate',
  part: 'xi',
  lane: 'hypervisor',
  about:
    'XI performs an instruction itself: for a device, for a store that no SPTE may allow, or if each store to a page table is emulated.',
  slots: L,
  steps: [
    {
      label: 'walk',
      line: 'emulate: for each page of the instruction: walk the guest’s tables',
      touch: 'locked',
      run: (t, x) => {
        partVa(x.machine, t.actor, t.get(L.part), va);
        const insAccess = x.machine.vcpu(t.actor).get('insAccess');
        t.call(xiWalk, [va.hi, va.lo, insAccess, t.get(L.user)], L.error);
      },
      say: (t) =>
        t.get(L.part) === 0 ? 'Where does the instruction read or write?' : 'And its second page?',
    },
    {
      label: 'page',
      line: '  not permitted: the guest’s fault; else remember the page',
      touch: 'locked',
      run: (t, x) => {
        const part = t.get(L.part);
        if (t.get(L.error) >= 0) {
          t.ret(t.get(L.error), part + 1);
          return;
        }
        t.set(L.page0 + part, t.get(L.gfn) + 1);
        if (!x.p2m.isRam(t.get(L.gfn))) t.set(L.device, 1);
      },
      say: (t, x) =>
        t.get(L.error) >= 0
          ? 'The guest does not allow it: the fault is the guest’s.'
          : `It is page ${x.name(t.get(L.gfn))}.`,
    },
    {
      label: 'mark',
      line: '  set A, and D for a write, as the processor would',
      touch: 'racy',
      run: (t, x) => {
        const v = t.actor;
        const access = x.machine.vcpu(v).get('insAccess');
        const leaf = t.get(L.leaf);
        const level = nextLacking(x, v, x.shape(v).guest.levels, leaf, access);
        partVa(x.machine, v, t.get(L.part), va);
        if (level > 0) {
          if (markEntry(x, v, level, va.hi, va.lo, lacksAt(x, v, level, leaf, access))) t.goto('mark');
          else t.ret(TRY_AGAIN);
          return;
        }
        t.set(L.part, t.get(L.part) + 1);
        if (t.get(L.part) < parts(x.machine, v)) t.goto('walk');
      },
      say: 'The guest’s entries are marked as used.',
    },
    {
      label: 'perform',
      line: '  do it',
      touch: 'racy',
      beat: true,
      run: (t, x) => {
        const v = t.actor;
        x.world.count('emulated');
        x.world.emit(XiEmulated, v, pageOf(t, 0));
        if (t.get(L.device) !== 0) {
          fromDevice(x, v);
          t.goto('done');
          return;
        }
        perform(t, x);
        t.set(L.part, 0);
        t.set(L.kit, -1);
        if (x.machine.vcpu(v).get('insAccess') !== WRITE) t.goto('done');
      },
      say: (t) =>
        t.get(L.device) !== 0
          ? 'A device is there: what is written goes nowhere, what is read is all ones.'
          : 'XI has done what the instruction asked for.',
    },
    {
      label: 'follow',
      line: '  a protected page table was written: its shadows follow at once',
      touch: 'locked',
      run: (t, x) => {
        const part = t.get(L.part);
        const kit = nextKit(x, pageOf(t, part), t.get(L.kit));
        t.set(L.kit, kit);
        x.vcpu(t.actor).hold(RESYNCING, kit);
        if (kit >= 0) {
          const { first, last } = written(x, t.actor, part, kit);
          t.set(L.entry, first);
          t.set(L.last, last);
          return;
        }
        t.set(L.part, part + 1);
        t.goto(part + 1 < parts(x.machine, t.actor) ? 'follow' : 'done');
      },
      say: (t, x) =>
        t.get(L.kit) < 0
          ? 'No shadow need follow.'
          : `${x.describe(t.get(L.kit))}, must follow what was written.`,
    },
    {
      label: 'entry',
      line: '    for each entry written: if it differs from the snapshot: resync_spte',
      touch: 'racy',
      run: (t, x) => {
        const kit = t.get(L.kit);
        const entry = t.get(L.entry);
        if (entry > t.get(L.last)) {
          t.goto('follow');
          return;
        }
        t.set(L.entry, entry + 1);
        readBehind(x, kit, entry, value);
        if (differs(x, kit, entry, value.hi, value.lo)) t.callThen('entry', xiResyncEntry, [kit, entry, ALL]);
        else t.goto('entry');
      },
      say: (t, x) =>
        t.get(L.entry) > t.get(L.last)
          ? `${x.kitName(t.get(L.kit))} has followed.`
          : `An entry of ${x.kitName(t.get(L.kit))} is looked at.`,
    },
    {
      label: 'done',
      line: '  return',
      touch: 'locked',
      run: (t) => t.ret(EMULATED),
      say: 'The guest goes on behind the instruction.',
    },
  ],
});
