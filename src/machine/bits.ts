/**
 * Bits of paging-structure entries (low half, but for NX), control registers and error codes.
 * Source: Intel SDM volume 3, "Paging" (entry formats, control registers, page-fault error code).
 */
export const P = 1 << 0;
export const W = 1 << 1;
export const U = 1 << 2;
export const PWT = 1 << 3;
export const PCD = 1 << 4;
export const A = 1 << 5;
export const D = 1 << 6;
/** Page size in levels 2 and 3; PAT in a 4 KiB entry. */
export const PS = 1 << 7;
export const G = 1 << 8;
/** Execute disable: bit 63, that is bit 31 of the high half. */
export const NX_HI = 1 << 31;

export const CR0_PE = 1 << 0;
export const CR0_WP = 1 << 16;
export const CR0_PG = 1 << 31;
export const CR4_PSE = 1 << 4;
export const CR4_PAE = 1 << 5;
export const CR4_PGE = 1 << 7;
export const CR4_SMEP = 1 << 20;
export const CR4_SMAP = 1 << 21;
export const EFER_LME = 1 << 8;
export const EFER_LMA = 1 << 10;
export const EFER_NXE = 1 << 11;
export const RFLAGS_AC = 1 << 18;

export const PFEC_P = 1;
export const PFEC_W = 2;
export const PFEC_U = 4;
export const PFEC_RSVD = 8;
export const PFEC_I = 16;
