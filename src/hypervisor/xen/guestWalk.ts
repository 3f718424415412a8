import { procedure, slots, type Thread } from '../../kernel';
import {
  A,
  AccessedDirtySet,
  CR0_WP,
  D,
  EFER_NXE,
  errorCode,
  FETCH,
  frameOf,
  type Halves,
  isLeaf,
  leafFrame,
  makeEntry,
  NX_HI,
  P,
  PCD,
  PFEC_P,
  PFEC_RSVD,
  PS,
  PWT,
  present,
  RIGHT_NX,
  reservedViolation,
  sayIndex,
  sayVa,
  U,
  W,
  WalkEnded,
  WalkedLevel,
  WalkStarted,
  WRITE,
} from '../../machine';
import { markDirty } from './dirty';
import type { Xen } from './state';
import { isRam } from './types';

const L = slots('vaHi', 'vaLo', 'access', 'user', 'next', 'level', 'missing', 'marked', 'bits', 'frame');

const entry: Halves = { hi: 0, lo: 0 };

const sayTable = (x: Xen, level: number, table: number): string =>
  x.pages.owns(table) ? x.describe(table) : `the guest's L${level} table ${x.name(table)}`;

/** mandatory_flags: what every level must allow for this access (RIGHT_NX stands for "NX clear"). */
function required(t: Thread, x: Xen): number {
  const r = x.machine.vcpu(t.actor);
  const access = t.get(L.access);
  const user = t.get(L.user) !== 0;
  let flags = P | (user ? U : 0);
  if (access === WRITE && (user || x.pv || (r.get('cr0') & CR0_WP) !== 0)) flags |= W;
  if (access === FETCH && (r.get('efer') & EFER_NXE) !== 0) flags |= RIGHT_NX;
  return flags;
}

/** Missing flag of a walk that ends at an entry with a reserved bit set. */
const RESERVED = 1 << 10;

/** Whether an entry must fault for its reserved bits. PAE's four were judged when CR3 was loaded. */
function reserved(x: Xen, v: number, level: number, hi: number, lo: number): boolean {
  if (!x.era.reservedBits || level > walkTop(x, v)) return false;
  const { guest } = x.geometry(v);
  const r = x.machine.vcpu(v);
  return reservedViolation(guest, level, isLeaf(guest, level, lo, r.get('cr4')), hi, lo, r.get('efer'));
}

/** Which of the required flags an entry does not have. */
function lacking(hi: number, lo: number, flags: number): number {
  const has = (lo & (P | W | U)) | ((hi & NX_HI) === 0 ? RIGHT_NX : 0);
  return flags & ~has;
}

/** Whether the walk of this record ended at a 2 MiB page. */
export const isSuperpageWalk = (x: Xen, v: number): boolean => {
  const { gw } = x.vcpu(v);
  return present(gw.lo(2)) && (gw.lo(2) & PS) !== 0 && x.superpages(v);
};

/** Top level of the tables that a walk reads and locks in place: above it stand only the four cached entries of PAE. */
export const walkTop = (x: Xen, v: number): number => {
  const { levels, name } = x.geometry(v);
  return name === 'pae' ? 2 : levels;
};

/** A level's entry as guest memory, or the PAE guest's cached one, has it now: halves. */
export function readGuestEntry(x: Xen, v: number, level: number, index: number, out: Halves): void {
  const { narrow, name } = x.geometry(v);
  const vcpu = x.vcpu(v);
  if (name === 'pae' && level === 3) {
    out.hi = vcpu.gl3eHi(index);
    out.lo = vcpu.gl3eLo(index);
    return;
  }
  const table = vcpu.gw.mfn(level);
  out.hi = x.guestHi(narrow, table, index);
  out.lo = x.guestLo(narrow, table, index);
}

/** Where people see the entry that a walk reads at a level: frame and index, of PAE's cached ones where they were read from. */
export function walkedPlace(x: Xen, v: number, level: number, index: number): { table: number; at: number } {
  const vcpu = x.vcpu(v);
  if (x.geometry(v).name !== 'pae' || level !== 3) return { table: vcpu.gw.mfn(level), at: index };
  return { table: vcpu.guestTop, at: ((x.machine.vcpu(v).get('cr3Lo') & 0xfe0) >>> 3) + index };
}

/** The l1e a superpage walk pretends to have read: full rights, for the access control is in the shadow's L2 entry. */
export function fabricateL1e(x: Xen, v: number, offset: number): { hi: number; lo: number } {
  const { gw } = x.vcpu(v);
  const start = leafFrame(x.geometry(v).guest, 2, gw.hi(2), gw.lo(2));
  return makeEntry(start + offset, P | U | W | A | D | (gw.lo(2) & (PWT | PCD)));
}

/** One level: read the entry, note what it lacks, and find the next table. Returns whether the walk goes on. */
function readLevel(t: Thread, x: Xen): 'next' | 'leaf' | 'stop' {
  const v = t.actor;
  const { gw } = x.vcpu(v);
  const level = t.get(L.level);
  const index = x.index(v, level, t.get(L.vaHi), t.get(L.vaLo));
  readGuestEntry(x, v, level, index, entry);
  const { hi, lo } = entry;
  const { table, at } = walkedPlace(x, v, level, index);
  gw.setEntry(level, hi, lo);
  x.world.emit(WalkedLevel, v, 1, level, table, at, hi, lo);
  // The four top entries of PAE carry no rights.
  const wanted = level > walkTop(x, v) ? P : required(t, x);
  t.set(L.missing, t.get(L.missing) | lacking(hi, lo, wanted));
  if (!present(lo)) return 'stop';
  if (reserved(x, v, level, hi, lo)) {
    t.set(L.missing, t.get(L.missing) | RESERVED);
    return 'stop';
  }
  if (level === 1) return 'leaf';
  if (level === 2 && isSuperpageWalk(x, v)) {
    const l1e = fabricateL1e(x, v, x.index(v, 1, t.get(L.vaHi), t.get(L.vaLo)));
    gw.setEntry(1, l1e.hi, l1e.lo);
    return 'leaf';
  }
  const gfn = frameOf(hi, lo);
  const mfn = x.p2m.mfn(gfn);
  if (!isRam(x.p2m.type(gfn)) || !x.mfnValid(mfn)) {
    // No memory there: as good as not present.
    t.set(L.missing, t.get(L.missing) | P);
    return 'stop';
  }
  gw.setMfn(level - 1, mfn);
  return 'next';
}

/** Bits that set_ad_bits still has to set at a level: A everywhere, D in the entry that maps the page if it is a write. */
function toMark(t: Thread, x: Xen, level: number): number {
  const { gw } = x.vcpu(t.actor);
  if (gw.mfn(level) < 0) return 0;
  const leaf = level === 1 || (level === 2 && isSuperpageWalk(x, t.actor));
  const wanted = leaf && t.get(L.access) === WRITE ? A | D : A;
  return wanted & ~gw.lo(level);
}

function nextToMark(t: Thread, x: Xen, from: number): number {
  for (let level = from; level >= 1; level--) if (toMark(t, x, level) !== 0) return level;
  return 0;
}

/** set_ad_bits: a compare-and-swap in guest memory; the record gets the bits even if the guest was faster. */
function mark(t: Thread, x: Xen): void {
  const v = t.actor;
  const { gw } = x.vcpu(v);
  const level = t.get(L.level);
  const table = gw.mfn(level);
  const { narrow } = x.geometry(v);
  const index = x.index(v, level, t.get(L.vaHi), t.get(L.vaLo));
  const bits = toMark(t, x, level);
  const hi = gw.hi(level);
  const lo = gw.lo(level);
  readGuestEntry(x, v, level, index, entry);
  const same = entry.hi === hi && entry.lo === lo;
  if (same) {
    x.writeGuestEntry(narrow, table, index, hi, lo | bits);
    x.world.emit(AccessedDirtySet, v, 1, level, table, index, bits);
    markDirty(x, table);
  }
  gw.setEntry(level, hi, lo | bits);
  t.set(L.marked, same ? level : 0);
  t.set(L.bits, bits);
}

/** The error code of a failed walk, as the processor would have raised it on the guest's own tables. */
export function walkError(x: Xen, v: number, missing: number, access: number, user: boolean): number {
  const r = x.machine.vcpu(v);
  const cause = (missing & RESERVED) !== 0 ? PFEC_P | PFEC_RSVD : (missing & P) === 0 ? PFEC_P : 0;
  return errorCode(cause, access, user, r.get('cr4'), r.get('efer'));
}

function sayRead(t: Thread, x: Xen): string {
  const { gw } = x.vcpu(t.actor);
  const level = t.get(L.level);
  const hi = gw.hi(level);
  const lo = gw.lo(level);
  const index = x.index(t.actor, level, t.get(L.vaHi), t.get(L.vaLo));
  const { table } = walkedPlace(x, t.actor, level, index);
  const read =
    level > walkTop(x, t.actor)
      ? `Xen on vCPU ${t.actor} looks at entry ${index} of the four that it has read from ${x.name(table)} when CR3 was loaded.`
      : `Xen on vCPU ${t.actor} reads entry ${sayIndex(index)} of ${sayTable(x, level, table)}.`;
  if (!present(lo)) return `${read} It is not present: the guest does not map this address.`;
  if (reserved(x, t.actor, level, hi, lo))
    return `${read} It has a reserved bit set: the processor would fault there, so the guest must see that fault.`;
  if (level === 2 && isSuperpageWalk(x, t.actor)) return `${read} It maps a large page.`;
  const frame = x.name(frameOf(hi, lo));
  if (level === 1) return `${read} It maps frame ${frame}.`;
  return gw.mfn(level - 1) < 0
    ? `${read} It names frame ${frame}, where there is no memory: as good as not present.`
    : `${read} It is present: go on to frame ${frame}.`;
}

/**
 * guest_walk_tables (sheet 2.3): the software walk of the guest's own tables, without a lock unless the caller holds it.
 * Arguments: va, access, user. The record is in `gw` of the vCPU. Returns the missing flags: 0 if the guest allows the access.
 */
export const guestWalkTables = procedure<Xen>({
  name: 'guest_walk_tables',
  part: 'xen',
  lane: 'walk',
  about: "Xen walks the guest's own tables by software and writes down what it reads (sheet 2.3, 3.2).",
  slots: L,
  steps: [
    {
      label: 'version',
      line: 'guest_walk_tables(va): gw.version = gtable_dirty_version',
      touch: 'racy',
      run: (t, x) => {
        const vcpu = x.vcpu(t.actor);
        x.world.count('shadow_guest_walk');
        x.walkWitness.walk(t.actor);
        vcpu.gw.start(x.domain.get('version'), t.get(L.vaHi), t.get(L.vaLo));
        const { levels } = x.geometry(t.actor);
        if (levels === walkTop(x, t.actor)) vcpu.gw.setMfn(levels, vcpu.guestTop);
        x.world.emit(WalkStarted, t.actor, 1, t.get(L.vaHi), t.get(L.vaLo), t.get(L.access));
        t.set(L.next, levels);
      },
      say: (t, x) =>
        `Xen on vCPU ${t.actor} walks the guest's tables for ${sayVa(x.machine, t.actor, t.get(L.vaHi), t.get(L.vaLo))}. It remembers that the version is ${x.vcpu(t.actor).gw.version}.`,
    },
    {
      label: 'read',
      line: '  gw.lNe = table[index(va, N)]; note missing P, RW, US, NX',
      touch: 'racy',
      beat: true,
      run: (t, x) => {
        const level = t.get(L.next);
        t.set(L.level, level);
        switch (readLevel(t, x)) {
          case 'next':
            t.set(L.next, level - 1);
            t.goto('read');
            return;
          case 'leaf':
            t.goto('check');
            return;
          case 'stop':
            t.goto('fail');
        }
      },
      say: sayRead,
    },
    {
      label: 'check',
      line: '  anything missing: the walk fails',
      touch: 'private',
      run: (t, x) => {
        if (t.get(L.missing) !== 0) {
          t.goto('fail');
          return;
        }
        const level = nextToMark(t, x, walkTop(x, t.actor));
        t.set(L.next, level);
        t.goto(level === 0 ? 'done' : 'mark');
      },
      say: (t) =>
        t.get(L.missing) === 0
          ? 'The guest allows the access at every level.'
          : 'The guest maps the address, but does not allow this access.',
    },
    {
      label: 'mark',
      line: '  set_ad_bits: cmpxchg(entry, entry | A, and D for a write)',
      touch: 'racy',
      beat: true,
      run: (t, x) => {
        const level = t.get(L.next);
        t.set(L.level, level);
        mark(t, x);
        const next = nextToMark(t, x, level - 1);
        t.set(L.next, next);
        t.goto(next === 0 ? 'done' : 'mark');
      },
      say: (t, x) => {
        const level = t.get(L.marked);
        if (level === 0) return 'The guest has changed an entry since it was read, so it is not marked.';
        const { gw } = x.vcpu(t.actor);
        const index = sayIndex(x.index(t.actor, level, t.get(L.vaHi), t.get(L.vaLo)));
        const bits = t.get(L.bits);
        const what = bits === A ? 'accessed' : bits === D ? 'dirty' : 'accessed and dirty';
        return `Xen marks entry ${index} of the guest's L${level} table ${x.name(gw.mfn(level))} as ${what}, as the processor would.`;
      },
    },
    {
      label: 'done',
      line: '  return 0',
      touch: 'private',
      run: (t, x) => {
        const { gw } = x.vcpu(t.actor);
        const frame = frameOf(gw.hi(1), gw.lo(1));
        t.set(L.frame, frame);
        // What lies at its end goes on stage: a machine frame, the gfn itself where no memory is.
        const mfn = x.p2m.mfn(frame);
        x.world.emit(WalkEnded, t.actor, 1, t.get(L.vaHi), t.get(L.vaLo), -1, mfn < 0 ? frame : mfn);
        t.ret(0);
      },
      say: (t, x) => `The guest maps the address to frame ${x.name(t.get(L.frame))}, and allows the access.`,
    },
    {
      label: 'fail',
      line: '  return the missing flags',
      touch: 'private',
      beat: true,
      run: (t, x) => {
        const missing = t.get(L.missing);
        const error = walkError(x, t.actor, missing, t.get(L.access), t.get(L.user) !== 0);
        x.world.emit(WalkEnded, t.actor, 1, t.get(L.vaHi), t.get(L.vaLo), error, 0);
        t.ret(missing);
      },
      say: (t) =>
        (t.get(L.missing) & P) === 0
          ? "The guest's own tables do not allow this access: the fault belongs to the guest."
          : "The guest's own tables do not map this address: the fault belongs to the guest.",
    },
  ],
});
