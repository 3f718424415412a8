import type { Controls } from './askTlb';
import * as bits from './bits';
import { ALL_RIGHTS, entrySays, frameBehind, through } from './entryRules';
import { WalkEnded, WalkedLevel, WalkStarted } from './events';
import type { Machine } from './machine';
import { frameOf, indexAt, type PagingMode, present } from './paging';
import { PDPTE_HI, PDPTE_LO, R } from './registers';
import { WRITE } from './rights';
import type { Halves } from './wide';

const MOST_LEVELS = 5;

/**
 * A walk that only reads: every entry on the way is present, has no bit that must be zero, and is marked already, and together they
 * allow the access. By the rules that `hardware_walk` judges by, and with what it emits, in one go; a walk that would fault, or has to mark an entry,
 * is none of these and goes by its steps. For AtOnce, where nobody else takes a step in between.
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
        const leaf = says === 'leaf';
        const wanted = leaf && access === WRITE ? bits.A | bits.D : bits.A;
        if ((lo & wanted) !== wanted) return false;
        rights = through(mode, level, rights, hi, lo);
        if (leaf) return this.ends(controls, level, rights, user);
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
    this.rights = rights | (lo & bits.D) | ((cr4 & bits.CR4_PGE) !== 0 ? lo & bits.G : 0);
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

  /** What the steps of the walk emit, and the translation in the TLB. */
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
    world.emit(WalkEnded, v, 0, vaHi, vaLo, -1, this.frame);
    machine.tlb.fill(v, vaHi, vaLo, this.frame, this.shift, this.rights);
  }
}
