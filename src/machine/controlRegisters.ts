import * as bits from './bits';
import { modeOf, type PagingMode, present } from './paging';
import { FLUSH_ALL, FLUSH_NON_GLOBAL } from './tlb';

/**
 * What MOV CRn and WRMSR EFER check and invalidate. Each check returns the sentence that explains a #GP, or undefined.
 * Source: Intel SDM volume 2, "MOV - Move to/from Control Registers"; volume 3, "Paging", "Operations that invalidate TLBs".
 */
export function refuseCr0(value: number, cr4: number, efer: number): string | undefined {
  if ((value & bits.CR0_PG) === 0) return undefined;
  if ((value & bits.CR0_PE) === 0) return 'paging (PG) needs protected mode (PE)';
  if ((efer & bits.EFER_LME) !== 0 && (cr4 & bits.CR4_PAE) === 0)
    return '4-level paging (EFER.LME) needs CR4.PAE';
  return undefined;
}

/** MOV to CR4 while the other registers hold these: why it gives #GP, or undefined. */
export function refuseCr4(value: number, cr0: number, efer: number): string | undefined {
  const longMode = modeOf(cr0, bits.CR4_PAE, efer) === '64';
  return longMode && (value & bits.CR4_PAE) === 0
    ? 'CR4.PAE cannot be cleared while 4-level paging is in use'
    : undefined;
}

/** WRMSR EFER: why it gives #GP, or undefined. */
export function refuseEfer(value: number, old: number, cr0: number): string | undefined {
  const changed = ((value ^ old) & bits.EFER_LME) !== 0;
  return changed && (cr0 & bits.CR0_PG) !== 0 ? 'EFER.LME cannot change while paging is on' : undefined;
}

/** In 4-level mode the bits from MAXPHYADDR up must be zero. The low bits are ignored; in PAE mode the low five. */
export function refuseCr3(mode: PagingMode, hi: number, maxPhysicalBits: number): string | undefined {
  return mode.name === '64' && hi >>> (maxPhysicalBits - 32) !== 0
    ? `CR3 has a bit set beyond the ${maxPhysicalBits} physical address bits`
    : undefined;
}

/** A PDPTE register may not be loaded with a present entry that has a reserved bit. */
export function refusePdpte(mode: PagingMode, hi: number, lo: number): boolean {
  return (
    present(lo) &&
    ((hi & (mode.tableReservedHi[3] as number)) !== 0 || (lo & (mode.tableReservedLo[3] as number)) !== 0)
  );
}

/** What a register load invalidates: FLUSH_ALL, FLUSH_NON_GLOBAL, or undefined for nothing. */
export function flushedByCr0(old: number, value: number): number | undefined {
  return ((old ^ value) & bits.CR0_PG) !== 0 ? FLUSH_ALL : undefined;
}

/** The same of CR4: PGE drops global pages too; PAE and a newly set SMEP the others. */
export function flushedByCr4(old: number, value: number): number | undefined {
  const changed = old ^ value;
  if ((changed & bits.CR4_PGE) !== 0) return FLUSH_ALL;
  if ((changed & bits.CR4_PAE) !== 0 || (changed & value & bits.CR4_SMEP) !== 0) return FLUSH_NON_GLOBAL;
  return undefined;
}

/** Whether a load of CR0 or CR4 makes the processor load its PDPTE registers anew, given that it leads to PAE mode. */
export const reloadsPdptesCr0 = (old: number, value: number): boolean => ((old ^ value) & bits.CR0_PG) !== 0;
export const reloadsPdptesCr4 = (old: number, value: number): boolean =>
  ((old ^ value) & (bits.CR4_PAE | bits.CR4_PGE | bits.CR4_PSE | bits.CR4_SMEP)) !== 0;

/** EFER with LMA as the processor keeps it: 4-level mode is active when it is enabled and paging is on. */
export const withLma = (efer: number, cr0: number): number =>
  (efer & bits.EFER_LME) !== 0 && (cr0 & bits.CR0_PG) !== 0 ? efer | bits.EFER_LMA : efer & ~bits.EFER_LMA;
