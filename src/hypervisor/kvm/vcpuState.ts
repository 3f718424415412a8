import type { Store } from '../../kernel';
import { NamedCells } from '../cells';

const PER_LEVEL = ['table', 'hi', 'lo', 'above', 'writable'] as const;
type PerLevel = (typeof PER_LEVEL)[number];
type LevelCell = `${PerLevel}${1 | 2 | 3 | 4}`;

const PLAIN = [
  // The MMU: which role its roots have, the current root (0: none), the CR3 it is for, three cached ones.
  ...(['rootRole', 'root', 'rootPgdHi', 'rootPgdLo'] as const),
  ...(['prev0', 'prev0PgdHi', 'prev0PgdLo', 'prev1', 'prev1PgdHi', 'prev1PgdLo'] as const),
  ...(['prev2', 'prev2PgdHi', 'prev2PgdLo'] as const),
  // The four level-2 roots of a guest with 32-bit addresses, and its PDPTEs as loaded.
  ...(['pae0', 'pae1', 'pae2', 'pae3'] as const),
  ...(['pdptr0Hi', 'pdptr0Lo', 'pdptr1Hi', 'pdptr1Lo'] as const),
  ...(['pdptr2Hi', 'pdptr2Lo', 'pdptr3Hi', 'pdptr3Lo'] as const),
  /** vcpu->mode: what a flush of all TLBs must know of the vCPU. */
  'mode',
  /** The shadow table that it reads next without mmu_lock; 0 if it does not. */
  'reading',
  /** It reads shadow tables inside an RCU section (as in 2012): pages zapped meanwhile are not freed before it is over. */
  'rcuReader',
  /** Its last exchange without the lock changed more of a spte than W and the identification: never, if I19 holds. */
  'exchangedMore',
  /** The spte (as in reverse maps) that it has opened without the lock and not yet marked in the dirty log. */
  'toLog',
  /** What must be done before the next entry, REQ_* bits: asked for by the vCPU itself, and by others. */
  'requests',
  'remoteRequests',
  // The last MMIO access: its page (hi is -1 for none), rights, frame, and the slots' generation of the time.
  ...(['mmioKnown', 'mmioVaHi', 'mmioVaLo', 'mmioAccess', 'mmioGfn', 'mmioGen'] as const),
  // An exception for the guest: 0 none, 1 queued, 2 its delivery was interrupted by an exit.
  ...(['exception', 'exceptionError', 'exceptionVaHi', 'exceptionVaLo'] as const),
  // Where the instruction of the exit was fetched from, if the guest has code at all; and where a retry was allowed last.
  ...([
    'ripKnown',
    'ripHi',
    'ripLo',
    'retryRipHi',
    'retryRipLo',
    'retryVaHi',
    'retryVaLo',
    'retried',
  ] as const),
  /** The fault wrote to the very tables that translate its address. */
  'writeToOwnTable',
  // Of a repeated string instruction: elements still to be stored, if that is known, and how many the last emulation did.
  ...(['stringLeft', 'emulated'] as const),
  // The software walk of the guest's tables: struct guest_walker.
  ...(['walkLevel', 'walkMax', 'walkGfn', 'walkAccess', 'walkError'] as const),
] as const;

export const REQ_FREE_OBSOLETE_ROOTS = 1;
export const REQ_MMU_SYNC = 2;
export const REQ_LOAD_PGD = 4;
export const REQ_TLB_FLUSH_CURRENT = 8;
export const REQ_TLB_FLUSH_GUEST = 16;
export const REQ_TLB_FLUSH = 32;
/** Not the kernel's: registers that the VMM has loaded while the vCPU was in its guest. */
export const REQ_SET_SREGS = 64;
/** Those that other processors make: in a cell of their own, for all others are nobody else's business. */
const REMOTE = REQ_FREE_OBSOLETE_ROOTS | REQ_TLB_FLUSH | REQ_SET_SREGS;

/** vcpu->mode (sheet 1.6). EXITING_GUEST_MODE is passed through within the step that makes a vCPU leave its guest. */
export const OUTSIDE_GUEST_MODE = 0;
export const IN_GUEST_MODE = 1;
export const READING_SHADOW_PAGE_TABLES = 3;

export const EXCEPTION_QUEUED = 1;
export const EXCEPTION_INJECTED = 2;

export type VcpuField = (typeof PLAIN)[number];
type Walked = LevelCell | `prefetch${'Hi' | 'Lo'}${0 | 1 | 2 | 3 | 4 | 5 | 6 | 7}`;

const LEVEL_NAMES = [1, 2, 3, 4].flatMap((level) => PER_LEVEL.map((name) => `${name}${level}` as LevelCell));
const PREFETCH_NAMES = Array.from(
  { length: 8 },
  (_, i) => [`prefetchHi${i}`, `prefetchLo${i}`] as Walked[],
).flat();

/** What KVM keeps of one vCPU for its MMU, field by field. */
export class VcpuState {
  private readonly cells: NamedCells<VcpuField>;
  /** struct guest_walker, per level 1 to 4, and the group of eight entries kept for prefetch. */
  private readonly walked: NamedCells<Walked>;
  /** Only invariants look at it; it is no part of the state's identity. `syncedRoot`: a root with nothing unsync below it since. `open`: exits less entries. */
  readonly witness: NamedCells<'syncedRoot' | 'open'>;

  constructor(
    store: Store,
    readonly index: number,
  ) {
    this.cells = new NamedCells(store, `MMU of vCPU ${index}`, PLAIN);
    this.witness = new NamedCells(store, `witness of vCPU ${index}`, ['syncedRoot', 'open'], 'witness');
    this.walked = new NamedCells(store, `guest walk of vCPU ${index}`, [...LEVEL_NAMES, ...PREFETCH_NAMES]);
  }

  get(field: VcpuField): number {
    return this.cells.get(field);
  }

  set(field: VcpuField, value: number): void {
    this.cells.set(field, value);
  }

  /** Of the walk: the table's gfn, the entry's halves, the rights above the table, whether the slot can be written. */
  level(name: PerLevel, level: number): number {
    return this.walked.get(`${name}${level as 1}`);
  }

  setLevel(name: PerLevel, level: number, value: number): void {
    this.walked.set(`${name}${level as 1}`, value);
  }

  prefetch(i: number, half: 'Hi' | 'Lo'): number {
    return this.walked.get(`prefetch${half}${i as 0}`);
  }

  setPrefetch(i: number, hi: number, lo: number): void {
    this.walked.set(`prefetchHi${i as 0}`, hi);
    this.walked.set(`prefetchLo${i as 0}`, lo);
  }

  /** The walk is used up: two states differ only in what is alive. */
  forgetWalk(): void {
    if (this.get('walkMax') === 0) return; // none was made
    for (const name of LEVEL_NAMES) this.walked.set(name, 0);
    for (const name of PREFETCH_NAMES) this.walked.set(name, 0);
    for (const name of ['walkLevel', 'walkMax', 'walkGfn', 'walkAccess', 'walkError'] as const)
      this.cells.set(name, 0);
  }

  private cellOf(bit: number): 'requests' | 'remoteRequests' {
    return (bit & REMOTE) === 0 ? 'requests' : 'remoteRequests';
  }

  request(bits: number): void {
    if ((bits & ~REMOTE) !== 0) this.set('requests', this.get('requests') | (bits & ~REMOTE));
    if ((bits & REMOTE) !== 0) this.set('remoteRequests', this.get('remoteRequests') | (bits & REMOTE));
  }

  /** An exit begins: the vCPU is outside of its guest. */
  leaveGuest(): void {
    this.set('mode', OUTSIDE_GUEST_MODE);
    this.witness.set('open', this.witness.get('open') + 1);
  }

  /** kvm_test_request. */
  asked(bit: number): boolean {
    return (this.get(this.cellOf(bit)) & bit) !== 0;
  }

  /** kvm_check_request: takes the request if it is made. */
  takeRequest(bit: number): boolean {
    const cell = this.cellOf(bit);
    const requests = this.get(cell);
    this.set(cell, requests & ~bit);
    return (requests & bit) !== 0;
  }

  /** One of the four PDPTEs as loaded: halves by name. */
  pdptr(i: number, half: 'Hi' | 'Lo'): number {
    return this.get(`pdptr${i as 0}${half}`);
  }

  setPdptr(i: number, hi: number, lo: number): void {
    this.set(`pdptr${i as 0}Hi`, hi);
    this.set(`pdptr${i as 0}Lo`, lo);
  }

  /** A level-2 root of a guest with 32-bit addresses; 0 if there is none. */
  pae(i: number): number {
    return this.get(`pae${i as 0}`);
  }

  setPae(i: number, sfn: number): void {
    this.set(`pae${i as 0}`, sfn);
  }

  /** A cached root; 0 if the slot is empty. */
  prev(i: number): number {
    return this.get(`prev${i as 0}`);
  }

  setPrev(i: number, sfn: number, pgdHi: number, pgdLo: number): void {
    this.set(`prev${i as 0}`, sfn);
    this.set(`prev${i as 0}PgdHi`, pgdHi);
    this.set(`prev${i as 0}PgdLo`, pgdLo);
  }

  setRoot(sfn: number, pgdHi: number, pgdLo: number): void {
    this.set('root', sfn);
    this.set('rootPgdHi', pgdHi);
    this.set('rootPgdLo', pgdLo);
  }

  /** Exchanges the current root with a cached one. */
  swapRoot(i: number): void {
    const [sfn, hi, lo] = [this.get('root'), this.get('rootPgdHi'), this.get('rootPgdLo')];
    this.setRoot(this.prev(i), this.get(`prev${i as 0}PgdHi`), this.get(`prev${i as 0}PgdLo`));
    this.setPrev(i, sfn, hi, lo);
  }
}
