/** A step of a design that decides, and what each of its outcomes means. */
export interface Decision {
  readonly asks: string;
  /**
   * By where the actor stands afterwards: `>label`, the step of the same procedure that comes next; `(procedure`, a call; `^`, a
   * return. In the order in which they are offered.
   */
  readonly outcomes: Readonly<Record<string, string>>;
  /** Other ways on that mean the same to whoever decides: each with the outcome it counts as. */
  readonly alike?: Readonly<Record<string, string>>;
}

const FIXABLE = 'The shadow’s: the guest allows the access, so the hypervisor has to repair it';
const GUESTS = 'The guest’s own: it is handed on';

/** Decisions that a person can take in the hypervisor's place, by the label of the step. A design that gets a new one adds a row. */
export const DECISIONS: Readonly<Record<string, Decision>> = {
  'guest_access.lookup': {
    asks: 'Does the TLB know this page, with the rights that the access needs?',
    outcomes: {
      '>memory': 'Yes: no table is read',
      '>walk': 'No: the tables have to be walked',
    },
    alike: { '>locked': '>memory' },
  },
  'hardware_walk.check': {
    asks: 'The walk has come to the page. Do the rights of all levels together allow the access?',
    outcomes: {
      '>done': 'Yes, and every mark is set already',
      '>mark': 'Yes, but an entry has to be marked first',
      '>fault': 'No: the processor faults',
    },
  },
  'sh_page_fault.judge': { asks: 'Whose fault is this?', outcomes: { '>lock': FIXABLE, '^': GUESTS } },
  'sh_page_fault.protect-l1': {
    asks: 'The L1 table of the walk: what does it need?',
    outcomes: {
      '>flush': 'Nothing: it is protected, or out of sync and may stay so',
      '(sh_remove_write_access': 'The guest’s writable mappings of it must go',
    },
  },
  'sh_page_fault.flush': {
    asks: 'Was write access taken away on the path?',
    outcomes: {
      '(flush_tlb_mask': 'Yes: every TLB must be flushed',
      '>bump': 'No: nothing needs to be flushed',
    },
  },
  'sh_page_fault.checked': {
    asks: 'The guest’s tables were walked without the lock. Can the walk be trusted?',
    outcomes: {
      '>prealloc': 'Yes: nothing has changed',
      '>lock-first': 'No: walk again',
      '^': 'No: let the guest fault again',
    },
  },
  'sh_page_fault.decide': {
    asks: 'The entry has been installed. What now?',
    outcomes: {
      '^': 'Back to the guest, which tries again',
      '>emulate-locked': 'The hypervisor does the store for the guest',
    },
  },
  'sh_unsync.allowed': {
    asks: 'The guest stores to one of its page tables. May that table go out of sync?',
    outcomes: {
      '>flags': 'Yes: let it drift, and let the guest write',
      '^': 'No: it serves otherwise too, or is out of sync already',
    },
  },
  'oos_hash_add.home': {
    asks: 'The page has a home slot. Has another page to be driven out, with a resync?',
    outcomes: { '>place': 'No: there is room', '>crush': 'Yes: somebody is in the way' },
  },
  'sh_resync_all.other-page': {
    asks: 'A table that another vCPU let go: does it have to be refreshed?',
    outcomes: {
      '>other-work': 'Yes: it can be reached from the new root',
      '>other-page': 'No: it cannot be reached',
      '>unlock-other': 'There is no further table',
    },
  },
  'kvm_page_fault.guest': { asks: 'Whose fault is this?', outcomes: { '>track': FIXABLE, '>enter': GUESTS } },
  'kvm_page_fault.track': {
    asks: 'Is it a store to a table that must never be written unseen?',
    outcomes: { '>fast': 'No: go on', '>judge': 'Yes: emulate it, without the lock' },
  },
  'kvm_page_fault.fast': {
    asks: 'Can it be settled without mmu_lock?',
    outcomes: { '>pfn': 'No: the slow way', '(fast_page_fault': 'Perhaps: try the fast page fault' },
  },
  'kvm_page_fault.settled': {
    asks: 'Has the fast page fault settled it?',
    outcomes: { '>judge': 'Yes: no lock is needed', '>pfn': 'No: it must be done under mmu_lock' },
  },
  'kvm_page_fault.judge': {
    asks: 'What happens with the instruction?',
    outcomes: { '>enter': 'Back to the guest, which tries again', '(kvm_emulate': 'KVM emulates it' },
  },
  'xi_page_fault.row1': {
    asks: 'Row 1: whose fault is this?',
    outcomes: { '>row2': FIXABLE, '(xi_sync_path': GUESTS },
  },
  'xi_page_fault.row6': {
    asks: 'Row 6: is it a write to a protected page table?',
    outcomes: {
      '>row7': 'No: go on',
      '(xi_open_gpt': 'Yes: open the table for the guest’s stores',
      '>emulate': 'Yes: perform the store for the guest',
    },
  },
  'xi_page_fault.row8': {
    asks: 'Row 8: what now?',
    outcomes: {
      '>unlock': 'Back to the guest, which tries again',
      '>emulate': 'XI performs the instruction',
    },
  },
  'xi_sync_path.compare': {
    asks: 'An entry on the path: has the guest changed it since its snapshot was made?',
    outcomes: { '>fill': 'No: it is as it was', '(resync_spte': 'Yes: bring it in line' },
  },
  'nested_walk.check': {
    asks: 'The guest’s own tables are walked. Do their rights allow the access?',
    outcomes: { '>data': 'Yes: now the frame must be translated', '>fault': 'No: the guest faults' },
  },
  'pv_shadow_fault.judge': {
    asks: 'Whose fault is this, and what does it need?',
    outcomes: {
      '>propagate': 'The guest’s A or D bits have to be recorded',
      '>guarded': 'A store to a page table: let it go out of sync',
      '>link': 'The shadow lacks the path',
    },
  },
  'pte_change_cmpxchg.compare': {
    asks: 'The compare-and-exchange was done. Did the entry still hold what was read?',
    outcomes: { '^': 'Yes: the new value is in place', '>cmpxchg': 'No: try again with the new value' },
  },
  'sh_remove_write_access.needed': {
    asks: 'A page has to lose its writable mappings. Must anything be looked for?',
    outcomes: { '>count': 'Yes: somebody can write it', '^': 'No: nobody can write it as it is' },
  },
  'sh_invlpg.synced': {
    asks: 'INVLPG: does the hypervisor have to touch its shadow entry?',
    outcomes: {
      '>lock': 'Yes: the table is out of sync, so the entry may be stale',
      '^': 'No: it is in sync',
    },
  },
  'kvm_mmu_get_page.find': {
    asks: 'A shadow page of this frame and role is wanted. Is there one?',
    outcomes: { '>found': 'Yes: it is used as it is', '>make': 'No: one has to be made' },
  },
  'kvm_mmu_sync_roots.look': {
    asks: 'CR3 has been loaded. Is there anything to synchronise?',
    outcomes: { '>lock': 'Yes: a shadow page below the root may be unsync', '^': 'No: none is unsync' },
  },
  'fast_page_fault.judge': {
    asks: 'The spte was read without the lock. May the fast path open it?',
    outcomes: {
      '>exchange': 'Yes: nothing but dirty logging forbids the store',
      '>trace': 'No: it is gone, or open already, or the slow path must do it',
    },
    alike: { '>log-early': '>exchange' },
  },
  'fast_page_fault.exchange': {
    asks: 'The compare-and-exchange of the spte: did it still hold what was read?',
    outcomes: { '>log': 'Yes: the guest may write now', '>trace': 'No: somebody has changed it' },
  },
  'fast_page_fault_2012.flag': {
    asks: 'Is somebody just protecting the page?',
    outcomes: { '>exchange': 'No: the spte may be opened', '>abort': 'Yes: give up' },
  },
  'xi_take_kit.room': {
    asks: 'A shadow needs a kit from the pool. Is one free?',
    outcomes: { '>take': 'Yes', '(xi_recycle': 'No: the one used least recently is taken from its table' },
  },
  'pv_page_fault.first': {
    asks: 'Who deals with this fault first?',
    outcomes: {
      '(do_page_fault': 'The guest’s own handler',
      '(ptwr_emulate': 'The hypervisor: it may be a store to a page table, which it emulates',
      '(pv_shadow_fault': 'The hypervisor: its shadow may lack something',
    },
  },
  'ptwr_emulate.validate': {
    asks: 'The guest stores an entry of its own page table. Is it allowed?',
    outcomes: { '>write': 'Yes: the entry is written for the guest', '>refuse': 'No: it is refused' },
  },
  'pv_do_mmu_update.validate': {
    asks: 'The guest asks for an entry to be changed. Is it allowed?',
    outcomes: { '>read': 'Yes: go on', '>unlock': 'No: it is refused' },
  },
};
