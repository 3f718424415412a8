import { termsOf } from './term';

const term = termsOf('The machine');

/** The processor’s own words, as its manuals have them. */
export const MACHINE = [
  term(
    'frame',
    'frame',
    'A piece of memory of 4 KiB at a multiple of 4 KiB. Frames are counted from zero; a page table is one frame.',
    'frames',
  ),
  term(
    'page-table',
    'page table',
    'A frame full of entries that the processor reads to translate addresses. With 4-level paging there are four kinds: L4, L3, L2, L1.',
    'page tables',
    'L1 table',
    'L2 table',
    'L3 table',
    'L4 table',
    'PTE',
  ),
  term(
    'entry',
    'entry',
    'One of the 512 slots of a page table, 8 bytes: a frame number and bits of rights. The last level maps a page, the others name the next table.',
    'entries',
  ),
  term(
    'page-walk',
    'page walk',
    'How the processor translates an address: it reads one entry per level, from the table in CR3 down to the frame.',
    'page walks',
    'walk',
    'walks',
    'walked',
  ),
  term(
    'cr3',
    'CR3',
    'The register that names the first page table. Loading it switches to another address space and empties the TLB of all but global pages.',
  ),
  term(
    'tlb',
    'TLB',
    'Translation lookaside buffer: translations that a processor keeps. It does not notice when tables change; it must be told to forget.',
    'TLBs',
    'translation lookaside buffer',
  ),
  term(
    'invlpg',
    'INVLPG',
    'The instruction by which an operating system makes the processor it runs on forget the translation of one page.',
  ),
  term(
    'page-fault',
    'page fault',
    'What a processor raises when a walk cannot go on or the access is not allowed. CR2 holds the address, an error code the reason.',
    'page faults',
    'faults',
    'fault',
  ),
  term(
    'error-code',
    'error code',
    'The reason of a page fault as a sum: 1 present, 2 write, 4 user mode, 8 reserved bit, 16 instruction fetch.',
  ),
  term(
    'reserved-bit',
    'reserved bit',
    'A bit of a present entry that must be zero. If it is not, a walk ends in a page fault that says so. Hypervisors set such bits on purpose, as marks.',
    'reserved bits',
  ),
  term(
    'accessed',
    'A bit',
    'Accessed: the processor sets it in each entry a walk uses. The operating system clears it, to see later what was used.',
    'A bits',
    'accessed bit',
    'as accessed',
    'sets A',
    'accessed',
  ),
  term(
    'dirty',
    'dirty bit',
    'D: the processor sets it in the last entry before the first write to the page, so that the system knows what must be saved.',
    'D bit',
    'dirty bits',
    'as dirty',
    'sets D',
    'dirty',
  ),
  term(
    'vcpu',
    'vCPU',
    'A processor as the guest sees it. Each one has its own registers and its own TLB; memory they share.',
    'vCPUs',
  ),
  term(
    'direct-map',
    'direct map',
    'A part of the kernel’s address space in which all memory appears in a row. Through it the kernel writes its page tables.',
  ),
  term(
    'large-page',
    'large page',
    'A page of 2 MiB, 4 MiB or 1 GiB: an entry of a higher level that maps memory itself instead of naming a table.',
    'large pages',
    'superpage',
    'superpages',
  ),
];
