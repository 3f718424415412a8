import type { SwitchSpec, Tag } from '../design';

interface XiSwitch extends SwitchSpec {
  /** As the sheet has it (sheet 0). */
  readonly tag: Tag;
  /** Where the sheet says so. */
  readonly section: string;
}

const on = (
  name: string,
  label: string,
  says: string,
  tag: Tag,
  section: string,
  protects?: string,
): XiSwitch => ({
  name,
  label,
  says,
  default: true,
  tag,
  section,
  ...(protects === undefined ? {} : { protects }),
});

const off = (name: string, label: string, says: string, tag: Tag, section: string): XiSwitch => ({
  name,
  label,
  says,
  default: false,
  tag,
  section,
});

/** What can be switched: ways of working first, then protections, of which each has an invariant that breaks without it. */
export const XI_SWITCHES: readonly XiSwitch[] = [
  on(
    'chain-walk',
    'Walk the chain',
    'Finds the mappings of a page by its chain of backlinks. Without it every entry of every leaf shadow is read.',
    'K',
    '1, 3',
  ),
  off(
    'writable-count',
    'Writable count',
    'A linear search stops when it has found as many writable mappings as there are, as the incumbent’s did. Without it every entry is read.',
    'K',
    '3',
  ),
  off(
    'one-hint',
    'One remembered place',
    'A linear search looks first where the last writable mapping was installed, as the incumbent’s did for HVM guests. Without it the search begins with the first shadow.',
    'K',
    '3',
  ),
  on(
    'prefetch',
    'Prefetch by resync',
    'A resync installs every entry that differs. Without it each costs a fault of its own.',
    'RECONSTRUCTED',
    '15',
  ),
  on(
    'protect-at-birth',
    'Protect at birth',
    'A page newly found to be a page table is write-protected before its shadow is used. Without it the guest goes on writing a table whose shadow does not know.',
    'K',
    '5.5',
    'I4',
  ),
  on(
    'search-large',
    'Search large pages too',
    'A large mapping is in the chain of its first page only, so that chain is searched as well. Without it a large page that contains the table stays writable.',
    'RECONSTRUCTED',
    '4.4, 5.5',
    'I4',
  ),
  on(
    'flush-protected',
    'Flush what was protected',
    'When mappings have lost their right to write, the TLBs are flushed. Without it a processor writes the page table by what it remembers.',
    'RECONSTRUCTED',
    '5.5',
    'T1',
  ),
  on(
    'flush-before-compare',
    'Flush before comparing',
    'A resync flushes the other TLBs before it compares. Without it a store that comes between is not seen.',
    'RECONSTRUCTED',
    '5.8b',
    'I9',
  ),
  on(
    'pin-path',
    'Pin the walk path',
    'Shadows on the path of the operation in progress are not recycled. Without it a fault recycles what it is about to link to.',
    'RECONSTRUCTED',
    '5.9',
    'I13',
  ),
  on(
    'refill',
    'Refill what was recycled',
    'The fault path installs a missing entry even if the guest’s entry equals its snapshot. Without it an entry whose shadow was recycled is missing for ever.',
    'RECONSTRUCTED',
    '5.8e',
    'T2',
  ),
  on(
    'owed-flush',
    'Pay the owed flush',
    'A removed entry owes a TLB flush, paid before the lock is given back. Without it a processor uses a translation that is gone.',
    'RECONSTRUCTED',
    '5.4',
    'T3',
  ),
  on(
    'unlink-parents',
    'Unlink the parents',
    'Recycling a shadow clears every entry that points to it. Without it an upper shadow leads to a table that belongs to something else.',
    'RECONSTRUCTED',
    '5.9',
    'I8',
  ),
  on(
    'sync-path',
    'Sync the path of a fault',
    'A fault brings the entries on its path up to date before it decides. Without it an old entry is given new rights, and a store goes to the wrong page.',
    'RECONSTRUCTED',
    '5.8d',
    'I8',
  ),
  on(
    'stale-all',
    'Mark every shadow of the page',
    'Opening a page for writing marks every shadow of it as stale, for protection is a property of the page. Without it a second shadow of the same table is never brought up to date.',
    'RECONSTRUCTED',
    '5.8a',
    'I9',
  ),
  on(
    'zero-before-use',
    'Zero before use',
    'A kit is zeroed before it is used, on the critical path if nobody has done it before. Without it the copy of the last table is taken for a copy of this one.',
    'K',
    '5.2',
    'T4',
  ),
];

export const XI_KNOBS = [
  {
    name: 'kits',
    says: 'How many kits the pool has, in all. If not said, as many as the reservation holds.',
  },
  {
    name: 'share',
    says: 'The reservation, in thousandths of the domain’s memory: 50 if not said, which is the 5 % of the source.',
  },
  {
    name: 'kit-pages',
    says: 'Pages that a kit counts as in the reservation: 4 if not said (table, snapshot, two of backlinks), 2 without backlinks, 1 without either.',
  },
  {
    name: 'snapshots',
    says: 'How many snapshots there are, in a pool of their own: attached while a table is open, as was proposed. If not said, each kit has its own for life.',
  },
  {
    name: 'backlinks-of-tables-only',
    says: '1: only mappings of page tables have backlinks, as was proposed; the first detection of one must then search for its mappings. 0, if not said: every entry has one.',
  },
  {
    name: 'idle-zeroing',
    says: '1: an idle loop zeroes free kits ahead of time, which was planned. 2: it also recycles the coldest shadow when no kit is free. 0, if not said: it does neither.',
  },
  {
    name: 'zeroed-pages',
    says: 'How many of the four pages of a kit zeroing counts as: 4 if not said. Which ones need it is uncertain.',
  },
  {
    name: 'emulate-writes',
    says: '1: each store to a page table is emulated, as in the shadow code that Xen took instead. 0, if not said: the table is opened, and resynced later.',
  },
  {
    name: 'touch-on-hit',
    says: '1: an access that hits counts as a use of the shadow, although no software can see it. 0, if not said: only CR3 loads and faults count.',
  },
  {
    name: 'a-d-emulation',
    says: '0: A and D of the guest’s entries are left alone. 1, if not said: a first write faults, so that D can be set.',
  },
  {
    name: 'domains',
    says: '2: each of the two vCPUs is a domain of its own, with half of the kits. 1 if not said.',
  },
  {
    name: 'shared-heap',
    says: '1: the domains draw on one heap of kits. 0, if not said: each has its reservation.',
  },
] as const;
