/** Who walks the guest's tables: the processor with nobody between (`bare`), the processor after validation (`direct`), or nobody: it walks a shadow. */
export type Tables = 'bare' | 'direct' | 'shadow';

/** How the guest changes the rights of one entry. */
export type Change = 'naive' | 'exchange' | 'cmpxchg' | 'xor' | 'preserve';

/** Who is told of a TLB flush, and what it costs (sheet section 8). */
export type Flush = 'bare' | 'xen' | 'vmi' | 'lguest' | 'unsync';

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
  /** The new value itself waits in the queue; the table is written by the hypervisor. */
  readonly setQueued: boolean;
  /** Updates that the queue holds; the next one empties it. */
  readonly queue: number;
}

const BARE = {
  tables: 'bare',
  flush: 'bare',
  lazy: false,
  notifies: false,
  setQueued: false,
  queue: 0,
} as const;
const XEN = { tables: 'direct', flush: 'xen', notifies: false, queue: 32 } as const;

/** The queue inside VMI's ROM is not public: as many as two tables of 1,024 entries need, with two updates each. */
const UNLIMITED = 4096;

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
    setQueued: false,
    ...XEN,
  },
  {
    name: 'trap-queued',
    says: 'Direct paging as Linux 2.6.2x had it on Xen: the exchange is trapped, the new value waits in the multicall queue.',
    change: 'exchange',
    lazy: true,
    setQueued: true,
    ...XEN,
  },
  {
    name: 'preserve-ad',
    says: 'Xen’s update that keeps A and D as they are in the table at that moment, in batches of up to 32.',
    change: 'preserve',
    lazy: true,
    setQueued: true,
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
    setQueued: false,
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
    setQueued: false,
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
    setQueued: false,
    queue: 0,
  },
];

export const schemeNamed = (name: string): Scheme | undefined => SCHEMES.find((s) => s.name === name);
