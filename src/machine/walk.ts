import { procedure, slots, type Thread } from '../kernel';
import * as bits from './bits';
import { AccessedDirtySet, WalkEnded, WalkedLevel, WalkStarted } from './events';
import type { Machine } from './machine';
import {
  frameOf,
  frameWithin,
  indexAt,
  isLeaf,
  leafFrame,
  type PagingMode,
  present,
  reservedViolation,
} from './paging';
import type { RegisterName } from './registers';
import { denied, errorCode, RIGHT_NX, WRITE } from './rights';
import { sayAccess, sayError, sayIndex, sayVa } from './say';
import type { Halves } from './wide';

/** Per level 1 to 4: the frame of the table, and the entry as read from it. */
const PER_LEVEL = 3;
const L = slots(
  ...(['vaHi', 'vaLo', 'access', 'level', 'error', 'rights'] as const),
  // The level whose entry is marked next (0: none), and the one just marked (0: its entry had changed), with what bits.
  ...(['toMark', 'marked', 'markedBits'] as const),
  ...(['frame1', 'hi1', 'lo1', 'frame2', 'hi2', 'lo2'] as const),
  ...(['frame3', 'hi3', 'lo3', 'frame4', 'hi4', 'lo4'] as const),
);
const frameSlot = (level: number): number => L.frame1 + PER_LEVEL * (level - 1);
const hiSlot = (level: number): number => L.hi1 + PER_LEVEL * (level - 1);
const loSlot = (level: number): number => L.lo1 + PER_LEVEL * (level - 1);

const PDPTE_HI = ['pdpte0Hi', 'pdpte1Hi', 'pdpte2Hi', 'pdpte3Hi'] as const satisfies readonly RegisterName[];
const PDPTE_LO = ['pdpte0Lo', 'pdpte1Lo', 'pdpte2Lo', 'pdpte3Lo'] as const satisfies readonly RegisterName[];

const read: Halves = { hi: 0, lo: 0 };
const offsetOf = (mode: PagingMode, index: number): number => index * 4 * mode.entryCells;
const who = (t: Thread): string => `vCPU ${t.actor}`;

/** What follows from the entry just read: into a slot the error, or -1; and whether the walk has come to its leaf. */
function judge(t: Thread, m: Machine, mode: PagingMode, level: number): 'next' | 'leaf' | 'fault' {
  const r = m.vcpu(t.actor);
  const hi = t.get(hiSlot(level));
  const lo = t.get(loSlot(level));
  const leaf = isLeaf(mode, level, lo, r.get('hwCr4'));
  if (present(lo) && !reservedViolation(mode, level, leaf, hi, lo, r.get('hwEfer')))
    return leaf ? 'leaf' : 'next';
  t.set(L.error, code(t, m, present(lo) ? bits.PFEC_P | bits.PFEC_RSVD : 0));
  return 'fault';
}

function code(t: Thread, m: Machine, cause: number): number {
  const r = m.vcpu(t.actor);
  return errorCode(cause, t.get(L.access), r.get('cpl') === 3, r.get('hwCr4'), r.get('hwEfer'));
}

/** Rights of the whole path: W and U are wanted of every level that has them, NX of any, D and G are the leaf's. */
function rightsOf(t: Thread, m: Machine, mode: PagingMode): number {
  const leaf = t.get(L.level);
  const top = mode.name === 'pae' ? 2 : mode.levels; // PDPTEs carry no rights
  let rights = bits.W | bits.U;
  for (let level = top; level >= leaf; level--) {
    rights &= t.get(loSlot(level)) | ~(bits.W | bits.U);
    if (mode.entryCells === 2 && t.get(hiSlot(level)) < 0) rights |= RIGHT_NX;
  }
  const lo = t.get(loSlot(leaf));
  const global = (m.vcpu(t.actor).get('hwCr4') & bits.CR4_PGE) !== 0 ? lo & bits.G : 0;
  return rights | (lo & bits.D) | global;
}

/** Bits the processor still has to set in the entry of a level: A everywhere, D in the leaf of a write. */
function missing(t: Thread, level: number): number {
  const wanted = level === t.get(L.level) && t.get(L.access) === WRITE ? bits.A | bits.D : bits.A;
  return wanted & ~t.get(loSlot(level));
}

/** The next level, downwards, whose entry wants a bit; 0 when none does. */
function nextToMark(t: Thread, mode: PagingMode, from: number): number {
  const top = mode.name === 'pae' ? Math.min(from, 2) : from; // hardware never writes PDPTEs
  for (let level = top; level >= t.get(L.level); level--) if (missing(t, level) !== 0) return level;
  return 0;
}

function dataFrame(t: Thread, mode: PagingMode): number {
  const vaHi = t.get(L.vaHi);
  const vaLo = t.get(L.vaLo);
  const level = t.get(L.level);
  if (level === 0) return vaLo >>> 12;
  const base = leafFrame(mode, level, t.get(hiSlot(level)), t.get(loSlot(level)));
  return frameWithin(base, mode.shift[level] as number, vaHi, vaLo);
}

function sayMark(t: Thread, m: Machine): string {
  const mode = m.hwMode(t.actor);
  const level = t.get(L.marked);
  if (level === 0)
    return `An entry is no longer what ${who(t)} read a moment ago. It must not be marked: the walk begins again.`;
  const index = sayIndex(indexAt(mode, level, t.get(L.vaHi), t.get(L.vaLo)));
  const set = t.get(L.markedBits);
  const names = set === bits.A ? 'accessed' : set === bits.D ? 'dirty' : 'accessed and dirty';
  return `${who(t)} marks entry ${index} of ${m.nameTable(t.get(frameSlot(level)), level)} as ${names}.`;
}

/** What was found in an entry, and what follows: the second half of the caption of a read. */
function finding(t: Thread, m: Machine, mode: PagingMode, level: number): string {
  const hi = t.get(hiSlot(level));
  const lo = t.get(loSlot(level));
  const r = m.vcpu(t.actor);
  if (!present(lo)) return 'It is not present: page fault.';
  const leaf = isLeaf(mode, level, lo, r.get('hwCr4'));
  if (reservedViolation(mode, level, leaf, hi, lo, r.get('hwEfer')))
    return 'It is present with a reserved bit set: page fault.';
  if (!leaf) return `It is present: go on to frame ${m.nameFrame(frameOf(hi, lo))}.`;
  const frame = m.nameFrame(dataFrame(t, mode));
  return level === 1
    ? `It maps frame ${frame}.`
    : `It maps a large page; the address lies in its frame ${frame}.`;
}

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
          t.set(frameSlot(mode.levels), frameOf(mode.name === '64' ? r.get('hwCr3Hi') : 0, r.get('hwCr3Lo')));
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
        const cr3 = r.get('hwCr3Lo');
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
        const mode = m.hwMode(t.actor);
        const r = m.vcpu(t.actor);
        const rights = rightsOf(t, m, mode);
        const user = r.get('cpl') === 3;
        t.set(L.rights, rights);
        if (denied(rights, t.get(L.access), user, r.get('hwCr0'), r.get('hwCr4'), r.get('rflags'))) {
          t.set(L.error, code(t, m, bits.PFEC_P));
          t.goto('fault');
          return;
        }
        const level = nextToMark(t, mode, mode.levels);
        t.set(L.toMark, level);
        t.goto(level === 0 ? 'done' : 'mark');
      },
      say: (t, m) => {
        const rights = t.get(L.rights);
        const path = `${(rights & bits.W) === 0 ? 'read-only' : 'writable'}, ${(rights & bits.U) === 0 ? 'kernel only' : 'user'}`;
        const allowed = !denied(
          rights,
          t.get(L.access),
          m.vcpu(t.actor).get('cpl') === 3,
          m.vcpu(t.actor).get('hwCr0'),
          m.vcpu(t.actor).get('hwCr4'),
          m.vcpu(t.actor).get('rflags'),
        );
        const what = `this ${sayAccess(t.get(L.access))} from ${m.vcpu(t.actor).get('cpl') === 3 ? 'user' : 'kernel'} mode`;
        const nx = (rights & RIGHT_NX) === 0 ? '' : ', not executable';
        return `All levels together say: ${path}${nx}. That ${allowed ? 'allows' : 'denies'} ${what}.`;
      },
    },
    {
      label: 'mark',
      line: '  if entry lacks A (or D, for a write): lock cmpxchg(entry, entry | A | D), or walk again',
      touch: 'racy',
      beat: true,
      // A locked update leaves the processor behind its own stores.
      when: (t, m) => m.storeBuffers.empty(t.actor),
      run: (t, m) => {
        const mode = m.hwMode(t.actor);
        const level = t.get(L.toMark);
        const frame = t.get(frameSlot(level));
        const index = indexAt(mode, level, t.get(L.vaHi), t.get(L.vaLo));
        m.storeBuffers.read(t.actor, frame, offsetOf(mode, index), 4 * mode.entryCells, read);
        if (read.lo !== t.get(loSlot(level)) || read.hi !== t.get(hiSlot(level))) {
          t.set(L.marked, 0);
          t.goto('start');
          return;
        }
        const set = missing(t, level);
        m.memory.write32(frame, index * mode.entryCells, read.lo | set);
        t.set(loSlot(level), read.lo | set);
        if (level === t.get(L.level)) t.set(L.rights, t.get(L.rights) | (set & bits.D));
        m.world.emit(AccessedDirtySet, t.actor, 0, level, frame, index, set);
        const next = nextToMark(t, mode, level - 1);
        t.set(L.toMark, next);
        t.set(L.marked, level);
        t.set(L.markedBits, set);
        t.goto(next === 0 ? 'done' : 'mark');
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
