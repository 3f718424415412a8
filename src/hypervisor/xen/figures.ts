import type { FigureSpec } from '../design';

/** Ratios that the commit of the lock-free walk gives (sheet 3.3); which counters form them is the natural reading of its text. */
export const FIGURES: readonly FigureSpec[] = [
  {
    name: 'walks re-checked',
    of: 'shadow_check_gwalk',
    per: 'shadow_guest_walk',
    says: 'The share of software walks that were compared with memory again because the version had moved.',
    published:
      'The commit of February 2008 says 3.7 % for a kernel build of a 64-bit guest, 7.2 % for a PAE guest.',
  },
  {
    name: 're-checks from removal',
    of: 'shadow_rm_write_flush_tlb',
    per: 'shadow_check_gwalk',
    says: 'The share of those that have their cause in a removal of write access, mostly one’s own.',
    published:
      'The commit of February 2008 says 68 % for a kernel build of a 64-bit guest, 54.9 % for a PAE guest.',
  },
  {
    name: 'emulations without a walk',
    of: 'shadow_fault_fast_emulate',
    per: ['shadow_fault_fast_emulate', 'shadow_fault_emulate_write'],
    says: 'The share of emulated writes that went straight to the emulator.',
    published:
      'The commit of fast emulation says 89 % for a kernel build of a 64-bit guest with several vCPUs.',
  },
];
