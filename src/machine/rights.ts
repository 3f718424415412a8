import * as bits from './bits';

/** What an access does. A locked operation and a failing CMPXCHG are writes. */
export const READ = 0;
export const WRITE = 1;
export const FETCH = 2;

/** Rights of a translation are the bits W, U, D and G of an entry, and this for "execute disable": one cell holds them. */
export const RIGHT_NX = 1 << 9;

/**
 * Whether a translation with these rights denies an access. `user`: the access is made at CPL 3. `nxe` only counts in modes
 * that have bit 63. Source: Intel SDM volume 3, "Determination of access rights".
 */
export function denied(
  rights: number,
  access: number,
  user: boolean,
  cr0: number,
  cr4: number,
  rflags: number,
): boolean {
  const userPage = (rights & bits.U) !== 0;
  if (access === FETCH) {
    if ((rights & RIGHT_NX) !== 0) return true;
    return user ? !userPage : userPage && (cr4 & bits.CR4_SMEP) !== 0;
  }
  if (user) return !userPage || (access === WRITE && (rights & bits.W) === 0);
  if (userPage && (cr4 & bits.CR4_SMAP) !== 0 && (rflags & bits.RFLAGS_AC) === 0) return true;
  return access === WRITE && (rights & bits.W) === 0 && (cr0 & bits.CR0_WP) !== 0;
}

/**
 * The page-fault error code. I is only reported where a fetch can be denied as such: with NX in force, or with SMEP.
 * `cause`: PFEC_P, PFEC_P | PFEC_RSVD, or 0 for an entry that is not present.
 */
export function errorCode(cause: number, access: number, user: boolean, cr4: number, efer: number): number {
  const reportsFetch =
    ((cr4 & bits.CR4_PAE) !== 0 && (efer & bits.EFER_NXE) !== 0) || (cr4 & bits.CR4_SMEP) !== 0;
  return (
    cause |
    (access === WRITE ? bits.PFEC_W : 0) |
    (user ? bits.PFEC_U : 0) |
    (access === FETCH && reportsFetch ? bits.PFEC_I : 0)
  );
}
