import { PROCEDURE_ORIGINS, SWITCH_ORIGINS } from '../../hypervisor/xen/origins';

/** `Xen d067e4b077 multi.c sh_page_fault`: the commit and function that a procedure follows; undefined for what is not Xen's. */
export const procedureOrigin = (name: string): string | undefined => PROCEDURE_ORIGINS[name];

/** The commit that brought what a switch of Xen switches, or repaired what was wrong without it. */
export const switchOrigin = (name: string): string | undefined => SWITCH_ORIGINS[name];
