import type { Controls } from './askTlb';
import * as bits from './bits';
import { ALL_RIGHTS, entrySays, frameBehind, through } from './entryRules';
import { AccessedDirtySet, WalkEnded, WalkedLevel, WalkStarted } from './events';
import type { Machine } from './machine';
import { frameOf, indexAt, type PagingMode, present } from './paging';
import { PDPTE_HI, PDPTE_LO, R } from './registers';
import { WRITE } from './rights';
import type { Halves } from './wide';

const MOST_LEVELS = 5;

/**
 * A walk that comes to its page: every entry on the way is present and has no bit that must be zero, and together they allow the
 * access. By the rules that `hardware_walk` judges by, with the marks that it sets and what it emits, in one go. A walk that would
 * fault is none of these and goes by its steps. For AtOnce, where nobody else takes a step in between.
 */
export class WalkAtOnce {
  /** What the last walk has found. */
  frame = 0;
  shift = 0;
  rights = 0;
  private vaHi = 0;
  private vaLo = 0;
  private access = 0;
  private top = 0;
  private leaf = 0;
  /** By level: the table, the index in it, the entry. */
  private readonly tables = new Float64Array(MOST_LEVELS);
  private readonly indexes = new Int32Array(MOST_LEVELS);
  private readonly his = new Int32Array(MOST_LEVELS);
  private readonly los = new Int32Array(MOST_LEVELS);
  private readonly read: Halves = { hi: 0, lo: 0 };

  constructor(
    private readonly machine: Machine,
    private readonly v: number,
  ) {}

  /** Whether the walk for an access is such a one. Reads, and leaves what it has found in the fields. */
  finds(controls: Controls, vaHi: number, vaLo: number, access: number, user: boolean): boolean {
    const { mode, cr4, efer } = controls;
    if (mode.name === 'off') return false;
    this.vaHi = vaHi;
    this.vaLo = vaLo;
    this.access = access;
    this.top = mode.levels;
    let table = this.root(mode);
    let rights = ALL_RIGHTS;
    for (let level = mode.levels; level > 0; level--) {
      const index = indexAt(mode, level, vaHi, vaLo);
      const { hi, lo } = this.entry(mode, level, table, index);
      this.note(level, table, index, hi, lo);
      if (mode.name === 'pae' && level === 3) {
        // MOV CR3 has judged the register, and nobody marks it.
        if (!present(lo)) return false;
      } else {
        const says = entrySays(mode, level, hi, lo, cr4, efer);
        if (says === 'absent' || says === 'reserved') return false;
        rights = through(mode, level, rights, hi, lo);
        if (says === 'leaf') return this.ends(controls, level, rights, user);
      }
      table = frameOf(hi, lo);
    }
    return false;
  }

  private ends(controls: Controls, level: number, rights: number, user: boolean): boolean {
    const { mode, cr4 } = controls;
    if (controls.denies(rights, this.access, user)) return false;
    const [hi, lo] = [this.his[level] as number, this.los[level] as number];
    this.leaf = level;
    this.shift = mode.shift[level] as number;
    const dirty = this.access === WRITE ? bits.D : lo & bits.D;
    this.rights = rights | dirty | ((cr4 & bits.CR4_PGE) !== 0 ? lo & bits.G : 0);
    this.frame = frameBehind(mode, level, hi, lo, this.vaHi, this.vaLo);
    return true;
  }

  private root(mode: PagingMode): number {
    const r = this.machine.vcpu(this.v);
    return frameOf(mode.name === '64' ? r.read(R.hwCr3Hi) : 0, r.read(R.hwCr3Lo));
  }

  private entry(mode: PagingMode, level: number, table: number, index: number): Halves {
    const { machine, read } = this;
    if (mode.name === 'pae' && level === 3) {
      const r = machine.vcpu(this.v);
      read.hi = r.get(PDPTE_HI[index] ?? 'pdpte0Hi');
      read.lo = r.get(PDPTE_LO[index] ?? 'pdpte0Lo');
    } else if (mode.entryCells === 2) machine.memory.readPair(table, 2 * index, read);
    else {
      read.hi = 0;
      read.lo = machine.memory.read32(table, index);
    }
    return read;
  }

  private note(level: number, table: number, index: number, hi: number, lo: number): void {
    this.tables[level] = table;
    this.indexes[level] = index;
    this.his[level] = hi;
    this.los[level] = lo;
  }

  /** What the steps of the walk set and emit, and the translation in the TLB. */
  takes(mode: PagingMode): void {
    const { machine, v, vaHi, vaLo, access } = this;
    const { world } = machine;
    world.emit(WalkStarted, v, 0, vaHi, vaLo, access);
    for (let level = this.top; level >= this.leaf; level--) {
      const register = mode.name === 'pae' && level === 3;
      const cr3 = register ? machine.vcpu(v).read(R.hwCr3Lo) : 0;
      const table = register ? cr3 >>> 12 : (this.tables[level] as number);
      const index = (this.indexes[level] as number) + (register ? (cr3 & 0xfe0) >>> 3 : 0);
      const [hi, lo] = [this.his[level] as number, this.los[level] as number];
      world.emit(WalkedLevel, v, 0, level, table, index, hi, lo);
    }
    for (let level = mode.name === 'pae' ? 2 : this.top; level >= this.leaf; level--) this.mark(mode, level);
    world.emit(WalkEnded, v, 0, vaHi, vaLo, -1, this.frame);
    machine.tlb.fill(v, vaHi, vaLo, this.frame, this.shift, this.rights);
  }

  /** A of each entry, D of the leaf of a store, where they are not set yet. */
  private mark(mode: PagingMode, level: number): void {
    const { machine, v } = this;
    const wanted = level === this.leaf && this.access === WRITE ? bits.A | bits.D : bits.A;
    const lo = this.los[level] as number;
    const set = wanted & ~lo;
    if (set === 0) return;
    const [table, index] = [this.tables[level] as number, this.indexes[level] as number];
    machine.memory.write32(table, index * mode.entryCells, lo | set);
    if ((set & bits.D) !== 0) machine.dirtied(table, index);
    machine.world.emit(AccessedDirtySet, v, 0, level, table, index, set);
  }
}
