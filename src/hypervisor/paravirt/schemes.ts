/** Who walks the guest's tables: the processor with nobody between (`bare`), the processor after validation (`direct`), or nobody: it walks a shadow. */
export type Tables = 'bare' | 'direct' | 'shadow';

/** How the guest changes the rights of one entry. */
export type Change = 'naive' | 'exchange' | 'cmpxchg' | 'xor' | 'preserve';

/** Who is told of a TLB flush, and what it costs (sheet section 8). */
export type Flush = 'bare' | 'xen' | 'vmi' | 'lguest' | 'unsync' | 'mmu-op';

/**
 * How a shadow's keeper hears of stores to the guest's tables: `trusts` the guest to tell of them, or guards the tables against
 * stores and then carries each out (`emulates`), or lets a level-1 table go out of sync at the first (`unsyncs`).
 */
export type Keeping = 'trusts' | 'emulates' | 'unsyncs';

/**
 * A scheme: one way for a guest to change live entries, as a row of data. What a row says is all that differs; the guest's
 * mprotect is the same text in every scheme.
 */
export interface Scheme {
  readonly name: string;
  readonly says: string;
  readonly tables: Tables;
  readonly change: Change;
  readonly flush: Flush;
  /** Updates may wait in a queue while the guest is in lazy mode. */
  readonly lazy: boolean;
  /** The hypervisor is told of each clearing and each setting of an entry, for it cannot see them. */
  readonly notifies: boolean;
  /** When the new value itself goes to the hypervisor, which writes the table: while the guest is lazy, or whenever it sets one. */
  readonly setQueued: 'never' | 'lazy' | 'always';
  readonly keeping: Keeping;
  /** Updates that the queue holds; the next one empties it. */
  readonly queue: number;
}

const BARE = {
  tables: 'bare',
  flush: 'bare',
  lazy: false,
  notifies: false,
  setQueued: 'never',
  keeping: 'trusts',
  queue: 0,
} as const;
const XEN = { tables: 'direct', flush: 'xen', notifies: false, keeping: 'trusts', queue: 32 } as const;

/** The queue inside VMI's ROM is not public: as many as two tables of 1,024 entries need, with two updates each. */
const UNLIMITED = 4096;

/** Bytes that a vCPU of KVM's paravirtual MMU keeps for records (struct kvm_para_state), and of a record (kvm_mmu_op_write_pte). */
const RECORDS = 1024;
const RECORD = 24;

export const SCHEMES: readonly Scheme[] = [
  {
    name: 'native',
    says: 'Bare hardware as Linux does it since 2.4: exchange the entry for zero, then write the new one.',
    change: 'exchange',
    ...BARE,
  },
  {
    name: 'naive',
    says: 'Read, change, write: for contrast. What the processor marks in between is lost.',
    change: 'naive',
    ...BARE,
  },
  {
    name: 'cmpxchg',
    says: 'Compare and exchange, and once more if the processor marked the entry in between: three attempts at most.',
    change: 'cmpxchg',
    ...BARE,
  },
  {
    name: 'xor',
    says: 'Lock xor of the bits that change, as Amsden proposed in 2008: one operation, no window; it needs the page-table lock.',
    change: 'xor',
    ...BARE,
  },
  {
    name: 'trap',
    says: 'Direct paging, every access to an entry trapped and emulated: how the patch of 2008 counts its starting point.',
    change: 'exchange',
    lazy: false,
    setQueued: 'never',
    ...XEN,
  },
  {
    name: 'trap-queued',
    says: 'Direct paging as Linux 2.6.2x had it on Xen: the exchange is trapped, the new value waits in the multicall queue.',
    change: 'exchange',
    lazy: true,
    setQueued: 'lazy',
    ...XEN,
  },
  {
    name: 'preserve-ad',
    says: 'Xen’s update that keeps A and D as they are in the table at that moment, in batches of up to 32.',
    change: 'preserve',
    lazy: true,
    setQueued: 'lazy',
    ...XEN,
  },
  {
    name: 'vmi',
    says: 'VMware’s VMI: the guest writes its tables as ordinary memory and queues what the shadow must learn, until lazy mode ends.',
    tables: 'shadow',
    change: 'exchange',
    flush: 'vmi',
    lazy: true,
    notifies: true,
    setQueued: 'never',
    keeping: 'trusts',
    queue: UNLIMITED,
  },
  {
    name: 'lguest',
    says: 'lguest, the smallest shadow: changes are announced in a ring of 64 hypercalls, every flush drops the user’s half.',
    tables: 'shadow',
    change: 'exchange',
    flush: 'lguest',
    lazy: true,
    notifies: true,
    setQueued: 'never',
    keeping: 'trusts',
    queue: 64,
  },
  {
    name: 'unsync',
    says: 'An unmodified guest over a shadow that may be stale: the first store traps, the TLB flush compares (KVM).',
    tables: 'shadow',
    change: 'exchange',
    flush: 'unsync',
    lazy: false,
    notifies: false,
    setQueued: 'never',
    keeping: 'unsyncs',
    queue: 0,
  },
  {
    name: 'mmu-op',
    says: 'KVM’s paravirtual MMU, 2008 to 2011: new values go to the hypervisor, up to 42 in a call; the exchange before meets a guarded table, and traps.',
    tables: 'shadow',
    change: 'exchange',
    flush: 'mmu-op',
    lazy: true,
    notifies: false,
    setQueued: 'always',
    keeping: 'emulates',
    queue: Math.floor(RECORDS / RECORD),
  },
];

export const schemeNamed = (name: string): Scheme | undefined => SCHEMES.find((s) => s.name === name);
