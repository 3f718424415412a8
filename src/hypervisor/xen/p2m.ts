import type { Store } from '../../kernel';
import { SparseTable } from '../sparse';
import { P2M_MMIO_DM, P2M_RAM_RW } from './types';

const KEY = 0x1000_0000;
const TYPE = 0;
const MFN = 1;
const BACK_KEY = 0x1800_0000;

/**
 * The p2m: gfn -> (mfn, type), and back. Identity and ram_rw for the guest's frames unless set; a gfn beyond them has no
 * memory and counts as an emulated device (mmio_dm with no mfn), as in Xen.
 */
export class P2m {
  private readonly table: SparseTable;
  private readonly back: SparseTable;

  constructor(
    store: Store,
    private readonly guestFrames: number,
  ) {
    this.table = new SparseTable(store, KEY, 2);
    this.back = new SparseTable(store, BACK_KEY, 1);
  }

  private known(gfn: number): boolean {
    return gfn >= 0 && gfn < 2 ** 28 && this.table.get(gfn, TYPE) !== 0;
  }

  /** Machine frame of a gfn, or -1. */
  mfn(gfn: number): number {
    if (this.known(gfn)) return this.table.get(gfn, MFN) - 1;
    return gfn >= 0 && gfn < this.guestFrames ? gfn : -1;
  }

  type(gfn: number): number {
    if (this.known(gfn)) return this.table.get(gfn, TYPE);
    return gfn >= 0 && gfn < this.guestFrames ? P2M_RAM_RW : P2M_MMIO_DM;
  }

  /** gfn of a machine frame, or -1 if no gfn is known to name it. */
  gfn(mfn: number): number {
    const set = this.back.get(mfn, 0);
    if (set !== 0) return set - 1;
    return this.mfn(mfn) === mfn ? mfn : -1;
  }

  /** `mfn` -1: none. */
  set(gfn: number, mfn: number, type: number): void {
    const before = this.mfn(gfn);
    if (before >= 0 && this.back.get(before, 0) === gfn + 1) this.back.set(before, 0, 0);
    this.table.set(gfn, TYPE, type);
    this.table.set(gfn, MFN, mfn + 1);
    if (mfn >= 0) this.back.set(mfn, 0, gfn + 1);
  }
}
