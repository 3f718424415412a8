import { frameName } from '../../base';
import { procedure, slots } from '../../kernel';
import {
  combine,
  FAULT_DONE,
  FAULT_INJECT,
  FAULT_RETRY,
  findEntry,
  frameOf,
  type Halves,
  instruction,
  PFEC_P,
  PFEC_W,
  present,
  readBytes,
  sayIndex,
  W,
  writeBytes,
} from '../../machine';
import { EmulationRetried, TrapEmulated, UpdateRefused } from './events';
import type { Pv } from './state';
import { NOT_LEVEL_1, OK, refusal, sayReason } from './validate';

const L = slots(
  ...(['vaHi', 'vaLo', 'error'] as const),
  ...(['table', 'offset', 'level', 'insn'] as const),
  ...(['oldHi', 'oldLo', 'newHi', 'newLo', 'reason', 'frame', 'lost'] as const),
);

/** Says "not for me": the fault is the guest's. */
export const NOT_EMULATED = 3;

const old: Halves = { hi: 0, lo: 0 };
const next: Halves = { hi: 0, lo: 0 };

/** The frame that a kernel address is mapped to, read-only, in the guest's own tables; -1 if it is not. */
function readOnlyFrame(pv: Pv, v: number, hi: number, lo: number): number {
  const found = findEntry(pv.machine, v, { hi, lo }, 1);
  if (found.kind === 'none') return -1;
  const entry = pv.entry(v, found.gfn, found.index);
  if (!present(entry.lo) || (entry.lo & W) !== 0) return -1;
  return pv.mode(v).entryCells === 2 ? frameOf(entry.hi, entry.lo) : entry.lo >>> 12;
}

/**
 * A store of the guest's to a page table that it may only read. A plain store is carried out as it is; an exchange becomes read
 * and compare-exchange, and where the entry changed in between the guest tries again, and traps again. Returns a verdict of
 * exits.ts or NOT_EMULATED, and an error code. Source: sheet P5 (pv_ro_page_fault, ptwr_emulated_update).
 */
export const emulateStore = procedure<Pv>({
  name: 'ptwr_emulate',
  part: 'paravirt',
  lane: 'hypervisor',
  about: 'Xen decodes and carries out a store to a page table (pv_ro_page_fault).',
  slots: L,
  steps: [
    {
      label: 'find',
      line: 'ptwr(va): a read-only mapping of a level-1 table? page_lock(table)',
      touch: 'racy',
      beat: true,
      when: (t, pv) => {
        const frame = readOnlyFrame(pv, t.actor, t.get(L.vaHi), t.get(L.vaLo));
        return frame < 0 || pv.pageLock(frame) < 0;
      },
      run: (t, pv) => {
        const v = t.actor;
        const frame = readOnlyFrame(pv, v, t.get(L.vaHi), t.get(L.vaLo));
        const write = PFEC_P | PFEC_W;
        const kernel = pv.machine.vcpu(v).get('cpl') === 0;
        if (!kernel || (t.get(L.error) & write) !== write || frame < 0 || pv.type(frame) === 0) {
          t.ret(NOT_EMULATED, t.get(L.error));
          return;
        }
        const ins = instruction(pv.machine, v);
        t.set(L.table, frame);
        t.set(L.offset, t.get(L.vaLo) & 0xfff);
        t.set(L.level, pv.type(frame));
        t.set(L.insn, ins?.locked === undefined ? 0 : 1);
        const size = 4 * pv.mode(v).entryCells;
        pv.world.count('traps');
        pv.world.emit(TrapEmulated, v, frame, Math.floor(t.get(L.offset) / size), t.get(L.insn));
        if (pv.type(frame) !== 1) {
          t.set(L.reason, NOT_LEVEL_1);
          t.set(L.frame, frame);
          t.goto('refuse');
          return;
        }
        pv.setPageLock(frame, v);
      },
      say: (t) =>
        t.get(L.table) === 0
          ? 'This is no store to a page table: the fault is the guest’s.'
          : `A store to page table ${frameName(t.get(L.table))}, which the guest may only read: Xen has to carry it out.`,
    },
    {
      label: 'read',
      line: '  old = the word; new = what the instruction makes of it',
      touch: 'racy',
      run: (t, pv) => {
        const ins = instruction(pv.machine, t.actor);
        const width = ins?.width ?? 8;
        readBytes(pv.machine.memory, t.get(L.table), t.get(L.offset), width, old);
        if (ins?.locked === undefined) {
          next.hi = ins?.value.hi ?? 0;
          next.lo = ins?.value.lo ?? 0;
        } else combine(pv.machine, t.actor, old, next);
        t.set(L.oldHi, old.hi);
        t.set(L.oldLo, old.lo);
        t.set(L.newHi, next.hi);
        t.set(L.newLo, next.lo);
      },
      say: (t) =>
        `Xen decodes the instruction: ${t.get(L.insn) === 0 ? 'a plain store' : 'a locked exchange'}. It reads what the table holds.`,
    },
    {
      label: 'validate',
      line: '  validate the entry that would result',
      touch: 'private',
      run: (t, pv) => {
        const v = t.actor;
        const ins = instruction(pv.machine, v);
        const index = Math.floor(t.get(L.offset) / (4 * pv.mode(v).entryCells));
        // A word of half an entry is judged with the other half as it stands.
        const whole = pv.entry(v, t.get(L.table), index);
        const half = pv.mode(v).entryCells === 2 && ins?.width === 4;
        const high = half && (t.get(L.offset) & 4) !== 0;
        const hi = half ? (high ? t.get(L.newLo) : whole.hi) : t.get(L.newHi);
        const lo = half && high ? whole.lo : t.get(L.newLo);
        const why = refusal(pv, v, 1, hi, lo);
        t.set(L.reason, why.reason);
        t.set(L.frame, why.frame);
        if (why.reason !== OK) t.goto('refuse');
      },
      say: (t) =>
        t.get(L.reason) === OK
          ? 'The new entry is allowed.'
          : `Refused: ${sayReason(t.get(L.reason), t.get(L.frame))}.`,
    },
    {
      label: 'write',
      line: '  a plain store: write; an exchange: cmpxchg(old, new), or let the guest try again',
      touch: 'racy',
      beat: true,
      run: (t, pv) => {
        const m = pv.machine;
        const ins = instruction(m, t.actor);
        const width = ins?.width ?? 8;
        if (t.get(L.insn) === 1) {
          readBytes(m.memory, t.get(L.table), t.get(L.offset), width, old);
          if (old.hi !== t.get(L.oldHi) || old.lo !== t.get(L.oldLo)) {
            t.set(L.lost, 1);
            const index = Math.floor(t.get(L.offset) / (4 * pv.mode(t.actor).entryCells));
            pv.world.emit(EmulationRetried, t.actor, t.get(L.table), index);
            return;
          }
          m.vcpu(t.actor).set('resultHi', t.get(L.oldHi));
          m.vcpu(t.actor).set('resultLo', t.get(L.oldLo));
        }
        writeBytes(m.memory, t.get(L.table), t.get(L.offset), width, t.get(L.newHi), t.get(L.newLo));
      },
      say: (t, pv) =>
        t.get(L.lost) !== 0
          ? 'The processor has marked the entry in between: Xen writes nothing, and lets the guest try again.'
          : `Entry ${sayIndex(Math.floor(t.get(L.offset) / (4 * pv.mode(t.actor).entryCells)))} is written for the guest.`,
    },
    {
      label: 'unlock',
      line: '  page_unlock(table); back to the guest, behind the instruction or at it',
      touch: 'racy',
      run: (t, pv) => {
        pv.setPageLock(t.get(L.table), -1);
        t.ret(t.get(L.lost) === 0 ? FAULT_DONE : FAULT_RETRY, 0);
      },
      say: 'Xen releases the table.',
    },
    {
      label: 'refuse',
      line: '  refused: the guest gets its page fault',
      touch: 'racy',
      beat: true,
      run: (t, pv) => {
        const index = Math.floor(t.get(L.offset) / (4 * pv.mode(t.actor).entryCells));
        pv.world.emit(UpdateRefused, t.actor, t.get(L.table), index, t.get(L.reason));
        if (pv.pageLock(t.get(L.table)) === t.actor) pv.setPageLock(t.get(L.table), -1);
        t.ret(FAULT_INJECT, t.get(L.error));
      },
      say: (t) => `Nothing is written: ${sayReason(t.get(L.reason), t.get(L.frame))}.`,
    },
  ],
});
