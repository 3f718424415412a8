import { fastFault, kvmLocking, kvmMmu, tso } from './sources';
import { BEGINNING, type Story, scene } from './story';

export const FAST_PAGE_FAULT: Story = {
  id: 'fast-page-fault',
  title: 'A page fault without the lock',
  about:
    'How KVM wanted to set one bit without its lock, what two marks are needed for it, and where a barrier is missing.',
  level: 'advanced',
  minutes: 11,
  passages: [
    ...scene(
      'kvm-fast-alone',
      {
        at: BEGINNING,
        text: 'Many page faults of a KVM guest are about one bit. The host wants to know which pages are written, to move the guest or to draw its screen, so it takes W out of the entries of the shadow, which KVM calls sptes. The first write to each page faults; the fault notes the page and gives W back. All vCPUs do this under one lock, mmu_lock, and wait for each other.',
        look: 'The spte of page 0x200 is read-only; the guest’s own entry above allows writing.',
        sources: [fastFault('introduction'), kvmLocking('Acquisition orders, fast page fault')],
      },
      {
        at: '0:0:fast_page_fault_2012.read',
        text: 'The proposal of March 2012: if nothing is missing but W, set it without the lock. The error code says that the page was present and no reserved bit was set. The spte says that both the guest and the host allow the page to be written. So no table of the guest need be walked and no frame looked up. One bit, one locked instruction.',
        look: 'The last entry of the walk below: everything but W is there.',
        sources: [fastFault('how to do it')],
      },
      {
        at: '0:0:fast_page_fault_2012.identify',
        text: 'Before it sets the bit, vCPU 0 leaves its identification in the spte: its number plus one, in bits that the processor ignores. It seems superfluous. Who could disturb? Somebody who needs the page closed and finds it closed already. Such a vCPU would have nothing to do, would do nothing, and would leave no trace for anybody to notice.',
        look: 'The top byte of the spte holds a 1.',
        sources: [fastFault('the identification in the spte')],
      },
      {
        at: '0:0:fast_page_fault_2012.exchange',
        text: 'A compare-and-exchange: if the spte still holds exactly what vCPU 0 left there, W is set and the identification taken out, in one operation that nobody can come between. If anything has changed, nothing is written and the fault takes the slow way, with the lock. That is the pattern of all lock-free code: prepare, then commit only if the world stood still.',
        look: 'W appears and the identification disappears at the same step.',
        sources: [fastFault('cmpxchg'), kvmLocking('fast page fault')],
      },
    ),
    ...scene(
      'kvm-fast-protector-first',
      {
        at: '1:0:kvm_write_protect.flag',
        text: 'Now a second party. vCPU 1 begins to use page 0x200 as a page table, so from now on nobody may write it unheard. It holds mmu_lock, which does not stop the fast path. So it first marks the reverse map of the page as write-protected, and then looks at every spte in that map. The spte is read-only as before. Nothing in it tells that this time it must stay so.',
        look: 'The mark stands in the reverse map of frame 0x200; the spte looks as it looked before.',
        sources: [fastFault('PTE_LIST_WRITE_PROTECT'), kvmMmu('Write protection, reverse map')],
      },
      {
        at: '0:0:fast_page_fault_2012.flag',
        text: 'vCPU 0 comes later, leaves its identification, and then looks at the mark. It is set: vCPU 0 gives up and goes the slow way, where its store is emulated. The mark catches every fast path that begins after the protector. It cannot catch one that has already looked.',
        look: 'vCPU 0 turns to the slow path; W is not set.',
        sources: [fastFault('the flag in the rmap')],
      },
    ),
    ...scene(
      'kvm-fast-erased',
      {
        at: '0:0:fast_page_fault_2012.flag',
        text: 'The other order. vCPU 0 has left its identification and has looked: no mark. It stands one step before the exchange, sure of itself, and does not know what happens next. This moment between looking and doing is what every protection in this story is about.',
        look: 'vCPU 0 stops here; the other lane goes on.',
        sources: [fastFault('the race with write-protection')],
      },
      {
        at: '1:0:kvm_write_protect.clear',
        text: 'vCPU 1 sets its mark and finds an spte that is read-only. Without the identification it would pass on. With it, it has something to erase: an spte counts as closed only when it is read-only and nobody’s number is in it. The erasing is a message to vCPU 0, left in the one place where vCPU 0 must look.',
        look: 'The number vanishes from the spte.',
        sources: [fastFault('the race with write-protection')],
      },
      {
        at: '0:0:fast_page_fault_2012.exchange',
        text: 'The exchange fails, because the spte is not what vCPU 0 left there. So the two marks share the work. The flag stops those who look after it was set; the identification stops those who looked before. Take either of them away and one of the two orders goes wrong: page 0x200 would be a page table that a vCPU can write unheard.',
        look: 'The spte stays read-only, and vCPU 0 takes the lock after all.',
        sources: [fastFault('why both are needed')],
      },
    ),
    ...scene('kvm-fast-no-mark', {
      at: '0:0:fast_page_fault_2012.exchange',
      text: 'Here the flag is switched off, and vCPU 1 was done before vCPU 0 began. There was no identification to erase yet and there is no flag to read: the exchange succeeds, and the store that is tried again will go straight into a page table. The shadow of that table will be stale, and nobody is told.',
      look: 'The sentence in red: a page table has become writable.',
      sources: [fastFault('the flag in the rmap')],
    }),
    ...scene(
      'kvm-fast-no-barrier',
      {
        at: '0:0:fast_page_fault_2012.flag',
        text: 'Both marks are there, and it still can fail. A processor’s stores wait in its store buffer before they reach memory; its reads do not wait. So vCPU 0’s identification may still be on its way while vCPU 0 already reads the flag. To itself it has written first and read afterwards. To everybody else the read came first.',
        look: 'The identification stands in the store buffer of vCPU 0, not in memory.',
        sources: [tso('store buffers'), fastFault('memory barriers')],
      },
      {
        at: '0:0:fast_page_fault_2012.exchange',
        text: 'vCPU 1 set its flag, found no identification in memory, and left the spte alone. Then the buffer drained, the exchange found what it expected, and W was set. Each of the two read the old value of what the other had written. On x86 this is the one order that the processor does not keep, a store before a later read, and a full barrier on each side forbids it.',
        look: 'The order in which the two stores reached memory, in the lanes of the buffers.',
        sources: [tso('the store buffering test, SB'), fastFault('memory barriers')],
      },
      {
        at: '0:0:done',
        text: 'What Linux merged in July 2012 was simpler: two bits in the spte that say whether host and hypervisor allow writing. A protector clears the second one, so it always leaves a trace, and neither identification nor flag is needed. And the fast path is left out where guest page tables are shadowed: there an spte can come to mean another frame and look the same, bit for bit.',
        look: 'Open “Find a race” here to see all the orders that break it.',
        sources: [kvmLocking('fast page fault: gfn to pfn, ABA')],
      },
    ),
  ],
};
