import type { Store } from '../../kernel';
import { SparseTable } from '../sparse';

const KEY = 0x2000_0000;
const BACK_KEY = 0x2400_0000;
const KIND = 0;
const MFN = 1;
const RAM = 1;
const DEVICE = 2;

/** pfn -> mfn, which can change at run time (sheet 2). Identity for the guest's frames unless set; beyond them there is no memory. */
export class P2m {
  private readonly rows: SparseTable;
  private readonly back: SparseTable;

  constructor(
    store: Store,
    private readonly guestFrames: number,
  ) {
    this.rows = new SparseTable(store, KEY, 2);
    this.back = new SparseTable(store, BACK_KEY, 1);
  }

  /** Machine frame of a guest frame; -1 if it is no RAM. */
  mfn(gfn: number): number {
    if (gfn < 0 || gfn >= 2 ** 28) return -1;
    const kind = this.rows.get(gfn, KIND);
    if (kind === DEVICE) return -1;
    if (kind === RAM) return this.rows.get(gfn, MFN);
    return gfn < this.guestFrames ? gfn : -1;
  }

  isRam(gfn: number): boolean {
    return this.mfn(gfn) >= 0;
  }

  /** A guest frame that a machine frame is behind, or -1. Where several share it, the one set last. */
  gfn(mfn: number): number {
    const set = this.back.get(mfn, 0);
    if (set !== 0) return set - 1;
    return this.mfn(mfn) === mfn ? mfn : -1;
  }

  /** `mfn` -1: a device is there, or nothing. */
  set(gfn: number, mfn: number): void {
    const before = this.mfn(gfn);
    if (before >= 0 && this.back.get(before, 0) === gfn + 1) this.back.set(before, 0, 0);
    this.rows.set(gfn, KIND, mfn < 0 ? DEVICE : RAM);
    this.rows.set(gfn, MFN, Math.max(mfn, 0));
    if (mfn >= 0) this.back.set(mfn, 0, gfn + 1);
  }

  /** Whether the frames from gfn on lie in the machine as in the guest, aligned: what one large SPTE can map. */
  together(gfn: number, count: number): boolean {
    const first = this.mfn(gfn);
    if (first < 0 || first % count !== 0) return false;
    for (let i = 1; i < count; i++) if (this.mfn(gfn + i) !== first + i) return false;
    return true;
  }
}
