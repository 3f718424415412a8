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
      text: 'A process lives in a world of its own addresses. 0x7f80_8800_3000 means something to this one; to another process it means something else, or nothing. (All such numbers are hexadecimal; the underscores only help the eye.) Memory itself is a row of frames of 4,096 bytes, numbered from zero. Between the two stand page tables: frames that the operating system has filled with entries, and that the processor reads whenever it must know where an address really lies.',
      look: 'The cards are the tables of this process, from L4 to L1, and what they lead to. Below lies all of memory: there the tables are frames like any other.',
      sources: [sdm('Paging, hierarchical paging structures')],
    },
    {
      at: '0:0:hardware_walk.read',
      text: 'The program loads a value from that address, and the processor begins to look it up: a page walk. CR3, a register, names the first table: frame 0x010. The address is cut into four numbers of nine bits and a rest of twelve. The first number, 0ff, picks one of the 512 entries of this table. What the entry holds is the number of another frame: 0x011, where the next table lies.',
      look: 'Entry 0ff of the L4 table lights up, and its link leads to the L3 table; in memory below, frame 010 is being read.',
      sources: [sdm('4-level paging: linear-address translation to a 4-KByte page')],
    },
    {
      at: '0:0:hardware_walk.read#2',
      text: 'So it goes on, one read per level. The second number picked the entry of the L3 table, the third picks this one of the L2 table. No instruction of the program runs during a walk, and none of the operating system: the processor does it all by itself. That is why the tables must be in memory, in exactly this format, before the address is used.',
      look: 'Three of the four indices in the strip above the tables are spent.',
      sources: [sdm('4-level paging: use of CR3 and paging-structure entries')],
    },
    {
      at: '0:0:hardware_walk.read#3',
      text: 'The last table, L1. Its entry does not name a table any more: it maps frame 0x028, where the data lies. The rest of the address, twelve bits, says which byte of the frame is meant. Beside the frame the entry has bits: P, it is in use (present); W, the page may be written; U, a program may use it and not only the operating system; A, it has been used (accessed); D, the page has been written (dirty).',
      look: 'Entry 003 of the L1 table 0x013: the frame number on the right, the bits P W U A D before it.',
      sources: [sdm('4-level paging: format of a page-table entry that maps a 4-KByte page')],
    },
    {
      at: '0:0:hardware_walk.mark',
      text: 'The processor also writes into tables, in one way only: it marks what it uses. Here it sets A in the entry. It never clears the bit; the operating system does that from time to time, and sees later which pages were used since. Keep in mind that two parties read and write these tables, the processor and the operating system, and no lock keeps them apart.',
      look: 'A appears in entry 003. It is the one cell that has changed.',
      sources: [sdm('Paging: accessed and dirty flags')],
    },
    {
      at: '0:1:guest_access.memory',
      text: 'The same page again, and no table is read. After the first walk the processor keeps the result in a small memory of its own, the TLB. This is fast, and it has a price: if the operating system changes the entry now, the TLB does not notice. The old translation stays in use until the system says INVLPG, the instruction that makes the processor forget one page, or loads CR3, which makes it forget all. Until then a translation may be stale, that is, out of date. This is no error: it is the contract.',
      look: 'Below the tables, the TLB: its one line was used. No cell of the tables lights up, since the access went past them.',
      sources: [
        sdm('Paging: caching translation information'),
        sdm('Paging: invalidation of TLBs and paging-structure caches'),
      ],
    },
    {
      at: '0:2:hardware_walk.mark',
      text: 'A store to the same page walks once more, although the TLB knows the way. The reason is D, the dirty bit: it must be in the entry before the first write, so that the operating system knows which pages differ from what is on disk. The TLB remembers that D was missing, and sends the processor back to the tables.',
      look: 'D appears in entry 003, next to A; below, the TLB still holds the translation without it.',
      sources: [sdm('Paging: accessed and dirty flags')],
    },
    {
      at: '0:3:guest_access.fault',
      text: 'The walk for 0x7f80_8800_4000 found a frame, but W is clear in the entry: a user program may not write there. The processor stops the instruction and raises a page fault: it calls the operating system, with the address and an error code that is a sum of reasons. 7 means: the page was present (1), the access was a write (2), and it came from a program (4).',
      look: 'Entry 004 of the L1 table: P and U are set, W is not.',
      sources: [sdm('Page-fault exceptions: error code'), sdm('Paging: access rights')],
    },
    {
      at: '0:4:hardware_walk.read#3',
      text: 'Here nothing is mapped: P is clear, and the processor looks at no other bit of such an entry. Again a page fault, this time with error code 4: a program, which wanted to read, and no page. What a fault means is decided by the operating system. It may bring the page in from disk, copy it, or end the program. A page fault is a question, not a disaster.',
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
