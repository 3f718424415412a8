import { procedure, slots, type Thread, type Touch } from '../kernel';
import { askTlb, BAD_ADDRESS, CLEAN, Controls, DENIED, HIT } from './askTlb';
import { writeBytes } from './bytes';
import { GuestPageFault, MemoryRead, MemoryWritten, PageFault, StoreBuffered, TlbHit } from './events';
import { EXIT_BY_WALK, FAULT_INJECT, FAULT_RETRY } from './exits';
import { combine, joinParts, partBytes, partOffset, parts, partVa, partValue } from './instruction';
import type { Machine } from './machine';
import { LOCKED_OPS } from './operation';
import { OUTCOME_DONE, OUTCOME_GENERAL_PROTECTION, OUTCOME_PAGE_FAULT } from './outcome';
import { present } from './paging';
import { R } from './registers';
import { WRITE } from './rights';
import { sayAccess, sayEntry, sayError, sayIndex, sayPlace, sayVa, sayValue } from './say';
import { hardwareWalk } from './walk';
import type { Halves } from './wide';

/** Beyond the patience of any design. */
const MOST_FAULTS = 15;

const L = slots(
  ...(['part', 'found', 'frame0', 'frame1'] as const),
  ...(['error', 'frame', 'rights', 'shift'] as const), // results of the walk
  ...(['verdict', 'guestError', 'guestPage'] as const), // results of the exit
);

const va: Halves = { hi: 0, lo: 0 };
const value: Halves = { hi: 0, lo: 0 };
const old: Halves = { hi: 0, lo: 0 };
const who = (t: Thread): string => `vCPU ${t.actor}`;
const frameSlot = (part: number): number => L.frame0 + part;

/** The next page of a crossing access is looked up, or the access itself is next. */
function translated(t: Thread, m: Machine): void {
  const part = t.get(L.part);
  if (m.onTranslated !== undefined) {
    partVa(m, t.actor, part, va);
    m.onTranslated(t.actor, va.hi, va.lo);
  }
  const last = part + 1 === parts(m, t.actor);
  t.set(L.part, last ? 0 : part + 1);
  t.goto(last ? (m.vcpu(t.actor).read(R.insLocked) === 0 ? 'memory' : 'locked') : 'lookup');
}

const controls = new Controls();

function lookUp(t: Thread, m: Machine): number {
  const v = t.actor;
  const r = m.vcpu(v);
  const part = t.get(L.part);
  partVa(m, v, part, va);
  controls.read(m, v);
  const found = askTlb(m, v, controls, va.hi, va.lo, r.read(R.insAccess), r.read(R.cpl) === 3);
  if (found < 0) return -found - 1;
  t.set(frameSlot(part), m.tlb.frame(found, va.hi, va.lo));
  return HIT;
}

function sayLookup(t: Thread, m: Machine): string {
  const v = t.actor;
  const found = t.get(L.found);
  // A hit has moved on to the next part, or back to the first for the access itself.
  const part = found === HIT && parts(m, v) === 2 ? 1 - t.get(L.part) : t.get(L.part);
  partVa(m, v, part, va);
  const page = sayVa(m, v, va.hi, va.lo);
  switch (found) {
    case HIT:
      return `The TLB of ${who(t)} knows the page: frame ${m.nameFrame(t.get(frameSlot(part)))}. No table is read.`;
    case DENIED:
      return `The TLB of ${who(t)} knows the page, but not with the rights this ${sayAccess(m.vcpu(v).read(R.insAccess))} needs. The processor asks the tables.`;
    case CLEAN:
      return `The TLB of ${who(t)} does not know the page as dirty. The processor walks, to set the dirty bit first.`;
    case BAD_ADDRESS:
      return `The address ${page} is not canonical: general protection fault, no table is read.`;
    default:
      if (m.hwMode(v).name === 'off')
        return `Paging is off: ${page} is where it says it is. Nothing needs to be looked up.`;
      return m.config.tlbEntries === 0
        ? `There is no TLB on this machine: ${who(t)} walks the tables for ${page}.`
        : `The TLB of ${who(t)} does not hold ${page}: the processor walks the tables.`;
  }
}

/** Others may flush this vCPU's TLB. */
const usesTlb = (_: Thread, m: Machine): Touch => (m.config.tlbEntries === 0 ? 'private' : 'racy');

/** Whether the memory step can go ahead as far as the store buffer is concerned. */
function bufferAllows(t: Thread, m: Machine): boolean {
  const b = m.storeBuffers;
  if (b.depth === 0) return true;
  if (m.vcpu(t.actor).read(R.insAccess) === WRITE) return !b.full(t.actor);
  const part = t.get(L.part);
  return b.ready(t.actor, t.get(frameSlot(part)), partOffset(m, t.actor, part), partBytes(m, t.actor, part));
}

/** One page's share of the access: the one step that touches guest data. */
function touchMemory(t: Thread, m: Machine): void {
  const v = t.actor;
  const r = m.vcpu(v);
  const part = t.get(L.part);
  const frame = t.get(frameSlot(part));
  const offset = partOffset(m, v, part);
  const bytes = partBytes(m, v, part);
  if (r.read(R.insAccess) === WRITE) {
    partValue(m, v, part, value);
    store(m, v, frame, offset, bytes, value);
  } else {
    m.storeBuffers.read(v, frame, offset, bytes, value);
    m.world.emit(MemoryRead, v, frame, offset, bytes, value.hi, value.lo);
    joinParts(m, v, part, value);
  }
  const count = parts(m, v);
  if (count > 1) t.set(L.part, part + 1);
  if (part + 1 < count) {
    t.goto('memory');
    return;
  }
  r.write(R.inAccess, 0);
  t.ret(OUTCOME_DONE);
}

function store(m: Machine, v: number, frame: number, offset: number, bytes: number, what: Halves): void {
  if (m.storeBuffers.depth > 0) {
    m.storeBuffers.push(v, frame, offset, bytes, what.hi, what.lo);
    m.world.emit(StoreBuffered, v, frame, offset, bytes, what.hi, what.lo);
    return;
  }
  writeBytes(m.memory, frame, offset, bytes, what.hi, what.lo);
  m.world.emit(MemoryWritten, v, frame, offset, bytes, what.hi, what.lo);
}

/** A locked read-modify-write: both pages of a crossing one at once, for the bus is locked. The result is the old value. */
function lockedUpdate(t: Thread, m: Machine): void {
  const v = t.actor;
  const r = m.vcpu(v);
  const count = parts(m, v);
  for (let part = 0; part < count; part++) {
    const frame = t.get(frameSlot(part));
    const offset = partOffset(m, v, part);
    m.storeBuffers.read(v, frame, offset, partBytes(m, v, part), value);
    m.world.emit(MemoryRead, v, frame, offset, partBytes(m, v, part), value.hi, value.lo);
    joinParts(m, v, part, value);
  }
  old.hi = r.read(R.resultHi);
  old.lo = r.read(R.resultLo);
  combine(m, v, old, value);
  const whole: Halves = { hi: value.hi, lo: value.lo };
  for (let part = 0; part < count; part++) {
    const frame = t.get(frameSlot(part));
    const offset = partOffset(m, v, part);
    const bytes = partBytes(m, v, part);
    partValue(m, v, part, value, whole);
    writeBytes(m.memory, frame, offset, bytes, value.hi, value.lo);
    m.world.emit(MemoryWritten, v, frame, offset, bytes, value.hi, value.lo);
  }
  r.write(R.inAccess, 0);
  t.ret(OUTCOME_DONE);
}

/** Whether the instruction under way is meant, by the program's own word, as a store to a table entry. */
function writesEntry(m: Machine, v: number): boolean {
  const op = m.programs[v]?.[m.vcpu(v).read(R.op)];
  return op !== undefined && (op.kind === 'pte' || (op.kind === 'store' && op.entry !== undefined));
}

function sayMemory(t: Thread, m: Machine): string {
  const r = m.vcpu(t.actor);
  const write = r.read(R.insAccess) === WRITE;
  // The part just done: a crossing access has counted it already.
  const part = parts(m, t.actor) === 1 ? 0 : t.get(L.part) - 1;
  const frame = m.nameFrame(t.get(frameSlot(part)));
  partValue(m, t.actor, part, value, write ? undefined : { hi: r.read(R.resultHi), lo: r.read(R.resultLo) });
  const seen = sayValue(value.hi, value.lo);
  const offset = partOffset(m, t.actor, part);
  const place = sayPlace(m, t.get(frameSlot(part)), offset);
  if (!write) return sayRead(t, m, part, seen, place);
  const mode = m.guestMode(t.actor);
  const size = 4 * mode.entryCells;
  if (m.storeBuffers.depth === 0 && writesEntry(m, t.actor) && offset % size === 0)
    return !present(value.lo)
      ? `The store reaches memory: entry ${sayIndex(offset / size)} of frame ${frame} is not present any more.`
      : `The store reaches memory: entry ${sayIndex(offset / size)} of frame ${frame} now says ${sayEntry(mode, value.hi, value.lo)}.`;
  return m.storeBuffers.depth > 0
    ? `${who(t)} puts ${seen} for ${place} into its store buffer. No other vCPU sees it yet.`
    : `${who(t)} writes ${seen} to ${place}.`;
}

/** A load that is served by the vCPU's own waiting store says so: nobody else would have read that. */
function sayRead(t: Thread, m: Machine, part: number, seen: string, place: string): string {
  const v = t.actor;
  const forwarded = m.storeBuffers.forwards(
    v,
    t.get(frameSlot(part)),
    partOffset(m, v, part),
    partBytes(m, v, part),
  );
  return forwarded
    ? `${who(t)} reads ${seen} for ${place} out of its own store buffer, where that store still waits.`
    : `${who(t)} reads ${seen} in ${place}.`;
}

/**
 * One memory instruction of the guest (the ins registers say which): TLB, walk, fault, and the access itself.
 * Returns the operation's outcome, which is also in the register. A faulting instruction that the hypervisor wants retried
 * starts over from its first page. Source: Intel SDM volume 3, "Caching translation information", "Page-fault exceptions".
 */
export const guestAccess = procedure<Machine>({
  name: 'guest_access',
  part: 'machine',
  lane: 'guest',
  about:
    'A load, store, fetch or locked operation of the guest: translate each page it touches, then touch memory.',
  slots: L,
  steps: [
    {
      label: 'lookup',
      line: 'access(va): look in the TLB',
      touch: usesTlb,
      run: (t, m) => {
        const found = lookUp(t, m);
        t.set(L.found, found);
        m.vcpu(t.actor).write(R.inAccess, found === BAD_ADDRESS ? 0 : 1);
        if (found === HIT) {
          m.world.emit(TlbHit, t.actor, va.hi, va.lo, t.get(frameSlot(t.get(L.part))));
          translated(t, m);
        } else if (found === BAD_ADDRESS) {
          m.generalProtection(t.actor);
          t.ret(OUTCOME_GENERAL_PROTECTION);
        }
      },
      say: sayLookup,
    },
    {
      label: 'walk',
      line: '  not there, or not with these rights: walk(va, access)',
      touch: 'private',
      lane: 'walk',
      run: (t, m) => {
        partVa(m, t.actor, t.get(L.part), va);
        t.callThen(
          'fill',
          m.exits.walk ?? hardwareWalk,
          [va.hi, va.lo, m.vcpu(t.actor).read(R.insAccess)],
          L.error,
        );
      },
      say: (t, m) => {
        partVa(m, t.actor, t.get(L.part), va);
        return `${who(t)} begins to walk for ${sayVa(m, t.actor, va.hi, va.lo)}.`;
      },
    },
    {
      label: 'fill',
      line: '  the walk succeeded: keep the translation in the TLB',
      touch: usesTlb,
      run: (t, m) => {
        if (t.get(L.error) >= 0) {
          m.vcpu(t.actor).write(R.inAccess, 0);
          t.goto('fault');
          return;
        }
        partVa(m, t.actor, t.get(L.part), va);
        // Without paging there is nothing to remember.
        if (m.hwMode(t.actor).name !== 'off')
          m.tlb.fill(t.actor, va.hi, va.lo, t.get(L.frame), t.get(L.shift), t.get(L.rights));
        t.set(frameSlot(t.get(L.part)), t.get(L.frame));
        translated(t, m);
      },
      say: (t, m) => {
        if (t.get(L.error) >= 0)
          return `Without a translation the ${sayAccess(m.vcpu(t.actor).read(R.insAccess))} cannot go on.`;
        const frame = m.nameFrame(t.get(L.frame));
        return m.config.tlbEntries === 0 || m.hwMode(t.actor).name === 'off'
          ? `${who(t)} uses frame ${frame} and forgets it: there is nothing to keep the translation in.`
          : `The TLB of ${who(t)} keeps the translation to frame ${frame}. From now on the tables can change without its noticing.`;
      },
    },
    {
      label: 'memory',
      line: '  read or write memory',
      touch: (t, m) =>
        m.storeBuffers.depth > 0 && m.vcpu(t.actor).read(R.insAccess) === WRITE ? 'buffered' : 'racy',
      beat: true,
      when: bufferAllows,
      run: touchMemory,
      say: sayMemory,
    },
    {
      label: 'locked',
      line: '  lock: read, compute and write memory at once',
      touch: 'racy',
      beat: true,
      when: (t, m) => m.storeBuffers.empty(t.actor),
      run: lockedUpdate,
      say: (t, m) => {
        const r = m.vcpu(t.actor);
        const op = LOCKED_OPS[r.read(R.insLocked) - 1] ?? 'xchg';
        const was = sayValue(r.read(R.resultHi), r.read(R.resultLo));
        combine(m, t.actor, { hi: r.read(R.resultHi), lo: r.read(R.resultLo) }, value);
        const now = sayValue(value.hi, value.lo);
        const failed =
          op === 'cmpxchg' && was === now ? ' Unchanged: it did not hold what was expected.' : '';
        return `${who(t)} does a locked ${op} in ${sayPlace(m, t.get(L.frame0), partOffset(m, t.actor, 0))}: ${was} becomes ${now}.${failed}`;
      },
    },
    {
      label: 'fault',
      line: '  the walk failed: #PF(va, error)',
      touch: 'private',
      beat: true,
      // Leaving the guest drains its stores first.
      when: (t, m) => m.storeBuffers.empty(t.actor),
      run: (t, m) => {
        partVa(m, t.actor, t.get(L.part), va);
        if ((t.get(L.error) & EXIT_BY_WALK) === 0)
          m.world.emit(PageFault, t.actor, va.hi, va.lo, t.get(L.error));
        const r = m.vcpu(t.actor);
        r.write(R.inHypervisor, 1);
        // It stops counting somewhere: an access that faults for ever must come back to a state it was in.
        r.write(R.faults, Math.min(r.read(R.faults) + 1, MOST_FAULTS));
        t.set(L.guestPage, 0);
        t.callThen('resume', m.exits.pageFault, [va.hi, va.lo, t.get(L.error)], L.verdict);
      },
      say: (t, m) => {
        partVa(m, t.actor, t.get(L.part), va);
        if ((t.get(L.error) & EXIT_BY_WALK) !== 0)
          return `The walk could not go on: ${who(t)} leaves the guest for the hypervisor.`;
        return `The ${sayAccess(m.vcpu(t.actor).read(R.insAccess))} at ${sayVa(m, t.actor, va.hi, va.lo)} faults, error code ${sayError(t.get(L.error))}.`;
      },
    },
    {
      label: 'resume',
      line: '  inject: CR2 = va, give the guest #PF; retry: access(va) again; done: go on',
      touch: 'private',
      beat: true,
      run: (t, m) => {
        const r = m.vcpu(t.actor);
        const verdict = t.get(L.verdict);
        r.write(R.inHypervisor, 0);
        if (verdict === FAULT_RETRY) {
          t.set(L.part, 0);
          t.goto('lookup');
          return;
        }
        if (verdict !== FAULT_INJECT) {
          t.ret(OUTCOME_DONE);
          return;
        }
        // An emulator goes through the whole instruction, and may fail at its other page.
        partVa(m, t.actor, t.get(L.guestPage) === 0 ? t.get(L.part) : t.get(L.guestPage) - 1, va);
        // CR2 belongs to the guest: a fault that it never hears of must not change it.
        r.write(R.cr2Hi, va.hi);
        r.write(R.cr2Lo, va.lo);
        r.write(R.outcome, OUTCOME_PAGE_FAULT);
        m.world.emit(GuestPageFault, t.actor, va.hi, va.lo, t.get(L.guestError));
        t.ret(OUTCOME_PAGE_FAULT);
      },
      say: (t, m) => {
        switch (t.get(L.verdict)) {
          case FAULT_INJECT: {
            const r = m.vcpu(t.actor);
            const at = sayVa(m, t.actor, r.read(R.cr2Hi), r.read(R.cr2Lo));
            return `The guest on ${who(t)} is given the page fault: CR2 is ${at}, error code ${sayError(t.get(L.guestError))}. Its handler skips the instruction.`;
          }
          case FAULT_RETRY:
            return `${who(t)} returns to the guest, which tries the instruction again.`;
          default:
            return `${who(t)} returns to the guest. The instruction has been done for it.`;
        }
      },
    },
  ],
});
