import { frameName, hex } from '../../base';
import type { Run } from '../../engine';
import * as c from '../../hypervisor/kvm/constants';
import type { LoggedEvent } from '../../kernel';
import { PFEC_I, PFEC_P, PFEC_RSVD, PFEC_U, PFEC_W } from '../../machine';
import { errorFlags } from './errorCode';

/** A fault of the shadow as the events of a run tell it: nothing is computed a second time. */
export interface FaultStory {
  readonly vcpu: number;
  /** Step of its first event. */
  readonly step: number;
  readonly vaHi: number;
  readonly vaLo: number;
  readonly error: number;
  /** The spte that the processor stopped at, halves; undefined if a TLB entry made it fault. */
  readonly met: { readonly hi: number; readonly lo: number; readonly level: number } | undefined;
  /** Events of the vCPU since, up to the end of the exit or of what is told. */
  readonly events: readonly LoggedEvent[];
  /** The exit is over. */
  readonly over: boolean;
}

/** How far back a fault is looked for, in steps. */
const FAR = 20_000;

/** The last fault of a vCPU before a cursor; undefined if it had none. */
export function lastFault(run: Run, cursor: number, vcpu: number): FaultStory | undefined {
  const from = Math.max(0, cursor - FAR);
  const mine = run
    .eventsIn(from, cursor)
    .filter((e) => e.vcpu === vcpu || (e.vcpu === undefined && run.actorOf(e.step) === vcpu));
  const at = mine.findLastIndex((e) => e.kind === 'KvmPageFault');
  const start = mine[at];
  if (start === undefined) return undefined;
  const walked = mine
    .slice(0, at)
    .findLast((e) => e.kind === 'WalkedLevel' || e.kind === 'WalkStarted' || e.kind === 'OperationStarted');
  const rest = mine.slice(at + 1);
  const end = rest.findIndex((e) => ENDS.has(e.kind) || (e.kind === 'WalkStarted' && e.walker === 0));
  return {
    vcpu,
    step: start.step,
    vaHi: Number(start.vaHi),
    vaLo: Number(start.vaLo),
    error: Number(start.error),
    met:
      walked?.kind === 'WalkedLevel' && walked.walker === 0
        ? { hi: Number(walked.hi), lo: Number(walked.lo), level: Number(walked.level) }
        : undefined,
    events: end < 0 ? rest : rest.slice(0, end),
    over: end >= 0,
  };
}

/** What comes when the guest runs again. */
const ENDS: ReadonlySet<string> = new Set(['OperationEnded', 'OperationStarted', 'TlbHit']);

/** Which row of the decision table (sheet 2.3) it is, and why: three sentences that the table's columns ask for. */
export interface Decision {
  /** 1 to 18; undefined while nothing is decided, or where the table has no row. */
  readonly row?: number;
  readonly name: string;
  readonly hardware: string;
  readonly guest: string;
  readonly state: string;
  readonly action: string;
}

type Facts = ReturnType<typeof factsOf>;

/** What the events say, one fact each. */
function factsOf({ error, events, met, over }: FaultStory) {
  const has = (kind: string): boolean => events.some((e) => e.kind === kind);
  const find = (kind: string): LoggedEvent | undefined => events.find((e) => e.kind === kind);
  // A walk that begins again reads its levels again: the last reading counts.
  const walkEnd = events.findIndex(
    (e) => e.kind === 'KvmWalkerError' || (e.kind === 'WalkEnded' && e.walker === 1),
  );
  const walk = walkEnd < 0 ? [] : events.slice(0, walkEnd + 1);
  const elements = walk.filter((e) => e.kind === 'KvmPagingElement');
  const set = find('KvmSetSpte');
  return {
    present: (error & PFEC_P) !== 0,
    write: (error & PFEC_W) !== 0,
    user: (error & PFEC_U) !== 0,
    reserved: (error & PFEC_RSVD) !== 0,
    walked: walkEnd >= 0,
    denied: find('KvmWalkerError'),
    leaf: elements.at(-1),
    guestWritable: elements.every((e) => (Number(e.lo) & c.SPTE_W) !== 0),
    madeDirty: walk.some((e) => e.kind === 'KvmSetDirtyBit'),
    requested: find('KvmSpteRequested'),
    locked: has('LockTaken'),
    released: has('LockReleased'),
    set,
    mmio: find('KvmMarkMmioSpte'),
    mmioHit: find('KvmHandleMmioPageFault'),
    mmioChecked: find('KvmCheckMmioSpte'),
    unsync: find('KvmUnsyncPage'),
    emulated: has('MemoryWritten') || has('KvmMmio'),
    zapped: has('KvmPrepareZapPage'),
    device: has('KvmMmio'),
    fast: find('KvmFastPageFault'),
    metLeaf: met !== undefined && (met.lo & c.SPTE_MMU_PRESENT) !== 0 ? met : undefined,
    over,
  };
}

/** What KVM concluded, told from the events of the fault. */
export function decisionOf(story: FaultStory): Decision {
  const f = factsOf(story);
  const hardware = hardwareWords(f, story);
  const guest = guestWords(f);
  const made = (row: number | undefined, name: string, state: string, action: string): Decision => ({
    ...(row === undefined ? {} : { row }),
    name,
    hardware,
    guest,
    state,
    action,
  });
  if (f.reserved && f.mmioChecked === undefined && !f.walked)
    return made(
      5,
      'MMIO',
      'The vCPU remembers the page of its last MMIO access.',
      'The instruction is emulated; no table is walked.',
    );
  if (f.mmioHit !== undefined)
    return made(
      5,
      'MMIO',
      'The spte is an MMIO spte of the present slot generation.',
      'The instruction is emulated.',
    );
  if (!f.walked && f.fast?.fixed !== 1)
    return made(undefined, 'not decided yet', 'KVM has not walked the guest’s tables yet.', '');
  return f.denied === undefined ? allowed(f, made) : reflected(f, Number(f.denied.pferr), made);
}

type Make = (row: number | undefined, name: string, state: string, action: string) => Decision;

/** The guest's own tables deny the access: whatever the shadow says, the fault is the guest's. */
function reflected(f: Facts, pferr: number, made: Make): Decision {
  const code = `#PF with ${errorFlags(pferr) === '' ? '0' : errorFlags(pferr)} for the guest.`;
  const any = 'Whatever the shadow holds.';
  if ((pferr & PFEC_P) === 0)
    return f.present
      ? made(
          17,
          'the guest’s own fault',
          'The shadow was stale: it still had an entry.',
          `${code} P is 0, although the processor said 1.`,
        )
      : made(1, 'the guest’s own fault', any, code);
  if ((pferr & PFEC_I) !== 0) return made(16, 'the guest’s own fault', any, code);
  if ((pferr & PFEC_W) !== 0) return made(6, 'the guest’s own fault', any, code);
  return made(undefined, 'the guest’s own fault', any, code);
}

function allowed(f: Facts, made: Make): Decision {
  if (f.fast !== undefined && f.fast.fixed === 1)
    return made(
      10,
      'dirty log',
      'Host- and MMU-writable are set, W is not.',
      'W is set by one compare-and-exchange, without mmu_lock.',
    );
  if (f.mmio !== undefined)
    return made(
      3,
      'MMIO, first touch',
      'No memory slot holds the frame.',
      'An MMIO spte is stored, and the instruction emulated.',
    );
  if (f.set !== undefined) return installed(f, f.set, made);
  if (f.requested !== undefined)
    return f.released
      ? made(
          11,
          'spurious',
          'The spte is right already: another vCPU was first, or a TLB was stale.',
          'Nothing is changed; the access is tried again.',
        )
      : made(undefined, 'being built', 'KVM builds the shadow under mmu_lock.', '');
  if (f.locked)
    return f.released
      ? made(
          18,
          'race',
          'The guest’s entry, or the host’s page, changed since the walk.',
          'Nothing is built: the access is tried again.',
        )
      : made(undefined, 'being built', 'KVM builds the shadow under mmu_lock.', '');
  if (f.device)
    return made(
      13,
      'read-only slot',
      'The memory slot is read-only.',
      'The instruction is emulated: the VMM gets the store.',
    );
  if (f.zapped && !f.emulated)
    return made(
      8,
      'store to a table',
      'The frame backs a shadow page of level 2 or more, and the instruction is none that writes tables.',
      'The page is unshadowed, and the guest stores by itself.',
    );
  if (f.emulated || f.over)
    return made(
      8,
      'store to a table',
      'The frame backs a shadow page of level 2 or more.',
      'The instruction is emulated, without the lock to decide it.',
    );
  return made(undefined, 'not decided yet', 'The guest allows the access; KVM looks at slot and shadow.', '');
}

/** An spte was set: what kind of fault that mended depends on what the processor met there. */
function installed(f: Facts, set: LoggedEvent, made: Make): Decision {
  const hi = Number(set.hi);
  const lo = Number(set.lo);
  const spte = `${frameName(Number(set.table)).replace('0x', 's')}[${hex(Number(set.index), 3)}]`;
  if (f.unsync !== undefined)
    return made(
      f.present ? 9 : 2,
      f.present ? 'store to a level-1 table' : 'shadow miss, on a level-1 table',
      'The frame backs a level-1 shadow page in sync.',
      `The page goes unsync and W is set in ${spte}: the guest stores by itself.`,
    );
  if (f.write && (lo & c.SPTE_W) === 0)
    return made(
      4,
      'store to a table, no spte yet',
      'The frame backs a shadow page of level 2 or more.',
      `${spte} is set read-only, and the instruction emulated.`,
    );
  if (f.write && (lo & c.SPTE_U) === 0 && !f.guestWritable)
    return made(
      14,
      'supervisor write',
      'CR0.WP is 0: the kernel may write read-only pages.',
      `${spte} is set with W = 1, U = 0${hi < 0 ? ', NX = 1' : ''}.`,
    );
  if (!f.present)
    return made(
      2,
      'shadow miss',
      'A memory slot holds the frame; the shadow has nothing.',
      `${spte} is set.`,
    );
  const met = f.metLeaf;
  if (!f.write && met !== undefined && (met.lo & c.SPTE_U) === 0 && f.user)
    return made(
      15,
      'back from a supervisor write',
      'The spte was the kernel’s only.',
      `${spte} is set with U = 1, W = 0.`,
    );
  if (f.madeDirty)
    return made(
      7,
      'dirty-bit emulation',
      'The guest’s entry was clean, so its spte had W = 0.',
      `D is set in the guest’s entry, W in ${spte}.`,
    );
  if (met !== undefined && (met.lo & c.SPTE_HOST_WRITABLE) === 0)
    return made(
      12,
      'host protection',
      'The host page could not be written (shared or zero page).',
      `The host makes a page of its own; ${spte} maps it.`,
    );
  if (met !== undefined && (met.lo & c.SPTE_MMU_WRITABLE) !== 0 && (met.lo & c.SPTE_W) === 0)
    return made(
      10,
      'dirty log',
      'Host- and MMU-writable were set, W was not.',
      `W is set in ${spte}, and the frame marked in the log.`,
    );
  return made(undefined, 'the shadow follows', 'The spte said something else.', `${spte} is set.`);
}

function hardwareWords(f: Facts, { error, met }: FaultStory): string {
  const code = `${errorFlags(error) === '' ? '0' : errorFlags(error)}`;
  const where =
    met === undefined
      ? 'It had the translation in its TLB.'
      : `It stopped at a level-${met.level} entry of the shadow.`;
  return `The processor says ${code}. ${f.reserved ? 'A reserved bit marks an address without memory.' : where}`;
}

function guestWords(f: Facts): string {
  if (!f.walked)
    return f.fast === undefined ? 'The guest’s tables have not been asked.' : 'The guest does not page.';
  if (f.denied !== undefined)
    return (Number(f.denied.pferr) & PFEC_P) === 0
      ? 'The guest’s entry is not present.'
      : 'The guest’s rights deny it.';
  const dirty = f.madeDirty ? ' Its entry was clean.' : '';
  return `The guest’s tables allow it.${dirty}`;
}
