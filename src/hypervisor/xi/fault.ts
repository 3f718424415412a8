import { procedure, slots, type Thread } from '../../kernel';
import {
  FAULT_DONE,
  FAULT_INJECT,
  FAULT_RETRY,
  instruction,
  sayAccess,
  sayError,
  sayVa,
  W,
  WRITE,
} from '../../machine';
import { EMULATED, TRY_AGAIN, xiEmulate } from './emulate';
import { DecisionRow, DirtySet } from './events';
import { xiOpen } from './resync';
import { xiLoadRoots } from './roots';
import { grantWrite, isLeafSpte, rightsOf, writable } from './spte';
import type { Xi } from './state';
import { xiSyncPath } from './syncPath';
import { xiUnlock } from './unlock';
import { accessOf, lacksAt, markEntry, nextLacking, userOf, xiWalk } from './walk';

const L = slots(
  ...(['vaHi', 'vaLo', 'error'] as const),
  ...([
    'guestError',
    'leaf',
    'gfn',
    'slot',
    'missing',
    'entry',
    'verdict',
    'level',
    'bits',
    'page',
    'row',
  ] as const),
);

const isWrite = (t: Thread): boolean => accessOf(t.get(L.error)) === WRITE;

/** The row of the decision table that has decided something. */
function decide(t: Thread, x: Xi, row: number): void {
  t.set(L.row, row);
  x.world.emit(DecisionRow, t.actor, row);
}

/** Page faults of one instruction after which XI performs it: its shadows drive each other out of a pool that is too small. */
const PATIENCE = 12;

/** Whether the guest's own entries allow a write at every level (they need not, if the guest has CR0.WP clear). */
function allowedByPath(x: Xi, v: number, leaf: number): boolean {
  const { guest, name } = x.shape(v);
  const top = name === 'pae' ? 2 : guest.levels;
  for (let level = top; level >= leaf; level--) if ((x.vcpu(v).lo(level) & W) === 0) return false;
  return true;
}

/** Whether the guest's entry, as the shadow has it, is writable, and dirty. */
const maySayWrite = (x: Xi, lo: number): boolean => (rightsOf(x, lo) & W) !== 0;

/** How often in a row faults have led to no entry that allows the access is kept for T2. */
function noteOutcome(t: Thread, x: Xi): void {
  const slot = t.get(L.slot);
  const good = slot >= 0 && isLeafSpte(x, slot) && (!isWrite(t) || writable(x, slot));
  const vcpu = x.vcpu(t.actor);
  vcpu.set('unresolved', good ? 0 : vcpu.get('unresolved') + 1);
}

/** Whether the fault is a write that the SPTE does not allow yet. */
const wantsWrite = (t: Thread, x: Xi): boolean =>
  isWrite(t) && t.get(L.slot) >= 0 && isLeafSpte(x, t.get(L.slot)) && !writable(x, t.get(L.slot));

/**
 * The page-fault exit (sheet 6, RECONSTRUCTED): the decision table, row by row. Arguments: va, error. Returns the verdict, and the
 * error code the guest is given.
 */
export const xiPageFault = procedure<Xi>({
  name: 'xi_page_fault',
  part: 'xi',
  lane: 'hypervisor',
  about: 'A page fault: the decision table from top to bottom (XI had one, its content is RECONSTRUCTED).',
  slots: L,
  steps: [
    {
      label: 'lock',
      line: 'page_fault(va, error): lock',
      touch: 'racy',
      when: (_, x) => x.lock.free,
      run: (t, x) => {
        x.lock.take(t);
        x.world.count('page_faults');
        t.set(L.verdict, FAULT_RETRY);
        t.set(L.slot, -1);
      },
      say: (t, x) =>
        `vCPU ${t.actor} has left its guest for XI: the ${sayAccess(accessOf(t.get(L.error)))} at ${sayVa(x.machine, t.actor, t.get(L.vaHi), t.get(L.vaLo))} faulted, error code ${sayError(t.get(L.error))}. It takes the shadow lock.`,
    },
    {
      label: 'roots',
      line: '  no root loaded yet: load_roots',
      touch: 'locked',
      run: (t, x) => {
        if (x.vcpu(t.actor).get('shape') === 0) t.call(xiLoadRoots, []);
      },
      say: (t, x) =>
        x.vcpu(t.actor).get('shape') === 0
          ? `vCPU ${t.actor} has no shadow of its root yet.`
          : `vCPU ${t.actor} walks ${x.kitName(x.vcpu(t.actor).roots[0] ?? 0)}.`,
    },
    {
      label: 'walk',
      line: '  what does the guest allow? walk its tables',
      touch: 'locked',
      run: (t) => {
        const { vaHi, vaLo, error, guestError } = L;
        t.call(xiWalk, [t.get(vaHi), t.get(vaLo), accessOf(t.get(error)), userOf(t.get(error))], guestError);
      },
      say: 'The shadow cannot say whose fault it is: only the guest’s own tables can.',
    },
    {
      label: 'row1',
      line: '  row 1: not present or not permitted: sync the path, give the fault to the guest',
      touch: 'locked',
      beat: true,
      run: (t, x) => {
        if (t.get(L.guestError) < 0) return;
        decide(t, x, 1);
        t.set(L.verdict, FAULT_INJECT);
        x.world.count('guest_faults');
        t.callThen('unlock', xiSyncPath, [t.get(L.vaHi), t.get(L.vaLo), 0], L.slot);
      },
      say: (t) =>
        t.get(L.guestError) < 0
          ? 'Row 1: the guest allows the access, so the fault is not the guest’s.'
          : 'Row 1: the guest does not allow the access. The fault belongs to the guest.',
    },
    {
      label: 'row2',
      line: '  row 2: the frame is no RAM: device emulation, no SPTE',
      touch: 'locked',
      run: (t, x) => {
        if (x.p2m.isRam(t.get(L.gfn))) return;
        decide(t, x, 2);
        t.goto('emulate');
      },
      say: (t, x) =>
        x.p2m.isRam(t.get(L.gfn))
          ? `Row 2: page ${x.name(t.get(L.gfn))} is RAM.`
          : `Row 2: there is no RAM at page ${x.name(t.get(L.gfn))}, but a device.`,
    },
    {
      label: 'row3',
      line: '  row 3: A (or D on a write) clear in the guest’s entry: set it there, go on',
      touch: 'racy',
      run: (t, x) => {
        const v = t.actor;
        const access = accessOf(t.get(L.error));
        const leaf = t.get(L.leaf);
        const level = nextLacking(x, v, x.shape(v).guest.levels, leaf, access);
        t.set(L.level, level);
        t.set(L.bits, level === 0 ? 0 : lacksAt(x, v, level, leaf, access));
        if (level === 0) return;
        decide(t, x, 3);
        t.goto(markEntry(x, v, level, t.get(L.vaHi), t.get(L.vaLo), t.get(L.bits)) ? 'row3' : 'unlock');
      },
      say: (t) =>
        t.get(L.level) === 0
          ? 'Row 3: the guest’s entries have their A and D as they should.'
          : `Row 3: the guest’s L${t.get(L.level)} entry is marked as the processor would have done it. The snapshot does not hold these bits.`,
    },
    {
      label: 'row4',
      line: '  row 4: SPTE missing on the path: make shadows and install along the path',
      touch: 'locked',
      run: (t) => t.call(xiSyncPath, [t.get(L.vaHi), t.get(L.vaLo), 1], L.slot),
      say: 'Row 4: from the root down, whatever is stale or missing on the path is put right.',
    },
    {
      label: 'row5',
      line: '  row 5: write, logging on, dirtyBit 0: dirtyBit = 1, go on',
      touch: 'locked',
      run: (t, x) => {
        const gfn = t.get(L.gfn);
        if (t.get(L.missing) > 0) decide(t, x, 4);
        if (!wantsWrite(t, x) || !x.logging || x.pages.get(gfn, 'dirty') !== 0) return;
        decide(t, x, 5);
        x.pages.set(gfn, 'dirty', 1);
        x.world.emit(DirtySet, gfn);
      },
      say: (t, x) =>
        t.get(L.row) === 5
          ? `Row 5: the log notes that page ${x.name(t.get(L.gfn))} is written.`
          : 'Row 5: nothing to log.',
    },
    {
      label: 'row6',
      line: '  row 6: write to a protected page table: open it',
      touch: 'locked',
      run: (t, x) => {
        const gfn = t.get(L.gfn);
        if (!wantsWrite(t, x) || !x.pages.isGpt(gfn) || x.pages.mayBeWritten(gfn)) return;
        decide(t, x, 6);
        if (x.emulateWrites) t.goto('emulate');
        else t.call(xiOpen, [gfn]);
      },
      say: (t, x) =>
        t.get(L.row) === 6
          ? `Row 6: the guest writes its page table ${x.name(t.get(L.gfn))}, which is protected.`
          : 'Row 6: this is no write to a protected page table.',
    },
    {
      label: 'row7',
      line: '  row 7: write, and the SPTE has no W: set it, in this SPTE only',
      touch: 'racy',
      run: (t, x) => {
        if (!wantsWrite(t, x)) return;
        if (!allowedByPath(x, t.actor, t.get(L.leaf))) {
          // CR0.WP is clear for the guest: no SPTE may allow what its tables do not.
          t.goto('emulate');
          return;
        }
        // Another vCPU may have changed the entry since it was walked: then the guest tries again.
        if (!maySayWrite(x, t.get(L.entry))) {
          t.goto('unlock');
          return;
        }
        decide(t, x, 7);
        grantWrite(x, t.get(L.slot), t.get(L.gfn));
      },
      say: (t, x) =>
        t.get(L.row) === 7
          ? `Row 7: ${x.slotName(t.get(L.slot))} may write from now on. Other mappings of the page stay as they are.`
          : 'Row 7: no write is waiting, or none that an entry may allow.',
    },
    {
      label: 'row8',
      line: '  row 8: the SPTE allows the access: resume the guest',
      touch: 'locked',
      run: (t, x) => {
        decide(t, x, 8);
        noteOutcome(t, x);
        if (x.machine.vcpu(t.actor).get('faults') > PATIENCE) return;
        t.goto('unlock');
      },
      say: (t, x) =>
        x.machine.vcpu(t.actor).get('faults') > PATIENCE
          ? 'The pool is too small for all that this instruction touches: its shadows drive each other out. XI performs it instead.'
          : 'Row 8: the shadow allows the access now. The guest tries again.',
    },
    {
      label: 'emulate',
      line: '  emulate the instruction',
      touch: 'locked',
      run: (t, x) => {
        t.set(L.bits, 0);
        if (instruction(x.machine, t.actor) !== undefined)
          t.call(xiEmulate, [userOf(t.get(L.error))], L.bits);
      },
      say: 'XI does what the instruction asks for.',
    },
    {
      label: 'emulated',
      line: '  done: go on behind it; or the fault is the guest’s after all',
      touch: 'locked',
      run: (t) => {
        const outcome = t.get(L.bits);
        if (outcome === TRY_AGAIN) return;
        t.set(L.verdict, outcome === EMULATED ? FAULT_DONE : FAULT_INJECT);
        if (outcome >= 0) t.set(L.guestError, outcome);
      },
      say: (t) =>
        t.get(L.verdict) === FAULT_DONE ? 'The instruction is done.' : 'The guest must hear of it.',
    },
    {
      label: 'unlock',
      line: '  unlock',
      touch: 'locked',
      run: (t) => t.call(xiUnlock, []),
      say: 'XI is done with this fault.',
    },
    {
      label: 'done',
      line: '  return',
      touch: 'private',
      run: (t) => t.ret(t.get(L.verdict), t.get(L.guestError), t.get(L.page)),
      say: (t) =>
        t.get(L.verdict) === FAULT_INJECT ? 'The guest shall see the fault.' : 'The guest never hears of it.',
    },
  ],
});
