import { schemeNamed } from '../../hypervisor/paravirt/schemes';
import { PROT_READ, PROT_WRITE } from '../../hypervisor/paravirt/state';
import { W } from '../../machine';
import { Tables } from './tables';

const PAGE = 4096;
const high = (va: number): number => (va / 0x1_0000_0000) | 0;

/** Where the kernel's direct map has its entry for a frame, and what stands there. */
export interface DirectEntry {
  readonly table: number;
  readonly index: number;
  readonly lo: number;
}

/** The processor walks the guest's own tables, so each must be validated: Xen is asked before a frame becomes one. */
export const asksForTables = (profile: string): boolean =>
  schemeNamed(profile || 'native')?.tables === 'direct';

/** There is a shadow, and the design has no call by which a guest says that a frame is a table no longer: none is given back. */
export const keepsTables = (profile: string): boolean =>
  schemeNamed(profile || 'native')?.tables === 'shadow';

/**
 * A kernel that knows it is a guest: entries of the process that runs change the way of its scheme (`set-pte`, `mprotect`, lazy
 * sections), and where the processor walks the guest's own tables, each of them is mapped read-only and pinned before it is used,
 * and unpinned before it is taken apart, one call each. Until it is pinned a table is ordinary memory, as in Linux. Made up from
 * those operations; what they do and cost is the design's.
 */
export class ParavirtTables extends Tables {
  constructor(
    /** The entry of a frame in the kernel's direct map. */
    private readonly direct: (frame: number) => DirectEntry | undefined,
    /** Whether tables must be pinned. */
    private readonly asks: boolean,
    ...kernel: ConstructorParameters<typeof Tables>
  ) {
    super(...kernel);
  }

  override setEntry(live: boolean, va: number, table: number, index: number, lo: number): void {
    if (live) this.out.call('set-pte', high(va), va | 0, 0, lo);
    else super.setEntry(live, va, table, index, lo);
  }

  override linkTable(live: boolean, above: number, index: number, child: number, level: number): void {
    if (!live || !this.asks) {
      super.linkTable(live, above, index, child, level);
      return;
    }
    this.announce(child, level);
    this.out.call('mmu-update', above, index, 0, this.entryFor(child, level + 1));
  }

  override announce(frame: number, level: number): void {
    if (!this.asks) return;
    this.remap(frame, false);
    this.out.call('pin', frame, level, 0, 0);
  }

  override retire(frame: number): void {
    if (!this.asks) return;
    this.out.call('unpin', frame, 0, 0, 0);
    this.remap(frame, true);
  }

  /** The kernel's own mapping of a frame: a table must not be written through it. */
  private remap(frame: number, writable: boolean): void {
    const at = this.direct(frame);
    if (at === undefined) throw new Error(`frame ${frame} is in the direct map`);
    this.out.call('mmu-update', at.table, at.index, 0, writable ? at.lo | W : at.lo & ~W);
    this.out.invlpg(this.layout.directHi, (this.layout.directLo + frame * PAGE) | 0);
  }

  override protect(live: boolean, va: number, pages: number, writable: boolean): boolean {
    if (!live) return false;
    this.out.call('mprotect', high(va), va | 0, pages, writable ? PROT_READ | PROT_WRITE : PROT_READ);
    return true;
  }

  override section(live: boolean, va: number, change: () => void): void {
    if (live) this.out.call('lazy-enter', high(va), va | 0, 0, 0);
    change();
    if (live) this.out.call('lazy-leave', 0, 0, 0, 0);
  }
}
