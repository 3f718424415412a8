import type { Variation } from '../beside/twin';
import type { Tag } from './tags';

interface Said {
  readonly words: string;
  readonly tag: Tag;
}

/** A setting that answers a question one way, and the same the other way. */
export interface DebateSetting {
  readonly label: string;
  /** One sentence: what the two sides of it are. */
  readonly says: string;
  readonly on: Variation;
  readonly off: Variation;
  readonly onWord: string;
  readonly offWord: string;
  readonly tag: Tag;
  /** The library's scenario in which it makes a difference. */
  readonly seen: string;
}

/** One question of the mails of July 2006 (sheet 9). */
export interface Question {
  readonly id: string;
  readonly question: string;
  readonly hanzhu: Said | undefined;
  readonly phillips: Said;
  readonly later: Said & { readonly source?: string };
  readonly settings: readonly DebateSetting[];
}

const known = (words: string): Said => ({ words, tag: 'K' });

const chain: DebateSetting = {
  label: 'Who maps a page',
  says: 'Along the chain of backlinks, or by reading every entry of every leaf table.',
  on: { switches: { 'chain-walk': true } },
  off: { switches: { 'chain-walk': false } },
  onWord: 'chain',
  offWord: 'linear search',
  tag: 'K',
  seen: 'xi-data-becomes-a-table',
};

export const QUESTIONS: readonly Question[] = [
  {
    id: 'snapshots',
    question: 'One snapshot per shadow, for life?',
    hanzhu: known(
      'Many page tables are hardly changed once they are built. Give snapshots from a pool of their own, to those that are being changed. The logic must change then: a shadow is filled when it is made, and setting up a whole lower level is not cheap any more.',
    ),
    phillips: known(
      'Keep the kit together: take one off the list, and nothing else need be allocated on the critical path.',
    ),
    later: {
      ...known('Xen 3.3 came back to snapshots, with three for each vCPU.'),
      source: 'Xen 50b74f55e0 (5 July 2008)',
    },
    settings: [
      {
        label: 'Where snapshots are kept',
        says: 'Each kit has its own for life, or two wait in a pool of their own and are lent to tables that are open. A shadow without a snapshot must be filled when it is made.',
        on: { knobs: { snapshots: null } },
        off: { knobs: { snapshots: 2 } },
        onWord: 'in the kit',
        offWord: 'a pool of 2',
        tag: 'RECONSTRUCTED',
        seen: 'xi-batch-of-writes',
      },
      {
        label: 'What a resync does',
        says: 'It installs every entry that differs from the snapshot, or leaves each to a fault of its own.',
        on: { switches: { prefetch: true } },
        off: { switches: { prefetch: false } },
        onWord: 'prefetch',
        offWord: 'lazy',
        tag: 'RECONSTRUCTED',
        seen: 'xi-batch-of-writes',
      },
      {
        label: 'What a store to a page table does',
        says: 'It opens the table, which is compared with its snapshot later; or XI performs each store, as the code did that Xen took instead, and compares nothing.',
        on: { knobs: { 'emulate-writes': null } },
        off: { knobs: { 'emulate-writes': 1 } },
        onWord: 'opens the table',
        offWord: 'is emulated',
        tag: 'UNCERTAIN',
        seen: 'xi-batch-of-writes',
      },
    ],
  },
  {
    id: 'backlinks',
    question: 'Backlinks for ordinary pages too?',
    hanzhu: known(
      'Two pages for each shadow are much. Ordinary pages need them only when a frame is exchanged, a large page is divided, or a migration logs writes. Keep them for page tables.',
    ),
    phillips: known(
      'You cannot know beforehand which page becomes a page table: the first time, it would have to be searched for. Backlinks for some entries would have to be allocated within the fault. An array with one for each entry is simple because it is total.',
    ),
    later: {
      ...known(
        'Xen tried a partial reverse map in 2008 and replaced it two weeks later by two remembered mappings for each page out of sync. KVM kept a full reverse map.',
      ),
      source: 'Xen 047782fa01 (20 June 2008), 50b74f55e0 (5 July 2008)',
    },
    settings: [
      chain,
      {
        label: 'Which entries have backlinks',
        says: 'Every entry, or only those that map a page table. Then the first time a page becomes one, its mappings must be searched for.',
        on: { knobs: { 'backlinks-of-tables-only': null } },
        off: { knobs: { 'backlinks-of-tables-only': 1 } },
        onWord: 'every entry',
        offWord: 'page tables only',
        tag: 'RECONSTRUCTED',
        seen: 'xi-backlinks-of-tables-only',
      },
    ],
  },
  {
    id: 'reserve',
    question: 'Reserve memory up front?',
    hanzhu: known('Reasonable, for shadow pages and their descriptors.'),
    phillips: known(
      'The pages belong to the domain for life. A heap that domains share would help only if they are promised more memory than there is.',
    ),
    later: {
      ...known('Shadow2, merged in August 2006: a pool for each domain, too.'),
      source: 'Xen 49f7c7364e (16 August 2006)',
    },
    settings: [
      {
        label: 'Size of the pool',
        says: 'A pool too small for what the guest uses recycles, and the same shadows are made again.',
        on: { knobs: { kits: 12 } },
        off: { knobs: { kits: 3 } },
        onWord: '12 kits',
        offWord: '3 kits',
        tag: 'RECONSTRUCTED',
        seen: 'xi-pool-pressure',
      },
      {
        label: 'Who zeroes a kit',
        says: 'An idle processor, ahead of time, which was planned; or whoever takes it, while the guest waits.',
        on: { knobs: { 'idle-zeroing': 2 } },
        off: { knobs: { 'idle-zeroing': 0 } },
        onWord: 'idle loop',
        offWord: 'the fault',
        tag: 'K',
        seen: 'xi-zeroing-ahead',
      },
    ],
  },
  {
    id: 'overcommit',
    question: 'Promise domains more than there is?',
    hanzhu: undefined,
    phillips: known(
      'Perilous: what one domain can do then depends on what the others do, and nothing pushes back on the one that takes too much.',
    ),
    later: { words: 'Nothing is known of an answer.', tag: 'UNCERTAIN' },
    settings: [
      {
        label: 'Whose kits',
        says: 'Each domain has its own, or all draw on one heap.',
        on: { knobs: { 'shared-heap': 0 } },
        off: { knobs: { 'shared-heap': 1 } },
        onWord: 'reserved',
        offWord: 'shared',
        tag: 'K',
        seen: 'xi-reserved',
      },
    ],
  },
  {
    id: 'none',
    question: 'No backlinks at all?',
    hanzhu: undefined,
    phillips: known(
      'Possible, if a linear search is acceptable. It is a trade of space against speed, and memory is plentiful.',
    ),
    later: {
      ...known('Shadow2 chose that: it guesses at two known addresses, then reads all shadows.'),
      source: 'Xen 49f7c7364e (16 August 2006)',
    },
    settings: [
      chain,
      {
        label: 'When a search stops',
        says: 'It knows how many writable mappings there are and stops at the last, or reads on to the end.',
        on: { switches: { 'chain-walk': false, 'writable-count': true } },
        off: { switches: { 'chain-walk': false, 'writable-count': false } },
        onWord: 'counting',
        offWord: 'to the end',
        tag: 'K',
        seen: 'xi-data-becomes-a-table-real-size',
      },
    ],
  },
];

/** What was reconstructed and what is not known, for the foot of the story (sheet 13). */
export const LEDGER: readonly { readonly tag: Tag; readonly what: string }[] = [
  {
    tag: 'K',
    what: 'A reservation for each domain, about 5 %; kits recycled by least recent use; one snapshot and two pages of backlinks for each shadow; a backlink for each of 512 entries; four uses of them; a new shadow is left out of sync; zeroing is unwanted where somebody waits.',
  },
  {
    tag: 'D',
    what: 'Backlinks of 16 bytes, 32 bytes for each entry, room to map all memory 6.4 times, what chain and search read.',
  },
  {
    tag: 'RECONSTRUCTED',
    what: 'prev and next, the heads of chains, a large page in the chain of its first frame, parent chains, all steps, the decision table, when a resync comes, A and D, quadrants, pinning.',
  },
  {
    tag: 'UNCERTAIN',
    what: 'What ASI stands for, what “system memory” means, which pages are zeroed, locking, what counts as use, whether stores to page tables were let through, any measured time.',
  },
];

/** Misreadings to avoid (sheet 14). */
export const MISREADINGS: readonly { readonly read: string; readonly right: string }[] = [
  {
    read: 'Backlinks mark page tables.',
    right: 'Every entry has one. Only their use is mostly for page tables.',
  },
  {
    read: '5 % buys shadow tables.',
    right: 'It buys kits: three quarters of it are snapshots and backlinks.',
  },
  {
    read: '“4 times faster” is what the chain gains.',
    right: 'It is the title of the thread. Nobody knows what was timed.',
  },
  { read: 'XI zeroes pages in the idle loop.', right: 'That was a plan.' },
  {
    read: 'XI invented snapshots, back pointers, pre-zeroed pages.',
    right:
      'Xen’s code had a snapshot on demand, one back pointer for each page and a list of zeroed pages. XI made the first permanent and the second complete.',
  },
  {
    read: 'A backlink points from a page to an entry.',
    right:
      'It sits beside its entry and points to other backlinks of the same page. Only the head belongs to the page.',
  },
  { read: 'The order of use is over pages.', right: 'Over shadow tables.' },
  {
    read: 'A reservation cannot run out.',
    right: 'It never fails to allocate, but it recycles: the cost moves to faults.',
  },
  { read: 'A protected table has a current shadow.', right: 'A new shadow is protected, and still stale.' },
  { read: 'XI was adopted.', right: 'Xen merged shadow2. No code of XI is in its history.' },
];
