import { type Word, word } from '../../base';
import type { Rights, TableSpec } from '../../engine/spec';
import { frameOf, frameWithin, indexAt, isLeaf, leafFrame, type PagingMode, present } from '../../machine';
import * as bits from '../../machine/bits';
import { NO_RIGHTS } from '../syntax/rights';
import { entryWord } from './entry';
import type { MemoryImage } from './image';

/** What a table above a page grants: everything; the page's own entry decides. Real kernels set A, or the processor soon does. */
const ABOVE: Rights = { ...NO_RIGHTS, r: true, w: true, x: true, accessed: true };

/** Why an address cannot be mapped as asked. */
export type Refusal =
  /** An entry on the way, or the one itself, already maps a page. */
  | { readonly kind: 'taken'; readonly level: number; readonly entry: Word }
  /** An entry that should map a large page already leads to a table. */
  | { readonly kind: 'table below'; readonly level: number };

/** The guest's page tables before the first step, built as a kernel builds them: from the root down, a table where one is missing. */
export class GuestTables {
  readonly tables: TableSpec[] = [];
  private readonly placed = new Map<string, number>();

  constructor(
    private readonly mode: PagingMode,
    private readonly nx: boolean,
    private readonly image: MemoryImage,
    /** A frame for a table that nobody named. */
    private readonly take: () => number,
  ) {}

  /** Notes that a frame is a table. */
  add(table: TableSpec): void {
    const same = this.tables.findIndex((t) => t.frame === table.frame && t.level === table.level);
    if (same < 0) this.tables.push(table);
    else this.tables[same] = { ...this.tables[same], ...table };
  }

  /** Levels at which a frame is a table. */
  levelsOf(frame: number): number[] {
    return this.tables.filter((t) => t.frame === frame).map((t) => t.level);
  }

  /** Says which frame is to hold the table of a level for an address, before anything is built. */
  place(root: number, level: number, va: Word, frame: number): void {
    this.placed.set(this.key(root, level, va), frame);
  }

  /** The table of a level for an address, built if need be. `user`: user mode may pass the entries on the way. */
  table(root: number, level: number, va: Word, user: boolean): number | Refusal {
    let frame = root;
    for (let at = this.mode.levels; at > level; at--) {
      const index = this.index(at, va);
      const found = this.image.entry(frame, index);
      if (present(found.lo)) {
        if (isLeaf(this.mode, at, found.lo, bits.CR4_PSE)) return { kind: 'taken', level: at, entry: found };
        if (user && (found.lo & bits.U) === 0 && !(this.mode.name === 'pae' && at === 3)) {
          this.image.setEntry(frame, index, word(found.hi, found.lo | bits.U));
        }
        frame = frameOf(found.hi, found.lo);
        continue;
      }
      const child = this.placed.get(this.key(root, at - 1, va)) ?? this.take();
      this.add({ frame: child, level: at - 1, va: this.firstAddress(at - 1, va) });
      this.image.setEntry(frame, index, entryWord(this.mode, at, child, { ...ABOVE, user }, this.nx));
      frame = child;
    }
    return frame;
  }

  /** The guest frame of a 4 KiB page that an address is mapped to; none if it is not. */
  frameOf(root: number, va: Word): number | undefined {
    let frame = root;
    for (let level = this.mode.levels; level >= 1; level--) {
      const { hi, lo } = this.image.entry(frame, this.index(level, va));
      if (!present(lo)) return undefined;
      if (isLeaf(this.mode, level, lo, bits.CR4_PSE))
        return frameWithin(
          leafFrame(this.mode, level, hi, lo),
          this.mode.shift[level] as number,
          va.hi,
          va.lo,
        );
      frame = frameOf(hi, lo);
    }
    return undefined;
  }

  /** Maps one page by an entry of the level; a refusal if something is in the way. */
  map(root: number, level: number, va: Word, frame: number, rights: Rights): Refusal | undefined {
    const table = this.table(root, level, va, rights.user);
    if (typeof table !== 'number') return table;
    const index = this.index(level, va);
    const old = this.image.entry(table, index);
    if (present(old.lo)) {
      return isLeaf(this.mode, level, old.lo, bits.CR4_PSE)
        ? { kind: 'taken', level, entry: old }
        : { kind: 'table below', level };
    }
    this.image.setEntry(
      table,
      index,
      entryWord(this.mode, level, frame, { ...rights, large: level > 1 }, this.nx),
    );
    return undefined;
  }

  /** Gives an address space the kernel half of another: the top-level entries, as kernels do for each process. */
  share(from: number, to: number): void {
    const top = this.mode.levels;
    const entries = (this.mode.indexMask[top] ?? 0) + 1;
    // Above 3 GiB in the modes of 32-bit addresses, the upper half in 4-level mode.
    const first = this.mode.name === '64' ? entries / 2 : (entries * 3) / 4;
    for (let index = first; index < entries; index++) {
      const entry = this.image.entry(from, index);
      if (present(entry.lo) && !present(this.image.entry(to, index).lo))
        this.image.setEntry(to, index, entry);
    }
  }

  private index(level: number, va: Word): number {
    return indexAt(this.mode, level, va.hi, va.lo);
  }

  /** Where the range of a table begins that maps an address. */
  firstAddress(level: number, va: Word): Word {
    const shift = this.mode.shift[level + 1] ?? this.mode.vaBits;
    const value = (BigInt(va.hi) << 32n) | BigInt(va.lo >>> 0);
    const first = (value >> BigInt(shift)) << BigInt(shift);
    if (level === this.mode.levels) return word(0, 0);
    return word(Number((first >> 32n) & 0xffff_ffffn), Number(first & 0xffff_ffffn));
  }

  private key(root: number, level: number, va: Word): string {
    const first = this.firstAddress(level, va);
    return `${root}:${level}:${first.hi}:${first.lo}`;
  }
}
