import * as bits from './bits';
import type { Machine } from './machine';
import { canonical, PAGING_OFF, type PagingMode } from './paging';
import { R } from './registers';
import { denied, FETCH, READ, RIGHT_NX, WRITE } from './rights';

/** How a TLB lookup came out. */
export const MISS = 0;
export const HIT = 1;
/** The entry's rights do not allow the access: the processor walks before it believes that. */
export const DENIED = 2;
/** A write, and the entry does not know the page as dirty. */
export const CLEAN = 3;
export const BAD_ADDRESS = 4;

/** W, U, NX and D of an entry, side by side: 0 to 15. */
const combination = (rights: number): number =>
  ((rights >>> 1) & 3) | ((rights >>> 7) & 4) | ((rights >>> 3) & 8);
const rightsOf = (nth: number): number =>
  ((nth & 3) << 1) | ((nth & 4) === 0 ? 0 : RIGHT_NX) | ((nth & 8) === 0 ? 0 : bits.D);

/**
 * What of a processor's registers decides about an access: a copy, right until one of them changes. For each access by kernel and
 * user it knows which combinations of rights the processor is content with, so that `denied` is asked once and not at each access.
 */
export class Controls {
  mode: PagingMode = PAGING_OFF;
  cr0 = 0;
  cr4 = 0;
  rflags = 0;
  /** Decides no right, but which bits of an entry must be zero. */
  efer = 0;
  /** By twice the access, plus one for user mode: a bit for each combination of rights. */
  private readonly content = new Int32Array(6);

  constructor() {
    this.decide();
  }

  /** Takes over what the registers of a vCPU hold. */
  read(m: Machine, v: number): void {
    const r = m.vcpu(v);
    this.mode = m.hwMode(v);
    this.efer = r.read(R.hwEfer);
    const cr0 = r.read(R.hwCr0);
    const cr4 = r.read(R.hwCr4);
    const rflags = r.read(R.rflags);
    if (cr0 === this.cr0 && cr4 === this.cr4 && rflags === this.rflags) return;
    this.cr0 = cr0;
    this.cr4 = cr4;
    this.rflags = rflags;
    this.decide();
  }

  private decide(): void {
    for (const access of [READ, WRITE, FETCH]) {
      for (const user of [false, true]) {
        let content = 0;
        for (let nth = 0; nth < 16; nth++) {
          const rights = rightsOf(nth);
          const clean = access === WRITE && (rights & bits.D) === 0;
          if (!clean && !this.denies(rights, access, user)) content |= 1 << nth;
        }
        this.content[2 * access + (user ? 1 : 0)] = content;
      }
    }
  }

  /** Whether a TLB entry with these rights serves an access without a walk. */
  serves(rights: number, access: number, user: boolean): boolean {
    return (((this.content[2 * access + (user ? 1 : 0)] as number) >>> combination(rights)) & 1) !== 0;
  }

  denies(rights: number, access: number, user: boolean): boolean {
    return denied(rights, access, user, this.cr0, this.cr4, this.rflags);
  }
}

/**
 * What the TLB of a vCPU says about an access to one page: the slot (0 and up) of the entry that allows it, or -1 - MISS,
 * -1 - DENIED, -1 - CLEAN, -1 - BAD_ADDRESS. Reads only. Source: Intel SDM volume 3, "Caching translation information".
 */
export function askTlb(
  m: Machine,
  v: number,
  controls: Controls,
  vaHi: number,
  vaLo: number,
  access: number,
  user: boolean,
): number {
  if (!canonical(controls.mode, vaHi, vaLo)) return -1 - BAD_ADDRESS;
  const slot = m.tlb.lookup(v, vaHi, vaLo);
  if (slot < 0) return -1 - MISS;
  const rights = m.tlb.rights(slot);
  if (controls.serves(rights, access, user)) return slot;
  return controls.denies(rights, access, user) ? -1 - DENIED : -1 - CLEAN;
}
