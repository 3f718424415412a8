import type { Region, Store } from '../../kernel';

export const VTLB_ENTRIES = 13;
const CELLS = 4;

/**
 * vTLB of one vCPU: 13 direct-mapped slots VA page -> gfn + error code, for the emulator's own address translation (sheet 1.8).
 * Its lock is a leaf that only the vCPU itself takes here, so it is not shown.
 */
export class Vtlb {
  private readonly region: Region;

  constructor(
    private readonly store: Store,
    v: number,
  ) {
    this.region = store.region(`vTLB of vCPU ${v}`, VTLB_ENTRIES * CELLS);
  }

  private slotCell(vaHi: number, vaLo: number): number {
    const page = (vaHi >>> 0) * 0x10_0000 + (vaLo >>> 12);
    return this.region.base + (page % VTLB_ENTRIES) * CELLS;
  }

  insert(vaHi: number, vaLo: number, gfn: number, error: number): void {
    const at = this.slotCell(vaHi, vaLo);
    this.store.set(at, gfn + 1);
    this.store.set(at + 1, vaHi);
    this.store.set(at + 2, vaLo & ~0xfff);
    this.store.set(at + 3, error);
  }

  /** gfn if the page is known with at least these access bits (W, U, I of an error code), else -1. */
  lookup(vaHi: number, vaLo: number, access: number): number {
    const at = this.slotCell(vaHi, vaLo);
    const { store } = this;
    if (store.get(at) === 0 || store.get(at + 1) !== vaHi || store.get(at + 2) !== (vaLo & ~0xfff)) return -1;
    return (store.get(at + 3) & access) === access ? store.get(at) - 1 : -1;
  }

  /** What a slot holds, for views; undefined when it is empty. */
  slot(
    i: number,
  ):
    | { readonly vaHi: number; readonly vaLo: number; readonly gfn: number; readonly error: number }
    | undefined {
    const at = this.region.base + i * CELLS;
    const { store } = this;
    if (store.get(at) === 0) return undefined;
    return {
      gfn: store.get(at) - 1,
      vaHi: store.get(at + 1),
      vaLo: store.get(at + 2),
      error: store.get(at + 3),
    };
  }

  flush(): void {
    for (let i = 0; i < VTLB_ENTRIES * CELLS; i++) this.store.set(this.region.base + i, 0);
  }
}
