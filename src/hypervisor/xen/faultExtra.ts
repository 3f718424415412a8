import { assertNever } from '../../base';
import type { Step, Thread } from '../../kernel';
import {
  beginNextInstruction,
  FAULT_DONE,
  frameOf,
  type Halves,
  MemoryRead,
  partBytes,
  partOffset,
  READ,
  readBytes,
} from '../../machine';
import { shX86EmulateWrite, X86EMUL_OKAY } from './emulate';
import { F, finish } from './faultSlots';
import { guestWalkTables } from './guestWalk';
import type { Xen } from './state';
import { isRam } from './types';

/** How many instructions more the emulator tries (sheet 2.7 h). */
const EXTRA_INSTRUCTIONS = 4;

/** What slot `how` says of the instruction at hand; the steps before use smaller numbers. */
const WRITES = 32;
const READS = 33;
const CANNOT = 34;
const NO_MORE = 35;
const WROTE_TABLE = 36;
const DONE = 37;

const value: Halves = { hi: 0, lo: 0 };

/** The first instruction's own result must not be lost to the others'. */
export function beginExtra(t: Thread, x: Xen): void {
  const r = x.machine.vcpu(t.actor);
  t.set(F.resultHi, r.get('resultHi'));
  t.set(F.resultLo, r.get('resultLo'));
  t.goto('extra');
}

function fail(t: Thread, x: Xen): void {
  t.set(F.how, CANNOT);
  x.world.count('shadow_em_ex_fail');
  t.goto('extra-end');
}

/** One more instruction is done; what it read is kept until the program comes to it. */
function succeed(t: Thread, x: Xen, hi: number, lo: number, table: boolean): void {
  x.machine.ahead.push(t.actor, hi, lo);
  x.world.count(table ? 'shadow_em_ex_pt' : 'shadow_em_ex_non_pt');
  t.set(F.how, table ? WROTE_TABLE : DONE);
  t.set(F.extra, t.get(F.extra) + 1);
  t.goto(table || t.get(F.extra) === EXTRA_INSTRUCTIONS ? 'extra-end' : 'extra');
}

function sayDone(t: Thread): string {
  switch (t.get(F.how)) {
    case WROTE_TABLE:
      return 'It has written a page table: that should have been the other half. The emulator stops there.';
    case DONE:
      return 'It has written no page table: the other half may still come.';
    default:
      return 'It could not be carried out: the guest will do it itself.';
  }
}

/**
 * The tail of an emulated store of a PAE guest (sheet 2.7 h): a 64-bit entry is written in two halves by code of 32 bits, so up to
 * four more instructions are emulated, in the hope that the other half is among them. What cannot be emulated is left to the
 * guest: nothing of it has happened.
 */
export const extraSteps: readonly Step<Xen>[] = [
  {
    label: 'extra',
    line: '  PAE: for up to 4 more instructions: x86_emulate()',
    // The guest's kernel finds the entry that it means in its own tables.
    touch: 'racy',
    run: (t, x) => {
      const next = beginNextInstruction(x.machine, t.actor);
      const r = x.machine.vcpu(t.actor);
      switch (next) {
        case 'write':
          t.set(F.how, WRITES);
          t.callThen('extra-wrote', shX86EmulateWrite, [0], F.rc);
          return;
        case 'read':
          t.set(F.how, READS);
          t.callThen('extra-read', guestWalkTables, [r.get('insVaHi'), r.get('insVaLo'), READ, 0], F.missing);
          return;
        case 'other':
          fail(t, x);
          return;
        case 'end':
          t.set(F.how, NO_MORE);
          t.goto('extra-end');
          return;
        default:
          assertNever(next, 'next instruction');
      }
    },
    say: (t) => {
      switch (t.get(F.how)) {
        case NO_MORE:
          return 'The guest does nothing more for now.';
        case CANNOT:
          return 'The next instruction is none that the emulator can do: the guest will do it itself.';
        default:
          return `An entry has 64 bits, and 32-bit code writes it in two halves. The emulator goes on with the ${t.get(F.how) === READS ? 'load' : 'store'} that comes next, as the other half may be near.`;
      }
    },
  },
  {
    label: 'extra-read',
    line: '    (a load: read guest memory)',
    touch: 'racy',
    run: (t, x) => {
      const { gw } = x.vcpu(t.actor);
      const gfn = frameOf(gw.hi(1), gw.lo(1));
      const mfn = x.p2m.mfn(gfn);
      if (t.get(F.missing) !== 0 || !isRam(x.p2m.type(gfn)) || mfn < 0) {
        t.set(F.missing, 0);
        fail(t, x);
        return;
      }
      const [offset, bytes] = [partOffset(x.machine, t.actor, 0), partBytes(x.machine, t.actor, 0)];
      readBytes(x.memory, mfn, offset, bytes, value);
      x.world.emit(MemoryRead, t.actor, mfn, offset, bytes, value.hi, value.lo);
      succeed(t, x, value.hi, value.lo, false);
    },
    say: sayDone,
  },
  {
    label: 'extra-wrote',
    line: '    it wrote a page table: stop; it failed: stop',
    touch: 'private',
    run: (t, x) => {
      if (t.get(F.rc) !== X86EMUL_OKAY) {
        fail(t, x);
        return;
      }
      const r = x.machine.vcpu(t.actor);
      const locked = r.get('insLocked') !== 0;
      succeed(t, x, locked ? r.get('resultHi') : 0, locked ? r.get('resultLo') : 0, t.get(F.rcError) === 1);
    },
    say: sayDone,
  },
  {
    label: 'extra-end',
    line: '  return 1',
    touch: 'racy',
    beat: true,
    run: (t, x) => {
      const r = x.machine.vcpu(t.actor);
      r.set('resultHi', t.get(F.resultHi));
      r.set('resultLo', t.get(F.resultLo));
      finish(t, x, 'emulated', FAULT_DONE);
    },
    say: (t) => {
      const n = t.get(F.extra);
      return n === 0
        ? 'The guest goes on after its store.'
        : `The guest goes on after the ${n === 1 ? 'instruction' : `${n} instructions`} that the emulator has done beyond its store.`;
    },
  },
];
