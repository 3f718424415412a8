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
  leafFrame,
  makeEntry,
  NX_HI,
  P,
  PCD,
  PFEC_P,
  PS,
  PWT,
  present,
  RIGHT_NX,
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

/** mandatory_flags: what every level must allow for this access (RIGHT_NX stands for "NX clear"). */
function required(t: Thread, x: Xen): number {
  const r = x.machine.vcpu(t.actor);
  const access = t.get(L.access);
  const user = t.get(L.user) !== 0;
  let flags = P | (user ? U : 0);
  if (access === WRITE && (user || (r.get('cr0') & CR0_WP) !== 0)) flags |= W;
  if (access === FETCH && (r.get('efer') & EFER_NXE) !== 0) flags |= RIGHT_NX;
  return flags;
}

/** Which of the required flags an entry does not have. */
function lacking(hi: number, lo: number, flags: number): number {
  const has = (lo & (P | W | U)) | ((hi & NX_HI) === 0 ? RIGHT_NX : 0);
  return flags & ~has;
}

/** Whether the walk of this record ended at a 2 MiB page. */
export const isSuperpageWalk = (x: Xen, v: number): boolean => {
  const { gw } = x.vcpu(v);
  return present(gw.lo(2)) && (gw.lo(2) & PS) !== 0;
};

/** The l1e a superpage walk pretends to have read: full rights, for the access control is in the shadow's L2 entry. */
export function fabricateL1e(x: Xen, v: number, offset: number): { hi: number; lo: number } {
  const { gw } = x.vcpu(v);
  const start = leafFrame(x.mode, 2, gw.hi(2), gw.lo(2));
  return makeEntry(start + offset, P | U | W | A | D | (gw.lo(2) & (PWT | PCD)));
}

/** One level: read the entry, note what it lacks, and find the next table. Returns whether the walk goes on. */
function readLevel(t: Thread, x: Xen): 'next' | 'leaf' | 'stop' {
  const v = t.actor;
  const { gw } = x.vcpu(v);
  const level = t.get(L.level);
  const table = gw.mfn(level);
  const index = x.index(level, t.get(L.vaHi), t.get(L.vaLo));
  const hi = x.hi(table, index);
  const lo = x.lo(table, index);
  gw.setEntry(level, hi, lo);
  x.world.emit(WalkedLevel, v, 1, level, table, index, hi, lo);
  t.set(L.missing, t.get(L.missing) | lacking(hi, lo, required(t, x)));
  if (!present(lo)) return 'stop';
  if (level === 1) return 'leaf';
  if (level === 2 && (lo & PS) !== 0) {
    const l1e = fabricateL1e(x, v, x.index(1, t.get(L.vaHi), t.get(L.vaLo)));
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
  const index = x.index(level, t.get(L.vaHi), t.get(L.vaLo));
  const bits = toMark(t, x, level);
  const hi = gw.hi(level);
  const lo = gw.lo(level);
  const same = x.hi(table, index) === hi && x.lo(table, index) === lo;
  if (same) {
    x.memory.write32(table, 2 * index, lo | bits);
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
  return errorCode((missing & P) === 0 ? PFEC_P : 0, access, user, r.get('cr4'), r.get('efer'));
}

function sayRead(t: Thread, x: Xen): string {
  const { gw } = x.vcpu(t.actor);
  const level = t.get(L.level);
  const hi = gw.hi(level);
  const lo = gw.lo(level);
  const index = sayIndex(x.index(level, t.get(L.vaHi), t.get(L.vaLo)));
  const read = `Xen on vCPU ${t.actor} reads entry ${index} of the guest's L${level} table ${x.name(gw.mfn(level))}.`;
  if (!present(lo)) return `${read} It is not present: the guest does not map this address.`;
  if (level === 2 && (lo & PS) !== 0) return `${read} It maps a large page.`;
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
        vcpu.gw.setMfn(4, vcpu.guestTop);
        x.world.emit(WalkStarted, t.actor, 1, t.get(L.vaHi), t.get(L.vaLo), t.get(L.access));
        t.set(L.next, 4);
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
        const level = nextToMark(t, x, 4);
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
        const index = sayIndex(x.index(level, t.get(L.vaHi), t.get(L.vaLo)));
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
        x.world.emit(WalkEnded, t.actor, 1, t.get(L.vaHi), t.get(L.vaLo), -1, frame);
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
