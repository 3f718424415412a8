/**
 * Numbers of Linux 6.1's shadow MMU: role bits, access rights, spte bits, limits (sheet 1.3, 1.4, 1.7).
 * Halves: masks named _HI belong to the high half of a 64-bit entry.
 */

/** Access rights as the role holds them. */
export const ACC_EXEC = 1;
export const ACC_WRITE = 2;
export const ACC_USER = 4;
export const ACC_ALL = ACC_EXEC | ACC_WRITE | ACC_USER;

/** Role word. */
export const ROLE_LEVEL = 0xf;
export const ROLE_4_BYTE = 1 << 4;
export const ROLE_QUADRANT_SHIFT = 5;
export const ROLE_QUADRANT = 3 << ROLE_QUADRANT_SHIFT;
export const ROLE_DIRECT = 1 << 7;
export const ROLE_ACCESS_SHIFT = 8;
export const ROLE_ACCESS = ACC_ALL << ROLE_ACCESS_SHIFT;
export const ROLE_INVALID = 1 << 11;
export const ROLE_EFER_NX = 1 << 12;
export const ROLE_CR0_WP = 1 << 13;
export const ROLE_SMEP_ANDNOT_WP = 1 << 14;
export const ROLE_SMAP_ANDNOT_WP = 1 << 15;

/** Spte, low half. Host-writable, MMU-writable and MMU-present are software bits. */
export const SPTE_P = 1 << 0;
export const SPTE_W = 1 << 1;
export const SPTE_U = 1 << 2;
export const SPTE_A = 1 << 5;
export const SPTE_D = 1 << 6;
export const SPTE_PS = 1 << 7;
export const SPTE_HOST_WRITABLE = 1 << 9;
export const SPTE_MMU_WRITABLE = 1 << 10;
export const SPTE_MMU_PRESENT = 1 << 11;
export const SPTE_NX_HI = 1 << 31;
/** Bits 56 to 62: the identification of the fast path proposed in 2012: vCPU + 1, 0 for none (sheet 5.10, 5.11). Bit 63 of the same byte is NX. */
export const SPTE_ID_HI = 0x7f << 24;
export const SPTE_ID_SHIFT_HI = 24;
export const MAX_ID = 127;
/** Bit 51: reserved on every machine with fewer than 52 physical address bits. It makes an MMIO spte fault with RSVD. */
export const SPTE_MMIO_HI = 1 << 19;

export const ENTRIES = 512;
export const PTE_PREFETCH_NUM = 8;
export const FLOODING_LIMIT = 3;
/** How many unsync pages are collected at a time (KVM_PAGE_ARRAY_NR). */
export const PAGE_ARRAY_NR = 16;
export const PREV_ROOTS = 3;
export const MIN_FREE_MMU_PAGES = 5;
export const REFILL_PAGES = 25;
export const MIN_ALLOC_MMU_PAGES = 64;
/** A VM may have one shadow page for this many pages of its memory slots, if nobody says otherwise. */
export const MEMSLOT_PAGES_TO_MMU_PAGES = 50;
export const RMAP_RECYCLE_THRESHOLD = 1000;
/** Largest page size the shadow can use: 1 GiB is level 3. */
export const MAX_HUGEPAGE_LEVEL = 3;
/** Number of host pages behind a leaf of a level. */
export const pagesPerHpage = (level: number): number => 1 << (9 * (level - 1));

/** What a fault handler came to (RET_PF_*). */
export const RET_PF_RETRY = 1;
export const RET_PF_EMULATE = 2;
export const RET_PF_INVALID = 3;
export const RET_PF_FIXED = 4;
export const RET_PF_SPURIOUS = 5;

/** Memory slot flags, as the user interface has them. */
export const MEM_LOG_DIRTY_PAGES = 1;
export const MEM_READONLY = 2;
