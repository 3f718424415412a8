/** A word of the field and what it means, in a sentence or two. */
export interface Term {
  /** Stable: it is in addresses. */
  readonly id: string;
  readonly name: string;
  /** Further forms in which texts have it. `name` itself is always one. */
  readonly forms?: readonly string[];
  readonly says: string;
  readonly topic: Topic;
}

export type Topic =
  | 'The machine'
  | 'Shadow paging'
  | 'Xen'
  | 'KVM'
  | 'XI'
  | 'Paravirtual'
  | 'Nested paging'
  | 'Order';

const term = (topic: Topic, id: string, name: string, says: string, ...forms: string[]): Term => ({
  id,
  name,
  says,
  topic,
  forms,
});

const MACHINE: readonly Term[] = [
  term(
    'The machine',
    'frame',
    'frame',
    'A piece of memory of 4 KiB at a multiple of 4 KiB. Frames are counted from zero; a page table is one frame.',
    'frames',
  ),
  term(
    'The machine',
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
    'The machine',
    'entry',
    'entry',
    'One of the 512 slots of a page table, 8 bytes: a frame number and bits of rights. The last level maps a page, the others name the next table.',
    'entries',
  ),
  term(
    'The machine',
    'page-walk',
    'page walk',
    'How the processor translates an address: it reads one entry per level, from the table in CR3 down to the frame.',
    'page walks',
    'walk',
    'walks',
    'walked',
  ),
  term(
    'The machine',
    'cr3',
    'CR3',
    'The register that names the first page table. Loading it switches to another address space and empties the TLB of all but global pages.',
  ),
  term(
    'The machine',
    'tlb',
    'TLB',
    'Translation lookaside buffer: translations that a processor keeps. It does not notice when tables change; it must be told to forget.',
    'TLBs',
    'translation lookaside buffer',
  ),
  term(
    'The machine',
    'invlpg',
    'INVLPG',
    'The instruction by which an operating system makes the processor it runs on forget the translation of one page.',
  ),
  term(
    'The machine',
    'page-fault',
    'page fault',
    'What a processor raises when a walk cannot go on or the access is not allowed. CR2 holds the address, an error code the reason.',
    'page faults',
    'faults',
    'fault',
  ),
  term(
    'The machine',
    'error-code',
    'error code',
    'The reason of a page fault as a sum: 1 present, 2 write, 4 user mode, 8 reserved bit, 16 instruction fetch.',
  ),
  term(
    'The machine',
    'reserved-bit',
    'reserved bit',
    'A bit of a present entry that must be zero. If it is not, a walk ends in a page fault that says so. Hypervisors set such bits on purpose, as marks.',
    'reserved bits',
  ),
  term(
    'The machine',
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
    'The machine',
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
    'The machine',
    'vcpu',
    'vCPU',
    'A processor as the guest sees it. Each one has its own registers and its own TLB; memory they share.',
    'vCPUs',
  ),
  term(
    'The machine',
    'direct-map',
    'direct map',
    'A part of the kernel’s address space in which all memory appears in a row. Through it the kernel writes its page tables.',
  ),
  term(
    'The machine',
    'large-page',
    'large page',
    'A page of 2 MiB, 4 MiB or 1 GiB: an entry of a higher level that maps memory itself instead of naming a table.',
    'large pages',
    'superpage',
    'superpages',
  ),
];

const SHADOW: readonly Term[] = [
  term(
    'Shadow paging',
    'guest',
    'guest',
    'An operating system that runs under a hypervisor. It believes that it owns the machine.',
    'guests',
    'guest’s',
    "guest's",
  ),
  term(
    'Shadow paging',
    'hypervisor',
    'hypervisor',
    'The program below the operating systems: it shares the machine among them and keeps them apart. Xen and KVM are two.',
    'hypervisor’s',
  ),
  term(
    'Shadow paging',
    'exit',
    'exit',
    'The guest stops and the hypervisor runs: on a fault it must see, an instruction it must perform. It costs far more than a memory access.',
    'exits',
  ),
  term(
    'Shadow paging',
    'gfn',
    'gfn',
    'Guest frame number: what a guest writes into its entries. It is not where the memory really lies.',
    'guest frame',
    'guest frames',
    'guest frame number',
    'guest frame numbers',
  ),
  term(
    'Shadow paging',
    'mfn',
    'mfn',
    'Machine frame number: where memory really lies. Entries of a shadow hold these.',
    'machine frame',
    'machine frames',
  ),
  term(
    'Shadow paging',
    'smfn',
    'smfn',
    'The machine frame in which a shadow table lies. On the stage such frames are written with an s: s084.',
  ),
  term(
    'Shadow paging',
    'shadow',
    'shadow',
    'A page table of the hypervisor’s that the processor walks in place of one of the guest’s. Each entry is derived from the guest’s entry: frame translated, rights the same or narrower.',
    'shadows',
    'shadow’s',
    "shadow's",
    'shadow page table',
    'shadow page tables',
    'shadow L1 table',
    'shadow L2 table',
    'shadow L3 table',
    'shadow L4 table',
    'sl1e',
  ),
  term(
    'Shadow paging',
    'derive',
    'derived',
    'Made from the guest’s entry: its frame translated to a machine frame, its rights copied or narrowed.',
    'derive',
    'derives',
    'derived again',
    'derived anew',
  ),
  term(
    'Shadow paging',
    'write-protection',
    'write protection',
    'No shadow entry lets anybody write a frame that is a page table. So every store to a table faults, and the hypervisor hears of it.',
    'write-protected',
    'write-protect',
    'write-protects',
    'write access',
  ),
  term(
    'Shadow paging',
    'emulation',
    'emulation',
    'The hypervisor decodes an instruction of the guest and performs it in its place.',
    'emulated',
    'emulate',
    'emulates',
  ),
  term(
    'Shadow paging',
    'in-sync',
    'in sync',
    'Deriving each present entry of the shadow anew would give what is there.',
  ),
  term(
    'Shadow paging',
    'out-of-sync',
    'out of sync',
    'The guest may write this page table without being heard, so its shadow may be stale, until a flush of the guest’s.',
    'unsync',
    'unsynced',
    'drift',
    'drifts',
  ),
  term(
    'Shadow paging',
    'resync',
    'resync',
    'A table that was out of sync is compared, what differs is derived again, and usually the table is write-protected again.',
    'resynced',
    're-sync',
    'resyncs',
  ),
  term(
    'Shadow paging',
    'stale',
    'stale',
    'Old: what it was made from has changed since. A translation may be stale until the guest flushes, never after.',
  ),
  term(
    'Shadow paging',
    'flush',
    'flush',
    'Making TLBs forget translations: by INVLPG for one page, by a load of CR3 for all. It is the guest’s word that it wants its changes to count.',
    'flushes',
    'flushed',
  ),
  term(
    'Shadow paging',
    'penumbra',
    'penumbra',
    'The band between the guest’s tables and the shadow: whatever may differ between the two lies there.',
  ),
  term(
    'Shadow paging',
    'dirty-logging',
    'dirty logging',
    'Recording which pages a guest writes, to move it to another machine while it runs. Pages are made read-only and each first write is noted.',
    'dirty log',
    'log-dirty',
  ),
];

const XEN: readonly Term[] = [
  term(
    'Xen',
    'snapshot',
    'snapshot',
    'A copy of a page table as it was when its shadow was last made from it. A resync skips entries that still equal it.',
    'snapshots',
  ),
  term(
    'Xen',
    'oos-slot',
    'out-of-sync slot',
    'A place for a page that is out of sync. Each vCPU has three; the frame number modulo three says which is a page’s home.',
    'slot 0',
    'slot 1',
    'slot 2',
    'three slots',
  ),
  term(
    'Xen',
    'punt',
    'punt',
    'A page that stands in the way is moved to the next slot, with its snapshot.',
    'punted',
  ),
  term(
    'Xen',
    'crush',
    'crush',
    'No slot is left, so the page that stands there is resynced at once to make room.',
    'crushed',
  ),
  term(
    'Xen',
    'fixup',
    'fixup',
    'A note of which shadow entry maps a page writable. It makes protecting the page again a single write instead of a search.',
    'fixups',
  ),
  term(
    'Xen',
    'magic-entry',
    'magic entry',
    'A shadow entry with reserved bits set on purpose that says: the guest has nothing here, or this is a device. The fault then needs no walk of the guest’s tables.',
    'magic word',
    'magic entries',
    'magic',
  ),
  term(
    'Xen',
    'version',
    'version',
    'A counter that rises when a guest table may have changed: write access was taken away, or a store emulated. A walk made at an older version is checked again.',
  ),
  term(
    'Xen',
    'shadow-lock',
    'shadow lock',
    'The one lock of a guest’s shadows. Whoever changes a shadow holds it.',
    'lock of the shadow',
  ),
  term(
    'Xen',
    'prefetch',
    'prefetch',
    'After a fault the neighbours of the entry are derived too, in the hope that they are wanted soon.',
    'ahead of time',
  ),
  term(
    'Xen',
    'type-count',
    'type count',
    'How many shadow entries map a page writable. When it is zero, the page is protected.',
  ),
];

const KVM: readonly Term[] = [
  term(
    'KVM',
    'spte',
    'spte',
    'Shadow page table entry, KVM’s word. What the guest’s entry is called there: gpte.',
    'sptes',
  ),
  term(
    'KVM',
    'rmap',
    'rmap',
    'Reverse map: for each guest frame the list of sptes that map it.',
    'reverse map',
  ),
  term(
    'KVM',
    'mmu-lock',
    'mmu_lock',
    'KVM’s lock of all shadows of a guest. Whoever changes an spte the slow way holds it.',
  ),
  term(
    'KVM',
    'fast-page-fault',
    'fast page fault',
    'Setting W in an spte by compare-and-exchange, without mmu_lock, where nothing else is missing.',
  ),
  term(
    'KVM',
    'identification',
    'identification',
    'The number of a vCPU plus one, left in an spte by a fast page fault, so that whoever protects the page meanwhile erases it and the exchange fails.',
  ),
  term(
    'KVM',
    'role',
    'role',
    'What kind of table a shadow page stands for: level, rights, mode. The same guest table in two roles has two shadow pages.',
    'roles',
  ),
];

const XI: readonly Term[] = [
  term(
    'XI',
    'backlink',
    'backlink',
    'A record paired with one entry of a shadow that links it to all others that map the same page.',
    'backlinks',
  ),
  term(
    'XI',
    'chain',
    'chain',
    'The backlinks of one page, linked to each other: whoever wants every mapping of the page follows it.',
    'chains',
  ),
  term(
    'XI',
    'kit',
    'kit',
    'A shadow table with its snapshot and two pages of backlinks, taken from a pool as one.',
    'kits',
    'SPTI',
  ),
];

const PARAVIRTUAL: readonly Term[] = [
  term(
    'Paravirtual',
    'hypercall',
    'hypercall',
    'A call from the guest to the hypervisor, as a system call is one from a program to its kernel.',
    'hypercalls',
  ),
  term(
    'Paravirtual',
    'direct-paging',
    'direct paging',
    'The processor walks the guest’s own tables. The guest may only read them, and every change is checked by the hypervisor.',
  ),
  term(
    'Paravirtual',
    'validation',
    'validated',
    'Checked before it is written: no frame of somebody else, no page table mapped writable.',
    'validates',
    'validation',
  ),
  term(
    'Paravirtual',
    'lazy-mode',
    'lazy mode',
    'A stretch of code in which the guest allows its updates of page tables to wait in a queue.',
    'lazy section',
    'lazy queue',
  ),
  term(
    'Paravirtual',
    'queue',
    'queue',
    'Updates of page tables that the guest has made and the hypervisor has not heard of yet.',
  ),
  term(
    'Paravirtual',
    'page-table-lock',
    'page-table lock',
    'The guest’s own lock of a page table. It keeps other software away, never the processor.',
  ),
  term(
    'Paravirtual',
    'spurious-fault',
    'spurious',
    'A page fault whose cause is gone when the handler looks: the instruction is simply tried again.',
    'spurious fault',
  ),
];

const NESTED: readonly Term[] = [
  term(
    'Nested paging',
    'nested-paging',
    'nested paging',
    'The processor walks two sets of tables: the guest’s, and the hypervisor’s that lead from guest frames to machine frames. There is no shadow.',
    'EPT',
    'NPT',
  ),
  term(
    'Nested paging',
    'nested-table',
    'nested tables',
    'The hypervisor’s tables from guest frames to machine frames. One set per guest, whatever the guest’s own tables say.',
    'nested table',
    'nested L1 table',
    'nested entry',
  ),
  term(
    'Nested paging',
    'invept',
    'INVEPT',
    'The instruction by which a hypervisor makes processors forget translations made from nested tables.',
  ),
];

const ORDER: readonly Term[] = [
  term(
    'Order',
    'store-buffer',
    'store buffer',
    'Where a processor’s stores wait until they reach memory. The others do not see them there; reads of the same processor overtake them.',
    'store buffers',
    'its buffer',
  ),
  term(
    'Order',
    'barrier',
    'barrier',
    'An instruction that waits until the store buffer is empty.',
    'barriers',
    'MFENCE',
  ),
  term(
    'Order',
    'compare-and-exchange',
    'compare-and-exchange',
    'One instruction that writes a new value only if the old one is still there, with nobody in between.',
    'cmpxchg',
  ),
  term(
    'Order',
    'invariant',
    'invariant',
    'A sentence about the state that must always hold, or at named moments. When it does not, that is a bug.',
    'invariants',
  ),
  term(
    'Order',
    'race',
    'race',
    'The outcome depends on who is first, and at least one order is wrong.',
    'races',
  ),
];

/** Every term, by topic. The manual’s words and each design’s own. */
export const GLOSSARY: readonly Term[] = [
  ...MACHINE,
  ...SHADOW,
  ...XEN,
  ...KVM,
  ...XI,
  ...PARAVIRTUAL,
  ...NESTED,
  ...ORDER,
];

export const termOf = (id: string): Term | undefined => GLOSSARY.find((one) => one.id === id);
