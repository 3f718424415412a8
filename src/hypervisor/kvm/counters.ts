import type { CounterSpec } from '../../kernel';

/** Named as in debugfs (sheet 7.2). */
export const COUNTERS: readonly CounterSpec[] = [
  { name: 'pf_taken', says: 'Page faults of the shadow handled by a full walk.' },
  { name: 'pf_fixed', says: 'Page faults ended by a new or better spte.' },
  { name: 'pf_emulate', says: 'Page faults ended by emulating the instruction.' },
  { name: 'pf_spurious', says: 'Page faults that found their spte already right.' },
  { name: 'pf_mmio_spte_created', says: 'Sptes made for addresses without memory.' },
  { name: 'pf_guest', says: 'Page faults given to the guest.' },
  { name: 'tlb_flush', says: 'Flushes of a vCPU’s own TLB.' },
  { name: 'invlpg', says: 'INVLPG instructions of the guest.' },
  { name: 'mmio_exits', says: 'Accesses that the VMM had to perform.' },
  { name: 'insn_emulation', says: 'Instructions performed by the emulator.' },
  { name: 'mmu_shadow_zapped', says: 'Shadow pages zapped.' },
  { name: 'mmu_pte_write', says: 'Emulated stores that told the shadow about themselves.' },
  { name: 'mmu_pte_updated', says: 'Entries made anew from what an emulated store wrote (3.6).' },
  { name: 'mmu_pde_zapped', says: 'Entries of upper levels dropped by such stores.' },
  { name: 'mmu_flooded', says: 'Shadow pages zapped because of how they were written.' },
  { name: 'mmu_recycled', says: 'Shadow pages zapped to make room.' },
  { name: 'mmu_cache_miss', says: 'Shadow pages that had to be made.' },
  { name: 'mmu_unsync', says: 'Shadow pages that are unsync now.' },
  { name: 'remote_tlb_flush_requests', says: 'Flushes of all vCPUs’ TLBs asked for.' },
  { name: 'remote_tlb_flush', says: 'Those for which another vCPU had to be told.' },
  { name: 'pf_fast', says: 'Page faults ended without mmu_lock.' },
];
