import { ensure, frameName, word } from '../../base';
import { procedure, slots, type Thread } from '../../kernel';
import {
  A,
  combine,
  D,
  denied,
  FAULT_DONE,
  FAULT_RETRY,
  FETCH,
  frameOf,
  type Halves,
  indexAt,
  instruction,
  interruptible,
  isLeaf,
  NX_HI,
  P,
  PFEC_I,
  PFEC_P,
  PFEC_W,
  present,
  READ,
  RIGHT_NX,
  readBytes,
  sayIndex,
  sayVa,
  U,
  W,
  WRITE,
  writeBytes,
} from '../../machine';
import { clearShadow, setShadow } from './derive';
import { NOT_EMULATED } from './emulate';
import { HiddenFault, MarksPropagated, ShadowMade, TableUnsynced, TrapEmulated } from './events';
import { slotOf } from './lguest';
import type { Pv } from './state';

const L = slots(
  ...(['vaHi', 'vaLo', 'error', 'slot', 'level', 'rights', 'bits', 'guarded', 'flush', 'changed'] as const),
  ...(['table1', 'table2', 'table3', 'table4', 'hi', 'lo'] as const),
);
const tableSlot = (level: number): number => L.table1 + level - 1;

const access = (error: number): number =>
  (error & PFEC_W) !== 0 ? WRITE : (error & PFEC_I) !== 0 ? FETCH : READ;
const indexOf = (t: Thread, pv: Pv, level: number): number =>
  indexAt(pv.mode(t.actor), level, t.get(L.vaHi), t.get(L.vaLo));
const who = (t: Thread): string => `vCPU ${t.actor}`;

const old: Halves = { hi: 0, lo: 0 };
const next: Halves = { hi: 0, lo: 0 };

/** A table gets a shadow: what let the guest write it unseen goes. Says whether there was such a mapping. */
export function guard(pv: Pv, table: number): boolean {
  let found = false;
  for (const { frame, index, hi, lo } of [...pv.shadows.leaves()]) {
    if (frameOf(hi, lo) !== table || (lo & W) === 0) continue;
    pv.shadows.write(frame, index, hi, lo & ~(W | D));
    found = true;
  }
  return found;
}

/**
 * A page fault over a shadow: the hypervisor walks the guest's own tables; where they allow the access it records A and D in them
 * and brings the shadow in line, and the guest hears nothing; where they do not, the fault is the guest's. Returns a verdict of
 * exits.ts or NOT_EMULATED, and the error code for the guest. Source: sheet sections 5 and 6, P7, P8 (demand_page), P9.
 */
export const shadowFault = procedure<Pv>({
  name: 'pv_shadow_fault',
  part: 'paravirt',
  lane: 'hypervisor',
  about:
    'Looks for the cause of a fault in the guest’s own tables, and repairs the shadow or passes the fault on.',
  slots: L,
  steps: [
    {
      label: 'exit',
      line: 'fault(va): lock the shadow; table = the guest’s root',
      touch: 'racy',
      when: (_, pv) => pv.lock.free,
      run: (t, pv) => {
        const { levels } = pv.mode(t.actor);
        pv.lock.take(t);
        pv.world.count('exits');
        t.set(L.slot, slotOf(pv, t.actor));
        t.set(L.level, levels);
        t.set(L.rights, W | U);
        t.set(tableSlot(levels), pv.root(t.actor));
      },
      say: (t, pv) =>
        `${who(t)} leaves the guest: the shadow has no answer for ${sayVa(pv.machine, t.actor, t.get(L.vaHi), t.get(L.vaLo))}. The hypervisor asks the guest's own tables.`,
    },
    {
      label: 'walk',
      line: '  entry = guest table[index(va)]',
      touch: 'racy',
      beat: true,
      run: (t, pv) => {
        const level = t.get(L.level);
        const { hi, lo } = pv.entry(t.actor, t.get(tableSlot(level)), indexOf(t, pv, level));
        t.set(L.hi, hi);
        t.set(L.lo, lo);
        if (!present(lo)) {
          t.goto('convert');
          return;
        }
        ensure(
          level === 1 || !isLeaf(pv.mode(t.actor), level, lo, pv.machine.vcpu(t.actor).get('cr4')),
          'shadows of this design map pages of 4 KiB: leave large pages out of the scenario',
        );
        t.set(
          L.rights,
          (t.get(L.rights) & (lo | RIGHT_NX)) | (hi < 0 ? RIGHT_NX : t.get(L.rights) & RIGHT_NX),
        );
        if (level === 1) return;
        if ((lo & A) === 0) {
          t.goto('mark-upper');
          return;
        }
        t.set(tableSlot(level - 1), frameOf(hi, lo));
        t.set(L.level, level - 1);
        t.goto('walk');
      },
      say: (t) => {
        const found = present(t.get(L.lo)) ? 'present' : 'not present: the fault is the guest’s own';
        const level = t.get(L.level);
        return `The guest's tables are read, down to level ${present(t.get(L.lo)) && level > 1 && (t.get(L.lo) & A) !== 0 ? level + 1 : level}: ${found}.`;
      },
    },
    {
      label: 'judge',
      line: '  denied by the guest: its fault; else which marks are missing?',
      touch: 'private',
      run: (t, pv) => {
        const r = pv.machine.vcpu(t.actor);
        const error = t.get(L.error);
        const rights = t.get(L.rights);
        if (denied(rights, access(error), r.get('cpl') === 3, r.get('cr0'), r.get('cr4'), r.get('rflags'))) {
          t.goto('convert');
          return;
        }
        const write = access(error) === WRITE;
        t.set(L.bits, (write ? A | D : A) & ~t.get(L.lo));
        if (write && pv.guarded(frameOf(t.get(L.hi), t.get(L.lo)))) t.set(L.guarded, 1);
        t.goto(t.get(L.bits) === 0 ? (t.get(L.guarded) === 0 ? 'link' : 'guarded') : 'propagate');
      },
      say: (t) =>
        t.get(L.guarded) !== 0
          ? 'The guest may write this page, and the page is one of its tables.'
          : t.get(L.bits) === 0
            ? 'The guest allows the access, or not, by what its entries say.'
            : 'The guest allows the access, but its entry lacks a mark that a processor would have set.',
    },
    {
      label: 'propagate',
      line: '  cmpxchg(guest entry, entry, entry | A | D); changed? walk again',
      touch: 'racy',
      beat: true,
      run: (t, pv) => {
        const [table, index] = [t.get(L.table1), indexOf(t, pv, 1)];
        const now = pv.entry(t.actor, table, index);
        if (now.hi !== t.get(L.hi) || now.lo !== t.get(L.lo)) {
          t.set(L.changed, 1);
          t.goto('again');
          return;
        }
        const lo = now.lo | t.get(L.bits);
        pv.writeEntry(t.actor, table, index, now.hi, lo);
        t.set(L.lo, lo);
        t.set(L.changed, 0);
        pv.world.count('propagated');
        pv.world.emit(MarksPropagated, t.actor, table, index, t.get(L.bits));
        t.goto(t.get(L.guarded) === 0 ? 'link' : 'guarded');
      },
      say: (t) =>
        t.get(L.changed) !== 0
          ? 'The guest has changed the entry in between: it is left alone.'
          : `The hypervisor marks the guest's own entry as ${(t.get(L.bits) & D) === 0 ? 'accessed' : 'dirty'}, as a processor would have done.`,
    },
    {
      label: 'guarded',
      line: '  a store to a table: level 1, and may be stale? let it go out of sync; else carry it out',
      touch: 'racy',
      beat: true,
      run: (t, pv) => {
        const frame = frameOf(t.get(L.hi), t.get(L.lo));
        pv.world.count('traps');
        if (pv.shadows.level(frame) === 1 && pv.scheme.keeping === 'unsyncs') {
          pv.shadows.setUnsync(frame, true);
          pv.world.emit(TableUnsynced, t.actor, frame);
          t.goto('link');
          return;
        }
        const ins = instruction(pv.machine, t.actor);
        const width = ins?.width ?? 8;
        const offset = t.get(L.vaLo) & 0xfff;
        pv.world.emit(TrapEmulated, t.actor, frame, offset >>> 3, ins?.locked === undefined ? 0 : 1);
        readBytes(pv.machine.memory, frame, offset, width, old);
        if (ins?.locked === undefined) {
          next.hi = ins?.value.hi ?? 0;
          next.lo = ins?.value.lo ?? 0;
        } else {
          combine(pv.machine, t.actor, old, next);
          pv.machine.vcpu(t.actor).set('resultHi', old.hi);
          pv.machine.vcpu(t.actor).set('resultLo', old.lo);
        }
        writeBytes(pv.machine.memory, frame, offset, width, next.hi, next.lo);
        clearShadow(pv, frame, offset >>> 3);
        pv.lock.release(t);
        t.ret(FAULT_DONE, 0);
      },
      say: (t, pv) => {
        const frame = frameOf(t.get(L.hi), t.get(L.lo));
        return pv.shadows.unsync(frame)
          ? `Table ${frameName(frame)} may be written freely from now on, and its shadow may be stale until the guest flushes.`
          : pv.scheme.keeping === 'emulates'
            ? `Table ${frameName(frame)} stays protected: the store to entry ${sayIndex((t.get(L.vaLo) & 0xfff) >>> 3)} is carried out for the guest, and what the shadow had of it goes.`
            : `Tables above level 1 stay protected: the store to ${frameName(frame)} is carried out for the guest.`;
      },
    },
    {
      label: 'link',
      line: '  shadows of the tables on the way',
      touch: 'racy',
      run: (t, pv) => {
        const { levels } = pv.mode(t.actor);
        const slot = t.get(L.slot);
        for (let level = levels; level > 1; level--) {
          const parent = pv.shadows.of(t.get(tableSlot(level)), slot);
          const index = indexOf(t, pv, level);
          const child = t.get(tableSlot(level - 1));
          if (pv.shadows.of(child, slot) < 0) {
            const made = pv.shadows.make(child, level - 1, slot);
            pv.world.emit(ShadowMade, child, level - 1, made);
            if (pv.scheme.keeping !== 'trusts' && guard(pv, child)) t.set(L.flush, 1);
            t.goto('link');
            return;
          }
          const there = pv.shadows.entry(parent, index);
          const guest = pv.entry(t.actor, t.get(tableSlot(level)), index);
          const frame = pv.shadows.of(child, slot);
          const want = word(guest.hi & NX_HI, (frame << 12) | P | A | (guest.lo & (W | U)));
          if (there.hi === want.hi && there.lo === want.lo) continue;
          pv.shadows.write(parent, index, want.hi, want.lo);
          t.goto('link');
          return;
        }
        t.goto(t.get(L.flush) !== 0 ? 'flush' : 'recheck');
      },
      say: 'The tables on the way to the page have their shadows.',
    },
    {
      label: 'flush',
      line: '  a table was writable: flush every TLB',
      touch: 'racy',
      when: (t, pv) => t.get(L.flush) - 1 === t.actor || interruptible(pv.machine, t.get(L.flush) - 1),
      run: (t, pv) => {
        const v = t.get(L.flush) - 1;
        pv.machine.tlb.flushAll(v, false);
        const last = v + 1 === pv.machine.config.vcpus;
        t.set(L.flush, last ? 0 : v + 2);
        t.goto(last ? 'recheck' : 'flush');
      },
      say: 'Processors may still know the table as writable: their TLBs are flushed.',
    },
    {
      label: 'recheck',
      line: '  the entry is no longer what was read before the table was protected: walk again',
      touch: 'racy',
      run: (t, pv) => {
        const now = pv.entry(t.actor, t.get(L.table1), indexOf(t, pv, 1));
        if (!pv.on('recheck-entry') || (now.hi === t.get(L.hi) && now.lo === t.get(L.lo))) return;
        t.set(L.changed, 1);
        t.goto('again');
      },
      say: (t, pv) =>
        t.get(L.changed) !== 0
          ? 'The guest has changed the entry since it was read: the walk is no longer good.'
          : pv.on('recheck-entry')
            ? 'The entry is still what was read.'
            : 'What was read is believed: looking again is switched off.',
    },
    {
      label: 'leaf',
      line: '  shadow entry = derive(guest entry)',
      touch: 'racy',
      beat: true,
      run: (t, pv) => {
        setShadow(
          pv,
          t.actor,
          t.get(L.table1),
          indexOf(t, pv, 1),
          word(t.get(L.hi), t.get(L.lo)),
          t.get(L.slot),
        );
        pv.world.count('hidden_faults');
        pv.world.emit(HiddenFault, t.actor, t.get(L.vaHi), t.get(L.vaLo));
      },
      say: (t, pv) =>
        `Entry ${sayIndex(indexOf(t, pv, 1))} of the shadow of ${frameName(t.get(L.table1))} is made from the guest's entry.`,
    },
    {
      label: 'unlock',
      line: '  unlock; the guest tries again, and has noticed nothing',
      touch: 'racy',
      run: (t, pv) => {
        pv.lock.release(t);
        t.ret(FAULT_RETRY, 0);
      },
      say: 'The guest goes on as if nothing had been.',
    },
    {
      label: 'mark-upper',
      line: '  an upper entry lacks A: set it, as a processor would',
      touch: 'racy',
      run: (t, pv) => {
        const level = t.get(L.level);
        const [table, index] = [t.get(tableSlot(level)), indexOf(t, pv, level)];
        const now = pv.entry(t.actor, table, index);
        if (now.hi === t.get(L.hi) && now.lo === t.get(L.lo)) {
          pv.writeEntry(t.actor, table, index, now.hi, now.lo | A);
          pv.world.emit(MarksPropagated, t.actor, table, index, A);
        }
        t.goto('walk');
      },
      say: 'An entry above is marked as accessed.',
    },
    {
      label: 'again',
      line: '  walk again from the root',
      touch: 'private',
      run: (t, pv) => {
        t.set(L.changed, 0);
        t.set(L.guarded, 0);
        t.set(L.level, pv.mode(t.actor).levels);
        t.set(L.rights, W | U);
        t.goto('walk');
      },
      say: 'The walk begins again.',
    },
    {
      label: 'convert',
      line: '  unlock; the fault is the guest’s: error code as its tables have it',
      touch: 'racy',
      beat: true,
      run: (t, pv) => {
        pv.lock.release(t);
        const error = (t.get(L.error) & ~PFEC_P) | (present(t.get(L.lo)) ? PFEC_P : 0);
        t.ret(NOT_EMULATED, error);
      },
      say: (t) =>
        present(t.get(L.lo))
          ? 'The guest itself does not allow this: the fault is passed on to it.'
          : 'The guest’s entry is not present at this moment: the fault is passed on to it, as bare hardware would do.',
    },
  ],
});
