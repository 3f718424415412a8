import type { Step } from '../../kernel';
import { FAULT_DONE, PFEC_W, partBytes, partOffset, parts, WRITE } from '../../machine';
import { address, at, inject, readPart, writePart } from './emulateOperand';
import { insn, L } from './emulateSlots';
import { lockFree, settleAtOnce } from './flush';
import { pteWrite } from './pteWrite';
import type { Kvm } from './state';

/** Doing the instruction for the guest: read what it needs, write what it stores, and tell the shadow. */

/** A repeated string instruction is emulated to its end, unless the VMM must be asked. False: that was the last element. */
function nextElement(k: Kvm, v: number): boolean {
  const vcpu = k.vcpu(v);
  vcpu.set('emulated', vcpu.get('emulated') + 1);
  const left = vcpu.get('stringLeft');
  if (left <= 1) return false;
  vcpu.set('stringLeft', left - 1);
  const r = k.machine.vcpu(v);
  const lo = (r.get('insVaLo') >>> 0) + r.get('insWidth');
  r.set('insVaLo', lo);
  if (lo > 0xffff_ffff) r.set('insVaHi', r.get('insVaHi') + 1);
  return true;
}

/** From the operand's old value to what the shadow drops. */
export const performSteps: readonly Step<Kvm>[] = [
  {
    label: 'operand',
    line: '  needs its operand’s old value: read it',
    touch: 'private',
    run: (t, k) => {
      const { access, locked } = insn(t, k);
      t.set(L.part, 0);
      t.goto(access === WRITE && locked === undefined ? 'to' : 'from');
    },
    say: 'The emulator begins the instruction.',
  },
  {
    label: 'from',
    line: '    for each page of it: walk(va)',
    touch: 'private',
    run: (t, k) => address(t, k, 'read', false, true),
    say: (t, k) => `It translates ${at(t, k)} for reading.`,
  },
  {
    label: 'read',
    line: '    not allowed: #PF; no memory: the VMM answers; else read',
    touch: 'racy',
    when: lockFree,
    run: (t, k) => {
      const { access } = insn(t, k);
      const error = t.get(L.error);
      if (error >= 0) {
        inject(t, k, access === WRITE ? error | PFEC_W : error);
        return;
      }
      readPart(t, k);
      const next = t.get(L.part) + 1;
      if (next < parts(k.machine, t.actor)) {
        t.set(L.part, next);
        t.goto('from');
      } else if (access === WRITE) {
        t.set(L.part, 0);
        t.goto('locked');
      } else t.ret(FAULT_DONE);
    },
    say: (t) =>
      t.get(L.error) >= 0 ? 'The guest may not read there: it is given the fault.' : 'It has the old value.',
  },
  {
    label: 'locked',
    line: '  locked: walk(va) for writing, to do it with one cmpxchg; crosses pages: two plain writes',
    touch: 'private',
    run: (t, k) => address(t, k, 'exchange', true, false),
    say: (t, k) => `It translates ${at(t, k)} for writing.`,
  },
  {
    label: 'exchange',
    line: '    cmpxchg(memory)',
    touch: 'racy',
    when: lockFree,
    run: (t, k) => {
      const slot = t.get(L.error) >= 0 ? -1 : k.slots.of(k.vcpu(t.actor).get('walkGfn'));
      if (slot < 0 || k.slots.readOnly(slot) || parts(k.machine, t.actor) > 1) {
        t.set(L.part, 0);
        t.goto('to');
        return;
      }
      writePart(t, k);
      t.goto('tell');
    },
    say: 'The locked instruction is done in one piece, if it can be.',
  },
  {
    label: 'to',
    line: '  for each page of it: walk(va) for writing',
    touch: 'private',
    run: (t, k) => address(t, k, 'write', true, true),
    say: (t, k) => `It translates ${at(t, k)} for writing.`,
  },
  {
    label: 'write',
    line: '    not allowed: #PF; no memory, or read-only: the VMM does it; else write',
    touch: 'racy',
    beat: true,
    when: lockFree,
    run: (t, k) => {
      const error = t.get(L.error);
      if (error >= 0) {
        inject(t, k, error);
        return;
      }
      writePart(t, k);
    },
    say: (t) =>
      t.get(L.error) >= 0
        ? 'The guest may not write there: it is given the fault.'
        : t.get(L.write) === 0
          ? 'There is no memory that could be written: the VMM is given the store.'
          : 'The store is done for the guest.',
  },
  {
    label: 'tell',
    line: '    pte_write: drop what the shadow holds of the entries written; flooded or misaligned: zap the page',
    touch: 'racy',
    beat: true,
    when: lockFree,
    run: (t, k) => {
      const v = t.actor;
      const part = t.get(L.part);
      if (t.get(L.write) !== 0)
        t.set(
          L.zapped,
          pteWrite(k, v, t.get(L.gfn), partOffset(k.machine, v, part), partBytes(k.machine, v, part)),
        );
      settleAtOnce(k, v);
      if (part + 1 < parts(k.machine, v)) {
        t.set(L.part, part + 1);
        t.goto('to');
      } else if (t.get(L.write) !== 0 && nextElement(k, v)) {
        t.set(L.part, 0);
        t.goto('to');
      } else t.ret(FAULT_DONE);
    },
    say: (t, k) =>
      t.get(L.write) === 0
        ? 'Nothing that is shadowed was written.'
        : t.get(L.zapped) > 0
          ? `Frame ${k.name(t.get(L.gfn))} is written again and again, or not as tables are: its shadow is zapped, and the guest will store by itself.`
          : `What the shadow holds of the entry just written in frame ${k.name(t.get(L.gfn))} is dropped. The next access will fault it in.`,
  },
];
