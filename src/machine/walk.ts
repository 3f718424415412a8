import { procedure, slots, type Thread } from '../kernel';
import * as bits from './bits';
import { WalkEnded, WalkedLevel, WalkStarted } from './events';
import type { Machine } from './machine';
import { frameOf, indexAt, present } from './paging';
import { PDPTE_HI, PDPTE_LO, R, type RegisterName } from './registers';
import { sayError, sayIndex, sayVa } from './say';
import {
  checkRights,
  code,
  dataFrame,
  finding,
  frameSlot,
  hiSlot,
  judge,
  loSlot,
  markEntry,
  offsetOf,
  sayMark,
  sayRights,
  WALK_SLOTS,
} from './walkParts';
import type { Halves } from './wide';

const L = slots(...WALK_SLOTS);

const read: Halves = { hi: 0, lo: 0 };
const who = (t: Thread): string => `vCPU ${t.actor}`;

/**
 * The processor's own walk of the tables that its hw registers name. Arguments: address and access. Returns error
 * (-1, or the page-fault error code), the 4 KiB frame of the address, rights (W U D G RIGHT_NX) and the page shift.
 * The address is canonical. Source: Intel SDM volume 3, "Paging": translation process, access rights, accessed and dirty flags.
 */
export const hardwareWalk = procedure<Machine>({
  name: 'hardware_walk',
  part: 'machine',
  lane: 'walk',
  about:
    'The processor translates an address: one entry per level, then rights, then A and D (SDM volume 3, Paging).',
  slots: L,
  steps: [
    {
      label: 'start',
      line: 'walk(va, access): table = CR3',
      touch: 'racy',
      run: (t, m) => {
        const mode = m.hwMode(t.actor);
        const r = m.vcpu(t.actor);
        m.world.emit(WalkStarted, t.actor, 0, t.get(L.vaHi), t.get(L.vaLo), t.get(L.access));
        t.set(L.error, -1);
        t.set(L.level, mode.levels + 1);
        if (mode.name === 'off') {
          t.set(L.level, 0);
          t.set(L.rights, bits.W | bits.U | bits.D);
          t.goto('done');
        } else if (mode.name === 'pae') t.goto('pdpte');
        else {
          t.set(
            frameSlot(mode.levels),
            frameOf(mode.name === '64' ? r.read(R.hwCr3Hi) : 0, r.read(R.hwCr3Lo)),
          );
          t.goto('read');
        }
      },
      say: (t, m) => {
        const { name, levels } = m.hwMode(t.actor);
        if (name === 'off') return `Paging is off on ${who(t)}: the address is the physical one.`;
        if (name === 'pae') return `The walk of ${who(t)} begins at its PDPTE registers.`;
        return `The walk of ${who(t)} begins where CR3 points: ${m.nameTable(t.get(frameSlot(levels)), levels)}.`;
      },
    },
    {
      label: 'pdpte',
      line: '  if PAE: entry = PDPTE register[va >> 30]',
      touch: 'private',
      beat: true,
      run: (t, m) => {
        const mode = m.hwMode(t.actor);
        const r = m.vcpu(t.actor);
        const index = indexAt(mode, 3, t.get(L.vaHi), t.get(L.vaLo));
        const hi = r.get(PDPTE_HI[index] as RegisterName);
        const lo = r.get(PDPTE_LO[index] as RegisterName);
        const cr3 = r.read(R.hwCr3Lo);
        t.set(L.level, 3);
        t.set(hiSlot(3), hi);
        t.set(loSlot(3), lo);
        // The panel lights the entry the register was loaded from; the memory itself is not read.
        m.world.emit(WalkedLevel, t.actor, 0, 3, cr3 >>> 12, ((cr3 & 0xfe0) >>> 3) + index, hi, lo);
        if (present(lo)) {
          t.set(frameSlot(2), frameOf(hi, lo));
          t.goto('read');
          return;
        }
        t.set(L.error, code(t, m, 0));
        t.goto('fault');
      },
      say: (t, m) => {
        const mode = m.hwMode(t.actor);
        const index = indexAt(mode, 3, t.get(L.vaHi), t.get(L.vaLo));
        const found = present(t.get(loSlot(3)))
          ? `It is present: go on to frame ${m.nameFrame(frameOf(t.get(hiSlot(3)), t.get(loSlot(3))))}.`
          : 'It is not present: page fault.';
        return `${who(t)} looks at its PDPTE register ${index}, which MOV CR3 has loaded. ${found}`;
      },
    },
    {
      label: 'read',
      line: '  entry = table[index(va, level)]',
      touch: 'racy',
      beat: true,
      run: (t, m) => {
        const mode = m.hwMode(t.actor);
        const level = t.get(L.level) - 1;
        const frame = t.get(frameSlot(level));
        const index = indexAt(mode, level, t.get(L.vaHi), t.get(L.vaLo));
        m.storeBuffers.read(t.actor, frame, offsetOf(mode, index), 4 * mode.entryCells, read);
        const { hi, lo } = read;
        t.set(L.level, level);
        t.set(hiSlot(level), hi);
        t.set(loSlot(level), lo);
        m.world.emit(WalkedLevel, t.actor, 0, level, frame, index, hi, lo);
        switch (judge(t, m, mode, level)) {
          case 'fault':
            t.goto('fault');
            return;
          case 'leaf':
            t.goto('check');
            return;
          case 'next':
            t.set(frameSlot(level - 1), frameOf(hi, lo));
            t.goto('read');
        }
      },
      say: (t, m) => {
        const mode = m.hwMode(t.actor);
        const level = t.get(L.level);
        const index = sayIndex(indexAt(mode, level, t.get(L.vaHi), t.get(L.vaLo)));
        const table = m.nameTable(t.get(frameSlot(level)), level);
        return `${who(t)} reads entry ${index} of ${table}. ${finding(t, m, mode, level)}`;
      },
    },
    {
      label: 'check',
      line: '  if the rights of the path deny the access: fault',
      touch: 'private',
      run: (t, m) => {
        if (checkRights(t, m) === 'fault') t.goto('fault');
        else t.goto(t.get(L.toMark) === 0 ? 'done' : 'mark');
      },
      say: sayRights,
    },
    {
      label: 'mark',
      line: '  if entry lacks A (or D, for a write): lock cmpxchg(entry, entry | A | D), or walk again',
      touch: 'racy',
      beat: true,
      // A locked update leaves the processor behind its own stores.
      when: (t, m) => m.storeBuffers.empty(t.actor),
      run: (t, m) => {
        const how = markEntry(t, m, t.get(frameSlot(t.get(L.toMark))));
        t.goto(how === 'changed' ? 'start' : how === 'more' ? 'mark' : 'done');
      },
      say: sayMark,
    },
    {
      label: 'done',
      line: '  return the frame, its rights and its page size',
      touch: 'private',
      run: (t, m) => {
        const mode = m.hwMode(t.actor);
        const frame = dataFrame(t, mode);
        const level = t.get(L.level);
        m.world.emit(WalkEnded, t.actor, 0, t.get(L.vaHi), t.get(L.vaLo), -1, frame);
        t.ret(-1, frame, t.get(L.rights), level === 0 ? 12 : (mode.shift[level] as number));
      },
      say: (t, m) =>
        `The walk ends: ${sayVa(m, t.actor, t.get(L.vaHi), t.get(L.vaLo))} is in frame ${m.nameFrame(dataFrame(t, m.hwMode(t.actor)))}.`,
    },
    {
      label: 'fault',
      line: '  return the error code',
      touch: 'private',
      run: (t, m) => {
        m.world.emit(WalkEnded, t.actor, 0, t.get(L.vaHi), t.get(L.vaLo), t.get(L.error), 0);
        t.ret(t.get(L.error), 0, 0, 12);
      },
      say: (t) => `The walk ends with error code ${sayError(t.get(L.error))}.`,
    },
  ],
});
