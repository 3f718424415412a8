import { kvmMmu, sdm, xenUnsync } from './sources';
import { BEGINNING, type Story, scene } from './story';

export const WHY_SHADOWS: Story = {
  id: 'why-shadows',
  title: 'Why a hypervisor needs a shadow',
  about: 'What a shadow page table is, how it is filled by page faults, and why the guest does not notice.',
  level: 'intro',
  minutes: 9,
  passages: scene(
    'why-a-shadow',
    {
      at: BEGINNING,
      text: 'A hypervisor lets several operating systems share one machine. Each of them, a guest, believes that it is alone, with memory that begins at frame zero. It fills its page tables with those numbers: guest frames. In which machine frames they really lie only the hypervisor knows, and keeps a list: guest frame 0x040 is machine frame 0x052. If the processor walked the guest’s tables, it would read machine frame 0x040: the memory of somebody else.',
      look: 'Above, on light paper, the guest’s own tables. Below, on dark ink, the shadow: almost empty so far.',
      sources: [kvmMmu('Address translation'), xenUnsync('types.h: gfn, mfn')],
    },
    {
      at: '0:0:hardware_walk.read',
      text: 'So CR3 does not name the guest’s first table. It names s060 (the s marks what is the hypervisor’s), the shadow of it: a table that the hypervisor has made, in the same format, with machine frames in it. The processor walks only the shadow and knows of no other tables. The guest’s program wants to load from 0x7f80_8800_3000, but the shadow is still empty: the very first entry is not present, and the walk ends in a page fault.',
      look: 'The walk runs below, in the dark half. The guest’s L4 table 0x010 stands straight above s060.',
      sources: [xenUnsync('multi.c: sh_update_cr3'), sdm('Paging: use of CR3')],
    },
    {
      at: '0:0:guest_access.fault',
      text: 'Every page fault goes to the hypervisor first: the guest stops and the hypervisor runs, which is called an exit. There are two possible reasons for this fault. Perhaps the guest has not mapped the address; then the fault is the guest’s own and must be handed on. Or the guest has mapped it, and only the shadow has not caught up. The error code cannot tell the two apart. One has to look.',
      look: 'The guest’s L1 table does have an entry for this address; the shadow has nothing.',
      sources: [kvmMmu('Reaction to events: page fault'), xenUnsync('multi.c: sh_page_fault')],
    },
    {
      at: '0:0:guest_walk_tables.read#3',
      text: 'The hypervisor looks by walking the guest’s tables itself, step by step as the processor would have done: four reads, with the same checks of rights. It finds that entry 003 maps guest frame 0x040, present and writable. So the access is allowed, and it is the shadow that lacks the translation. From the list of guest frames the hypervisor learns that 0x040 lies in machine frame 0x052.',
      look: 'This walk runs above, in the light half, over the same four levels.',
      sources: [xenUnsync('multi.c: guest_walk_tables, sh_page_fault')],
    },
    {
      at: '0:0:guest_walk_tables.mark',
      text: 'The processor would have set A in the guest’s entry. It cannot, because it does not walk these tables. So the hypervisor sets the bit in its place: an operating system that watches its A bits must see what it would see on a bare machine. Everything the processor does to tables by itself, the hypervisor has to imitate in the guest’s tables.',
      look: 'A appears in entry 003 of the guest’s L1 table 0x013.',
      sources: [
        xenUnsync('multi.c: guest_walk_tables, set_ad_bits'),
        kvmMmu('Guest memory, accessed and dirty'),
      ],
    },
    {
      at: '0:0:sh_make_shadow.insert#2',
      text: 'For each of the guest’s tables on the path there must be a shadow table, and an entry that leads to it. Shadows are made when they are first needed, one per guest table and level, empty. A big guest may have thousands of tables; only those that are used get a shadow. Because all processes share the tables of the kernel, they share the shadows of them too.',
      look: 'Three dark cards have appeared below their guest tables. The entry that leads to the last of them comes next.',
      sources: [xenUnsync('multi.c: sh_make_shadow, shadow_get_and_create_l1e'), kvmMmu('Shadow pages')],
    },
    {
      at: '0:0:sh_page_fault.install',
      text: 'Here is the heart of it: one entry of the shadow is derived from one entry of the guest. The frame is translated from 0x040 to 0x052. The rights are copied, but may be narrowed: the guest allows writing, and the shadow does not yet, because the guest’s entry is not marked as dirty. The first write shall fault, so that the hypervisor hears of it and can set D.',
      look: 'Entry 003 above says 0x040 rw; the entry straight below says 0x052 and is read-only.',
      sources: [xenUnsync('multi.c: _sh_propagate'), kvmMmu('Shadow pages: gpte, spte')],
    },
    {
      at: '0:0:guest_access.memory',
      text: 'The instruction is tried again, and this time the walk through the shadow arrives. The guest has read its data and has noticed nothing: no instruction of it ran in between. The shadow acts like a second, larger TLB that the hypervisor fills: built on demand, thrown away when memory is short, and always possible to make again from the guest’s tables.',
      look: 'The path through the dark tables is complete down to machine frame 0x052.',
      sources: [kvmMmu('Overview'), xenUnsync('multi.c: sh_page_fault')],
    },
    {
      at: '0:1:guest_access.memory',
      text: 'The second access costs nothing extra. The processor finds its way through the shadow, or through its TLB, exactly as on a bare machine: four reads at most and no exit. That is the strength of shadow paging. The price is paid when something changes: the first use of a page, a new table, and above all when the guest writes into its own tables.',
      look: 'The lane below, of vCPU 0 as the guest’s processor is called: this load is all in the colour of the guest.',
      sources: [kvmMmu('Overview'), xenUnsync('multi.c: sh_page_fault')],
    },
    {
      at: '0:2:guest_access.fault',
      text: 'The first write faults, as it was meant to. Error code 7: present, a write, from user mode. To the guest this page is writable, so the guest must never see this fault. The hypervisor walks the guest’s tables again, sets D in the guest’s entry, and gives W to the shadow’s entry. One bit that a processor sets by itself costs an exit here.',
      look: 'W is missing in the dark entry 003 only; the light one above has it.',
      sources: [xenUnsync('multi.c: _sh_propagate, sh_page_fault'), sdm('Page-fault exceptions: error code')],
    },
    {
      at: '0:2:done',
      text: 'A shadow page table, then, is a table of the hypervisor’s that the processor walks in place of one of the guest’s. Each of its entries is derived from the guest’s entry above it: frame translated, rights the same or narrower. It is a copy of a kind, and copies grow old. The guest may change its entry at any moment, with an ordinary store to its own memory. How does the hypervisor learn of that?',
      look: 'Every dark entry stands under the light entry it was derived from. That is the rule to be kept.',
      sources: [kvmMmu('Overview'), xenUnsync('multi.c: _sh_propagate')],
    },
  ),
};
