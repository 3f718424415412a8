import { sdm } from './sources';
import { BEGINNING, type Story, scene } from './story';

export const PAGE_WALKS: Story = {
  id: 'page-walks',
  title: 'What a page walk is',
  about: 'How a processor finds memory through four tables, what it marks on the way, and when it gives up.',
  level: 'intro',
  minutes: 8,
  passages: scene(
    'what-a-page-walk-is',
    {
      at: BEGINNING,
      text: 'A program runs in a world of its own addresses. Address 0x7f80_8800_3000 means something to this process; in another process it means something else, or nothing. Memory itself is a row of frames of 4 KiB, numbered from zero. Between the two stand page tables: frames that the operating system has filled with entries, and that the processor reads whenever it must know where an address really lies.',
      look: 'The cards from left to right are the tables of this process: L4, L3, L2, L1, and memory at the end.',
      sources: [sdm('Paging, hierarchical paging structures')],
    },
    {
      at: '0:0:hardware_walk.read',
      text: 'The walk begins. CR3, a register of the processor, names the first table: frame 0x010. The address is cut into four numbers of nine bits and a rest of twelve. The first number, 0ff, is the index of one of the 512 entries of this table. The entry is present, and what it holds is the number of another frame: 0x011, where the next table lies.',
      look: 'Entry 0ff of the L4 table lights up; the link leads to the L3 table.',
      sources: [sdm('4-level paging: linear-address translation to a 4-KByte page')],
    },
    {
      at: '0:0:hardware_walk.read#2',
      text: 'So it goes on, one read per level. The second number picked the entry of the L3 table, the third picks this one of the L2 table. Nobody tells the processor what to do here: no instruction of the program and none of the operating system runs during a walk. That is why tables must be in memory, in exactly this format, before the address is used.',
      look: 'Three of the four indices in the strip above the tables are spent.',
      sources: [sdm('4-level paging: use of CR3 and paging-structure entries')],
    },
    {
      at: '0:0:hardware_walk.read#3',
      text: 'The last table, L1. Its entry does not name a table any more: it maps frame 0x028, where the data lies. The rest of the address, twelve bits, says which byte of the frame is meant. Beside the frame the entry has bits: P it is present, W it may be written, U a user program may use it, A it has been used, D it has been written.',
      look: 'Entry 003 of the L1 table 0x013: the frame number on the right, the bits P W U A D before it.',
      sources: [sdm('4-level paging: format of a page-table entry that maps a 4-KByte page')],
    },
    {
      at: '0:0:hardware_walk.mark',
      text: 'The processor does write into tables, in this one way: it sets A in the entries it used. It never clears the bit; the operating system does that from time to time, and sees later which pages were used since. Remember that tables are read and written by two parties, the processor and the operating system, without any lock between them.',
      look: 'A appears in entry 003. It is the one cell that has changed.',
      sources: [sdm('Paging: accessed and dirty flags')],
    },
    {
      at: '0:1:done',
      text: 'The same page again, and no table is read. After the first walk the processor keeps the result in its translation lookaside buffer, the TLB. This makes memory fast, and it has a price: if the operating system changes the entry now, the TLB does not notice. The old translation stays in use until the system says INVLPG for this page or loads CR3. A remembered translation may be stale, and that is not a fault of the processor: it is the contract.',
      look: 'No cell of the tables lights up: the access went past them.',
      sources: [
        sdm('Paging: caching translation information'),
        sdm('Paging: invalidation of TLBs and paging-structure caches'),
      ],
    },
    {
      at: '0:2:hardware_walk.mark',
      text: 'A store to the same page walks once more, although the TLB knows the way. The reason is D, the dirty bit: it must be set in the entry before the first write counts, so that the operating system knows which pages differ from what is on disk. The TLB remembers that D was not set, and sends the processor back to the tables.',
      look: 'D appears in entry 003, next to A.',
      sources: [sdm('Paging: accessed and dirty flags')],
    },
    {
      at: '0:3:guest_access.fault',
      text: 'The walk for 0x7f80_8800_4000 found a frame, but W is clear in the entry: a user program may not write there. The processor stops the instruction and raises a page fault. It puts the address into CR2 and the reason into an error code: 7 means that the page was present (1), the access was a write (2), and it came from user mode (4).',
      look: 'Entry 004 of the L1 table: P and U are set, W is not.',
      sources: [sdm('Page-fault exceptions: error code'), sdm('Paging: access rights')],
    },
    {
      at: '0:4:hardware_walk.read#3',
      text: 'Here nothing is mapped: P is clear, and the processor looks at no other bit of such an entry. The walk ends in a page fault, this time with error code 4: not present, a read, from user mode. What a fault means is decided by the operating system. It may bring the page in from disk, copy it, or end the program. A page fault is a question, not a disaster.',
      look: 'Entry 005 of the L1 table is empty.',
      sources: [sdm('Page-fault exceptions'), sdm('4-level paging: present bit')],
    },
    {
      at: '0:4:done',
      text: 'That is the whole mechanism: a chain of four reads from CR3 to a frame, rights that are checked on the way, two bits that are written, a fault when it cannot go on, and a TLB that remembers. All that follows is about one complication. What if the operating system is itself a guest, and the frame numbers in its tables are not the numbers of real memory?',
      look: 'Compare the tables now with the beginning: A and D in entry 003 are all that the processor has left behind.',
      sources: [sdm('Paging'), sdm('Paging: caching translation information')],
    },
  ),
};
