import { procedure, slots, type Thread } from '../../kernel';
import {
  A,
  AccessedDirtySet,
  D,
  denied,
  errorCode,
  FETCH,
  frameOf,
  frameWithin,
  type Halves,
  isLeaf,
  leafFrame,
  PFEC_I,
  PFEC_P,
  PFEC_RSVD,
  PFEC_U,
  PFEC_W,
  present,
  READ,
  RIGHT_NX,
  reservedViolation,
  sayError,
  sayIndex,
  sayVa,
  U,
  W,
  WalkEnded,
  WalkedLevel,
  WalkStarted,
  WRITE,
} from '../../machine';
import { noteDirty } from './dirty';
import { guestIndex } from './shape';
import type { Xi } from './state';

const L = slots(
  'vaHi',
  'vaLo',
  'access',
  'user',
  'level',
  'rights',
  'error',
  'gfn',
  'marked',
  'bits',
  'leaf',
);

const read: Halves = { hi: 0, lo: 0 };

/** READ, WRITE or FETCH, of a page-fault error code. */
export const accessOf = (error: number): number =>
  (error & PFEC_I) !== 0 ? FETCH : (error & PFEC_W) !== 0 ? WRITE : READ;

/** The guest's own error code for what is wrong. */
function code(t: Thread, x: Xi, cause: number): number {
  const r = x.machine.vcpu(t.actor);
  return errorCode(cause, t.get(L.access), t.get(L.user) !== 0, r.get('cr4'), r.get('efer'));
}

/** Level whose entries are read from guest memory first: above it stand only the four registers of PAE. */
const walkTop = (x: Xi, v: number): number => (x.shape(v).name === 'pae' ? 2 : x.shape(v).guest.levels);

/** Takes an entry's rights into account, and says how the walk goes on. */
function judge(t: Thread, x: Xi, level: number): 'next' | 'leaf' | 'fault' {
  const v = t.actor;
  const vcpu = x.vcpu(v);
  const r = x.machine.vcpu(v);
  const { guest } = x.shape(v);
  const [hi, lo] = [vcpu.hi(level), vcpu.lo(level)];
  if (!present(lo)) {
    t.set(L.error, code(t, x, 0));
    return 'fault';
  }
  const leaf = isLeaf(guest, level, lo, r.get('cr4'));
  if (level <= walkTop(x, v)) {
    if (reservedViolation(guest, level, leaf, hi, lo, r.get('efer'))) {
      t.set(L.error, code(t, x, PFEC_P | PFEC_RSVD));
      return 'fault';
    }
    const nx = guest.entryCells === 2 && hi < 0 ? RIGHT_NX : 0;
    t.set(L.rights, (t.get(L.rights) & (lo | ~(W | U))) | nx);
  }
  if (leaf) return 'leaf';
  const gfn = frameOf(hi, lo);
  if (x.p2m.isRam(gfn)) {
    vcpu.setTable(level - 1, gfn);
    return 'next';
  }
  // No memory there: as good as not present.
  t.set(L.error, code(t, x, 0));
  return 'fault';
}

/**
 * The software walk of the guest's own tables, under the lock. Arguments: va, access, user. What it reads is kept in the vCPU's
 * record. Returns the error code the guest must be given, or -1; the leaf's level; the guest frame of the address.
 */
export const xiWalk = procedure<Xi>({
  name: 'xi_walk_guest',
  part: 'xi',
  lane: 'walk',
  about: 'Walks the guest’s own tables by software: what does the guest allow?',
  slots: L,
  steps: [
    {
      label: 'start',
      line: 'walk(va): table = the guest’s root',
      touch: 'racy',
      run: (t, x) => {
        const v = t.actor;
        const vcpu = x.vcpu(v);
        const r = x.machine.vcpu(v);
        const shape = x.shape(v);
        vcpu.forgetWalk();
        t.set(L.rights, W | U);
        t.set(L.error, -1);
        t.set(L.level, shape.guest.levels);
        x.world.emit(WalkStarted, v, 1, t.get(L.vaHi), t.get(L.vaLo), t.get(L.access));
        if (shape.name === 'pae') {
          const slot = guestIndex(shape, 3, t.get(L.vaHi), t.get(L.vaLo));
          vcpu.setEntry(3, vcpu.pdpteHi(slot), vcpu.pdpteLo(slot));
          const at = ((r.get('cr3Lo') & 0xfe0) >>> 3) + slot;
          x.world.emit(WalkedLevel, v, 1, 3, r.get('cr3Lo') >>> 12, at, vcpu.hi(3), vcpu.lo(3));
          if (judge(t, x, 3) === 'fault') t.goto('end');
          t.set(L.level, 2);
        } else {
          vcpu.setTable(
            shape.guest.levels,
            frameOf(shape.name === '64' ? r.get('cr3Hi') : 0, r.get('cr3Lo')),
          );
        }
      },
      say: (t, x) =>
        `XI walks the guest’s own tables for ${sayVa(x.machine, t.actor, t.get(L.vaHi), t.get(L.vaLo))}.`,
    },
    {
      label: 'read',
      line: '  entry = table[index(va, level)]; not present or not permitted: the fault is the guest’s',
      touch: 'racy',
      beat: true,
      run: (t, x) => {
        const v = t.actor;
        const vcpu = x.vcpu(v);
        const shape = x.shape(v);
        const level = t.get(L.level);
        const index = guestIndex(shape, level, t.get(L.vaHi), t.get(L.vaLo));
        const table = x.p2m.mfn(vcpu.table(level));
        read.hi = x.guestHi(shape, table, index);
        read.lo = x.guestLo(shape, table, index);
        vcpu.setEntry(level, read.hi, read.lo);
        x.world.emit(WalkedLevel, v, 1, level, table, index, read.hi, read.lo);
        switch (judge(t, x, level)) {
          case 'fault':
            t.goto('end');
            return;
          case 'leaf':
            t.set(L.leaf, level);
            return;
          case 'next':
            t.set(L.level, level - 1);
            t.goto('read');
        }
      },
      say: (t, x) => {
        const vcpu = x.vcpu(t.actor);
        const level = t.get(L.leaf) !== 0 || t.get(L.error) >= 0 ? t.get(L.level) : t.get(L.level) + 1;
        const index = guestIndex(x.shape(t.actor), level, t.get(L.vaHi), t.get(L.vaLo));
        const what = `Entry ${sayIndex(index)} of the guest’s L${level} table ${x.name(vcpu.table(level))}`;
        if (t.get(L.error) >= 0) return `${what} leads nowhere: the guest does not map this address.`;
        const frame = x.name(frameOf(vcpu.hi(level), vcpu.lo(level)));
        return t.get(L.leaf) === 0 ? `${what} names table ${frame}.` : `${what} maps page ${frame}.`;
      },
    },
    {
      label: 'rights',
      line: '  do the rights of the path allow the access?',
      touch: 'private',
      run: (t, x) => {
        const v = t.actor;
        const r = x.machine.vcpu(v);
        const user = t.get(L.user) !== 0;
        const [cr0, cr4, rflags] = [r.get('cr0'), r.get('cr4'), r.get('rflags')];
        if (denied(t.get(L.rights), t.get(L.access), user, cr0, cr4, rflags))
          t.set(L.error, code(t, x, PFEC_P));
        const { guest } = x.shape(v);
        const level = t.get(L.leaf);
        const base = leafFrame(guest, level, x.vcpu(v).hi(level), x.vcpu(v).lo(level));
        t.set(L.gfn, frameWithin(base, guest.shift[level] as number, t.get(L.vaHi), t.get(L.vaLo)));
      },
      say: (t) =>
        t.get(L.error) < 0
          ? 'The guest allows the access at every level.'
          : 'The guest maps the address, but does not allow this access.',
    },
    {
      label: 'end',
      line: '  return: the guest’s error code, or its page',
      touch: 'private',
      beat: true,
      run: (t, x) => {
        // What lies at its end goes on stage: a machine frame, the gfn itself where no memory is.
        const gfn = t.get(L.gfn);
        const mfn = x.p2m.mfn(gfn);
        const frame = mfn < 0 ? gfn : mfn;
        x.world.emit(WalkEnded, t.actor, 1, t.get(L.vaHi), t.get(L.vaLo), t.get(L.error), frame);
        t.ret(t.get(L.error), t.get(L.leaf), t.get(L.gfn));
      },
      say: (t, x) =>
        t.get(L.error) < 0
          ? `The guest maps the address to page ${x.name(t.get(L.gfn))}.`
          : `The guest’s own tables do not allow it: error code ${sayError(t.get(L.error))}.`,
    },
  ],
});

/** A and D that the guest's tables lack for the access just walked, at a level (row 3 of the decision table). */
export function lacksAt(x: Xi, v: number, level: number, leaf: number, access: number): number {
  if (!x.adEmulation || x.vcpu(v).table(level) < 0) return 0;
  const wanted = level === leaf && access === WRITE ? A | D : A;
  return wanted & ~x.vcpu(v).lo(level);
}

/** The next level, downwards, that lacks a bit; 0: none. */
export function nextLacking(x: Xi, v: number, from: number, leaf: number, access: number): number {
  for (let level = from; level >= leaf; level--) if (lacksAt(x, v, level, leaf, access) !== 0) return level;
  return 0;
}

/** Sets A, and D for a write, in an entry the walk has read. False: the entry has changed since; the walk must be made anew. */
export function markEntry(
  x: Xi,
  v: number,
  level: number,
  vaHi: number,
  vaLo: number,
  bits: number,
): boolean {
  const vcpu = x.vcpu(v);
  const shape = x.shape(v);
  const table = x.p2m.mfn(vcpu.table(level));
  const index = guestIndex(shape, level, vaHi, vaLo);
  const [hi, lo] = [vcpu.hi(level), vcpu.lo(level)];
  if (x.guestHi(shape, table, index) !== hi || x.guestLo(shape, table, index) !== lo) return false;
  x.writeGuest(shape, table, index, hi, lo | bits);
  vcpu.setEntry(level, hi, lo | bits);
  x.world.emit(AccessedDirtySet, v, 1, level, table, index, bits);
  noteDirty(x, vcpu.table(level));
  return true;
}

export const userOf = (error: number): number => ((error & PFEC_U) !== 0 ? 1 : 0);
