import { ensure } from '../base';
import type { World } from '../kernel';
import * as bits from './bits';
import type { MachineConfig } from './config';
import { TlbFilled, TlbFlushed } from './events';
import { frameWithin } from './paging';
import { RIGHT_NX } from './rights';

const WAYS = 4;
/** An entry: rights (P = in use) with the page shift from bit 16 up; the page's first address, halves; its first frame. */
const ENTRY_CELLS = 4;
const RIGHTS = 0;
const VA_HI = 1;
const VA_LO = 2;
const FRAME = 3;
const SHIFT_AT = 16;

export const FLUSH_PAGE = 0;
export const FLUSH_NON_GLOBAL = 1;
export const FLUSH_ALL = 2;

/** A TLB entry as panels read it. `frame` is the first 4 KiB frame of the page. */
export interface TlbEntry {
  readonly slot: number;
  readonly vaHi: number;
  readonly vaLo: number;
  readonly frame: number;
  readonly pageShift: number;
  readonly writable: boolean;
  readonly user: boolean;
  readonly nx: boolean;
  readonly dirty: boolean;
  readonly global: boolean;
}

/**
 * The translation lookaside buffer of every vCPU: sets of four ways, chosen by page number; a full set gives up its ways in
 * turn. Pages of all sizes live side by side. A `slot` is the first cell of an entry; -1 means none.
 * Source: Intel SDM volume 3, "Translation lookaside buffers". Paging-structure caches are not modelled.
 */
export class Tlb {
  private readonly base: readonly number[];
  private readonly sets: number;
  private readonly largeShifts: readonly number[];

  constructor(
    private readonly world: World,
    private readonly config: MachineConfig,
  ) {
    this.sets = config.tlbEntries / WAYS;
    ensure(
      this.sets === 0 || Math.log2(this.sets) % 1 === 0,
      `tlbEntries is 0 or four times a power of two, not ${config.tlbEntries}`,
    );
    const cells = Math.max(1, this.victims + this.sets);
    this.base = Array.from(
      { length: config.vcpus },
      (_, v) => world.store.region(`TLB of vCPU ${v}`, cells).base,
    );
    const ib = config.indexBits;
    this.largeShifts = [...new Set([12 + ib, 13 + ib, 12 + 2 * ib, 21, 22])].filter((s) => s > 12);
  }

  /** Behind the entries: how many map large pages, then each set's next victim. */
  private get victims(): number {
    return this.config.tlbEntries * ENTRY_CELLS + 1;
  }

  private largeCell(v: number): number {
    return (this.base[v] as number) + this.config.tlbEntries * ENTRY_CELLS;
  }

  /** The entry that translates an address, or -1. */
  lookup(v: number, vaHi: number, vaLo: number): number {
    if (this.sets === 0) return -1;
    const small = this.probe(v, vaHi, vaLo, 12);
    return small >= 0 ? small : this.lookupLarge(v, vaHi, vaLo);
  }

  private lookupLarge(v: number, vaHi: number, vaLo: number): number {
    if (this.world.store.get(this.largeCell(v)) === 0) return -1;
    for (const shift of this.largeShifts) {
      const slot = this.probe(v, vaHi, vaLo, shift);
      if (slot >= 0) return slot;
    }
    return -1;
  }

  private setOf(vaHi: number, vaLo: number, shift: number): number {
    return ((vaLo >>> shift) | (vaHi << (32 - shift))) & (this.sets - 1);
  }

  private probe(v: number, vaHi: number, vaLo: number, shift: number): number {
    const { cells } = this.world.store;
    const pageLo = shift >= 32 ? 0 : vaLo & (-1 << shift);
    const first = (this.base[v] as number) + this.setOf(vaHi, vaLo, shift) * WAYS * ENTRY_CELLS;
    const end = first + WAYS * ENTRY_CELLS;
    for (let slot = first; slot < end; slot += ENTRY_CELLS) {
      if (cells[slot + VA_LO] !== pageLo || cells[slot + VA_HI] !== vaHi) continue;
      const rights = cells[slot + RIGHTS] as number;
      if ((rights & bits.P) !== 0 && rights >>> SHIFT_AT === shift) return slot;
    }
    return -1;
  }

  /** W, U, D, G and RIGHT_NX of an entry. */
  rights(slot: number): number {
    return this.world.store.get(slot + RIGHTS) & (bits.W | bits.U | bits.D | bits.G | RIGHT_NX);
  }

  /** The 4 KiB frame that an address in the entry's page is translated to. */
  frame(slot: number, vaHi: number, vaLo: number): number {
    const { cells } = this.world.store;
    const frame = cells[slot + FRAME] as number;
    const shift = (cells[slot + RIGHTS] as number) >>> SHIFT_AT;
    return shift === 12 ? frame : frameWithin(frame, shift, vaHi, vaLo);
  }

  pageShift(slot: number): number {
    return this.world.store.get(slot + RIGHTS) >>> SHIFT_AT;
  }

  writable(slot: number): boolean {
    return (this.world.store.get(slot + RIGHTS) & bits.W) !== 0;
  }

  user(slot: number): boolean {
    return (this.world.store.get(slot + RIGHTS) & bits.U) !== 0;
  }

  nx(slot: number): boolean {
    return (this.world.store.get(slot + RIGHTS) & RIGHT_NX) !== 0;
  }

  dirty(slot: number): boolean {
    return (this.world.store.get(slot + RIGHTS) & bits.D) !== 0;
  }

  global(slot: number): boolean {
    return (this.world.store.get(slot + RIGHTS) & bits.G) !== 0;
  }

  /**
   * Remembers a translation: `frame` is the 4 KiB frame of this very address, `shift` its page's size, `rights` the bits
   * W, U, D, G and RIGHT_NX. An older entry for the same page is replaced.
   */
  fill(v: number, vaHi: number, vaLo: number, frame: number, shift: number, rights: number): void {
    if (this.sets === 0) return;
    const { store } = this.world;
    const known = this.probe(v, vaHi, vaLo, shift);
    const slot = known >= 0 ? known : this.victim(v, vaHi, vaLo, shift);
    store.set(slot + RIGHTS, bits.P | rights | (shift << SHIFT_AT));
    store.set(slot + VA_HI, vaHi);
    store.set(slot + VA_LO, shift >= 32 ? 0 : vaLo & (-1 << shift));
    store.set(slot + FRAME, frame - frameWithin(0, shift, vaHi, vaLo));
    if (known < 0 && shift > 12) store.set(this.largeCell(v), store.get(this.largeCell(v)) + 1);
    this.world.emit(TlbFilled, v, vaHi, vaLo, frame, (rights & bits.W) === 0 ? 0 : 1);
  }

  /** A free way of the set, or the one whose turn it is. */
  private victim(v: number, vaHi: number, vaLo: number, shift: number): number {
    const { store } = this.world;
    const set = this.setOf(vaHi, vaLo, shift);
    const first = (this.base[v] as number) + set * WAYS * ENTRY_CELLS;
    for (let way = 0; way < WAYS; way++) {
      const slot = first + way * ENTRY_CELLS;
      if ((store.get(slot + RIGHTS) & bits.P) === 0) return slot;
    }
    const turn = (this.base[v] as number) + this.victims + set;
    const way = store.get(turn);
    store.set(turn, (way + 1) % WAYS);
    const slot = first + way * ENTRY_CELLS;
    this.drop(v, slot);
    return slot;
  }

  /** Cells go back to zero, so that two TLBs differ only in what they hold. */
  private drop(v: number, slot: number): void {
    const { store } = this.world;
    if (store.get(slot + RIGHTS) >>> SHIFT_AT > 12)
      store.set(this.largeCell(v), store.get(this.largeCell(v)) - 1);
    for (let i = 0; i < ENTRY_CELLS; i++) store.set(slot + i, 0);
  }

  /** INVLPG: whatever page contains the address, of any size, global or not. */
  flushPage(v: number, vaHi: number, vaLo: number): void {
    for (let slot = this.lookup(v, vaHi, vaLo); slot >= 0; slot = this.lookup(v, vaHi, vaLo))
      this.drop(v, slot);
    this.world.emit(TlbFlushed, v, FLUSH_PAGE, vaHi, vaLo);
  }

  /** Everything, or everything but global pages. */
  flushAll(v: number, keepGlobal: boolean): void {
    for (const slot of this.slots(v)) if (!(keepGlobal && this.global(slot))) this.drop(v, slot);
    if (!keepGlobal)
      for (let set = 0; set < this.sets; set++)
        this.world.store.set((this.base[v] as number) + this.victims + set, 0);
    this.world.emit(TlbFlushed, v, keepGlobal ? FLUSH_NON_GLOBAL : FLUSH_ALL, 0, 0);
  }

  /** Entries in use, in the order of their places. */
  slots(v: number): number[] {
    const out: number[] = [];
    const first = this.base[v] as number;
    for (let i = 0; i < this.config.tlbEntries; i++) {
      const slot = first + i * ENTRY_CELLS;
      if ((this.world.store.get(slot + RIGHTS) & bits.P) !== 0) out.push(slot);
    }
    return out;
  }

  /** An entry as panels and invariants read it. */
  entry(slot: number): TlbEntry {
    const { store } = this.world;
    return {
      slot,
      vaHi: store.get(slot + VA_HI),
      vaLo: store.get(slot + VA_LO),
      frame: store.get(slot + FRAME),
      pageShift: this.pageShift(slot),
      writable: this.writable(slot),
      user: this.user(slot),
      nx: this.nx(slot),
      dirty: this.dirty(slot),
      global: this.global(slot),
    };
  }

  entries(v: number): TlbEntry[] {
    return this.slots(v).map((slot) => this.entry(slot));
  }

  /** Whether some entry lets the vCPU write to a 4 KiB machine frame. */
  holdsWritable(v: number, frame: number): boolean {
    return this.slots(v).some((slot) => {
      const first = this.world.store.get(slot + FRAME);
      return this.writable(slot) && frame >= first && frame < first + 2 ** (this.pageShift(slot) - 12);
    });
  }
}
