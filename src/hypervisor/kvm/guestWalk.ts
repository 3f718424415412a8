import { procedure, slots, type Thread } from '../../kernel';
import {
  CR4_SMEP,
  denied,
  FETCH,
  frameWithin,
  type Halves,
  indexAt,
  PFEC_I,
  PFEC_P,
  PFEC_RSVD,
  PFEC_U,
  PFEC_W,
  present,
  READ,
  RIGHT_NX,
  sayError,
  sayIndex,
  sayVa,
  WalkEnded,
  WalkedLevel,
  WalkStarted,
  WRITE,
} from '../../machine';
import * as c from './constants';
import {
  KvmPagetableWalk,
  KvmPagingElement,
  KvmSetAccessedBit,
  KvmSetDirtyBit,
  KvmWalkerError,
} from './events';
import { lockFree, settleAtOnce } from './flush';
import {
  entryBytes,
  gpteAccess,
  gpteGfn,
  gpteIsLeaf,
  gpteLeafGfn,
  gpteReserved,
  protectClean,
  readGuest,
} from './guestMemory';
import { hostQuiet, touchForWrite } from './host';
import { markDirty } from './setSpte';
import type { Kvm } from './state';
import type { VcpuState } from './vcpuState';

const L = slots('vaHi', 'vaLo', 'pferr', 'level', 'gfn', 'access', 'code', 'found');

/** What a step came to, for its caption: never 0. */
const ABSENT = 1;
const RESERVED = 2;
const NEXT = 3;
const LEAF = 4;
const UNREADABLE = 5;
const CHANGED = 6;
const MARKED = 7;

/** The walker of the machine's own events: not the processor, but the hypervisor. */
const SOFTWARE = 1;

const entry: Halves = { hi: 0, lo: 0 };
const w = (t: Thread, k: Kvm): VcpuState => k.vcpu(t.actor);
const va = (t: Thread, k: Kvm): string => sayVa(k.machine, t.actor, t.get(L.vaHi), t.get(L.vaLo));
const offsetOf = (t: Thread, k: Kvm, level: number): number =>
  indexAt(k.mode(t.actor), level, t.get(L.vaHi), t.get(L.vaLo)) * entryBytes(k.mode(t.actor));

/** The access that an error code speaks of. */
const kindOf = (pferr: number): number =>
  (pferr & PFEC_I) !== 0 ? FETCH : (pferr & PFEC_W) !== 0 ? WRITE : READ;

/** What lies at the end of the walk goes on stage: a machine frame, the gfn itself where no memory is, or nothing. */
function ended(t: Thread, k: Kvm, error: number): void {
  const gfn = w(t, k).get('walkGfn');
  const mfn = k.slots.mfn(gfn);
  const frame = error !== -1 ? 0 : mfn < 0 ? gfn : mfn;
  k.world.emit(WalkEnded, t.actor, SOFTWARE, t.get(L.vaHi), t.get(L.vaLo), error, frame);
}

/** Whether the rights of the path deny the access that the error code describes (permission_fault). */
function permissionFault(k: Kvm, v: number, access: number, pferr: number): boolean {
  const rights = (access & (c.ACC_WRITE | c.ACC_USER)) | ((access & c.ACC_EXEC) === 0 ? RIGHT_NX : 0);
  const r = k.machine.vcpu(v);
  return denied(rights, kindOf(pferr), (pferr & PFEC_U) !== 0, r.get('cr0'), r.get('cr4'), r.get('rflags'));
}

/** Bits still to be set in the entry of a level: A, and D in the leaf of a write. */
function missing(t: Thread, k: Kvm, level: number): number {
  const write = (t.get(L.pferr) & PFEC_W) !== 0 && level === w(t, k).get('walkLevel');
  return (write ? c.SPTE_A | c.SPTE_D : c.SPTE_A) & ~w(t, k).level('lo', level);
}

function fail(t: Thread, code: number): void {
  t.set(L.code, code);
  t.goto('fail');
}

/** The rights of the path and whether the access is allowed; then the frame and what must still be marked. */
function check(t: Thread, k: Kvm): void {
  const v = t.actor;
  const mode = k.mode(v);
  const walk = w(t, k);
  const level = t.get(L.level);
  const hi = walk.level('hi', level);
  const lo = walk.level('lo', level);
  const access = t.get(L.access);
  walk.set('walkLevel', level);
  if (permissionFault(k, v, access, t.get(L.pferr))) {
    t.set(L.found, RESERVED);
    fail(t, PFEC_P);
    return;
  }
  t.set(L.found, LEAF);
  const shift = mode.shift[level] as number;
  walk.set('walkGfn', frameWithin(gpteLeafGfn(mode, level, hi, lo), shift, t.get(L.vaHi), t.get(L.vaLo)));
  const write = (t.get(L.pferr) & PFEC_W) !== 0;
  walk.set('walkAccess', write ? access : protectClean(access, lo));
  let settled = !write || (lo & c.SPTE_D) !== 0;
  for (let at = walk.get('walkMax'); at >= level; at--) settled &&= (walk.level('lo', at) & c.SPTE_A) !== 0;
  t.set(L.level, walk.get('walkMax'));
  t.goto(settled ? 'done' : 'mark');
}

/** update_accessed_dirty_bits for one level. */
function mark(t: Thread, k: Kvm): void {
  const v = t.actor;
  const walk = w(t, k);
  const level = t.get(L.level);
  const gfn = walk.level('table', level);
  const offset = offsetOf(t, k, level);
  const set = missing(t, k, level);
  t.set(L.found, MARKED);
  t.set(L.code, set);
  if ((set & c.SPTE_A) !== 0) k.world.emit(KvmSetAccessedBit, v, gfn, offset);
  if ((set & c.SPTE_D) !== 0) k.world.emit(KvmSetDirtyBit, v, gfn, offset);
  if (set !== 0 && walk.level('writable', level) !== 0) {
    const mfn = k.slots.mfn(gfn);
    readGuest(k, gfn, offset, entryBytes(k.mode(v)), entry);
    if (entry.hi !== walk.level('hi', level) || entry.lo !== walk.level('lo', level)) {
      t.set(L.found, CHANGED);
      t.goto('top');
      return;
    }
    touchForWrite(k, mfn);
    settleAtOnce(k, v);
    k.memory.write32(mfn, offset >>> 2, entry.lo | set);
    markDirty(k, gfn);
    walk.setLevel('lo', level, entry.lo | set);
  }
  if (level === walk.get('walkLevel')) t.goto('done');
  else {
    t.set(L.level, level - 1);
    t.goto('mark');
  }
}

/** Reads the entry of one level and judges it. */
function read(t: Thread, k: Kvm): void {
  const v = t.actor;
  const mode = k.mode(v);
  const walk = w(t, k);
  const level = t.get(L.level) - 1;
  const gfn = t.get(L.gfn);
  t.set(L.level, level);
  walk.setLevel('table', level, gfn);
  if (!readGuest(k, gfn, offsetOf(t, k, level), entryBytes(mode), entry)) {
    t.set(L.found, UNREADABLE);
    fail(t, 0);
    return;
  }
  const { hi, lo } = entry;
  walk.setLevel('writable', level, k.slots.readOnly(k.slots.of(gfn)) ? 0 : 1);
  k.world.emit(KvmPagingElement, v, hi, lo, level);
  const index = indexAt(mode, level, t.get(L.vaHi), t.get(L.vaLo));
  k.world.emit(WalkedLevel, v, SOFTWARE, level, k.slots.mfn(gfn), index, hi, lo);
  const above = t.get(L.access);
  if (!present(lo) || gpteReserved(k, v, level, hi, lo)) {
    t.set(L.found, present(lo) ? RESERVED : ABSENT);
    fail(t, present(lo) ? PFEC_P | PFEC_RSVD : 0);
    return;
  }
  walk.setLevel('hi', level, hi);
  walk.setLevel('lo', level, lo);
  walk.setLevel('above', level, above);
  t.set(L.access, above & gpteAccess(mode, hi, lo));
  t.set(L.gfn, gpteGfn(mode, hi, lo));
  const leaf = gpteIsLeaf(k, v, level, lo);
  t.set(L.found, leaf ? LEAF : NEXT);
  t.goto(leaf ? 'check' : 'read');
}

/**
 * FNAME(walk_addr): KVM's own walk of the guest's tables, with the rights that an error code's access needs. Arguments: va,
 * halves; the access as an error code without P and RSVD. Returns -1, or the error code for the guest. What was found stays in the
 * vCPU's walk cells. Source: sheet 3.1.
 */
export const kvmWalkAddr = procedure<Kvm>({
  name: 'kvm_walk_addr',
  part: 'kvm',
  lane: 'walk',
  about: 'Walks the guest’s own tables in software: every level, then the rights, then A and D (sheet 3.1).',
  slots: L,
  steps: [
    {
      label: 'start',
      line: 'walk_addr(va, access):',
      touch: 'private',
      run: (t, k) => {
        const v = t.actor;
        const [hi, lo, pferr] = [t.get(L.vaHi), t.get(L.vaLo), t.get(L.pferr)];
        if (!k.direct(v)) {
          k.world.emit(KvmPagetableWalk, v, hi, lo, pferr);
          k.world.emit(WalkStarted, v, SOFTWARE, hi, lo, kindOf(pferr));
          return;
        }
        const walk = w(t, k);
        walk.set('walkMax', 2);
        walk.set('walkLevel', 2);
        walk.set('walkGfn', lo >>> 12);
        walk.set('walkAccess', c.ACC_ALL);
        t.goto('done');
      },
      say: (t, k) =>
        k.direct(t.actor)
          ? 'The guest does not page: the address is the physical one.'
          : `KVM walks the guest's tables for ${va(t, k)}, as the processor would without shadows.`,
    },
    {
      label: 'top',
      line: '  table = CR3; PAE: table = pdptr[va >> 30], not present: fail',
      touch: 'private',
      run: (t, k) => {
        const v = t.actor;
        const mode = k.mode(v);
        const r = k.machine.vcpu(v);
        const walk = w(t, k);
        t.set(L.access, c.ACC_ALL);
        t.set(L.found, NEXT);
        if (mode.name === 'pae') {
          const i = indexAt(mode, 3, t.get(L.vaHi), t.get(L.vaLo));
          const hi = walk.pdptr(i, 'Hi');
          const lo = walk.pdptr(i, 'Lo');
          k.world.emit(KvmPagingElement, v, hi, lo, 3);
          walk.set('walkMax', 2);
          t.set(L.level, 3);
          t.set(L.gfn, gpteGfn(mode, hi, lo));
          if (present(lo)) t.goto('read');
          else {
            t.set(L.found, ABSENT);
            fail(t, 0);
          }
          return;
        }
        walk.set('walkMax', mode.levels);
        t.set(L.level, mode.levels + 1);
        t.set(L.gfn, gpteGfn(mode, r.get('cr3Hi'), r.get('cr3Lo')));
        t.goto('read');
      },
      say: (t, k) =>
        t.get(L.found) === ABSENT
          ? 'The PDPTE, as MOV CR3 loaded it, is not present: the walk fails.'
          : `It begins at the guest's table in frame ${k.name(t.get(L.gfn))}.`,
    },
    {
      label: 'read',
      line: '  for each level: gpte = table[index]; not present or reserved bits: fail',
      touch: 'racy',
      run: read,
      say: (t, k) => {
        const level = t.get(L.level);
        const index = sayIndex(indexAt(k.mode(t.actor), level, t.get(L.vaHi), t.get(L.vaLo)));
        const which = `Entry ${index} of the guest's L${level} table ${k.name(w(t, k).level('table', level))}`;
        switch (t.get(L.found)) {
          case UNREADABLE:
            return `The guest's L${level} table lies where no memory is: the walk fails.`;
          case ABSENT:
            return `${which} is not present: the walk fails.`;
          case RESERVED:
            return `${which} has a reserved bit set: the walk fails.`;
          case LEAF:
            return `${which} maps a page: frame ${k.name(t.get(L.gfn))}.`;
          default:
            return `${which} leads on to frame ${k.name(t.get(L.gfn))}.`;
        }
      },
    },
    {
      label: 'check',
      line: '  rights of the path deny the access: fail; a clean entry lends no right to write',
      touch: 'private',
      beat: true,
      run: check,
      say: (t, k) =>
        t.get(L.found) === LEAF
          ? `The guest allows the access. The page is frame ${k.name(w(t, k).get('walkGfn'))}.`
          : 'The guest’s own rights deny the access: the fault is the guest’s.',
    },
    {
      label: 'mark',
      line: '  for each level that lacks A (the leaf of a write: D): cmpxchg(gpte); changed: walk again',
      touch: 'racy',
      when: (t, k) => hostQuiet(k, w(t, k).level('table', t.get(L.level))) || lockFree(t, k),
      run: mark,
      say: (t) => {
        if (t.get(L.found) === CHANGED)
          return 'The entry is no longer what was read. It must not be marked: the walk begins again.';
        const set = t.get(L.code);
        if (set === 0) return 'This entry has its bits already.';
        const names = set === c.SPTE_A ? 'accessed' : set === c.SPTE_D ? 'dirty' : 'accessed and dirty';
        return `KVM marks the guest's entry as ${names}: no processor does it, for none reads this table.`;
      },
    },
    {
      label: 'done',
      line: '  return gfn and rights',
      touch: 'private',
      run: (t, k) => {
        w(t, k).set('walkError', -1);
        if (!k.direct(t.actor)) ended(t, k, -1);
        t.ret(-1);
      },
      say: (t, k) =>
        `The walk succeeds: ${va(t, k)} is in the guest's frame ${k.name(w(t, k).get('walkGfn'))}.`,
    },
    {
      label: 'fail',
      line: '  fail: return the error code that the guest shall see',
      touch: 'private',
      run: (t, k) => {
        const r = k.machine.vcpu(t.actor);
        const reportsFetch = k.guestHasNx(t.actor) || (r.get('cr4') & CR4_SMEP) !== 0;
        const kept = PFEC_W | PFEC_U | (reportsFetch ? PFEC_I : 0);
        const code = t.get(L.code) | (t.get(L.pferr) & kept);
        k.world.emit(KvmWalkerError, t.actor, code);
        ended(t, k, code);
        w(t, k).set('walkError', code);
        t.set(L.code, code);
        t.ret(code);
      },
      say: (t) => `The walk fails. For the guest that is error code ${sayError(t.get(L.code))}.`,
    },
  ],
});
