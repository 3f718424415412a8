import { ensure } from '../base';
import { PageStamps } from './pageStamps';

/**
 * The journaled store: the whole simulated world as 32-bit cells. Every write goes through `set`, which records
 * (cell, old, new) and keeps a 64-bit incremental hash of the cells that belong to the state's identity.
 * From the journal come stepping back, highlights, provenance and undo; from the hash come state identity and the run-twice test.
 */
const LINE_SHIFT = 6;
const LINE_MASK = 63;
export const PAGE_CELLS = 1024;
const PAGE_SHIFT = 10;

/** Lane hashes: `cell` and `value` are spread by different odd constants, then finished so that every bit depends on all. */
export function spreadLo(key: number, value: number): number {
  let h = Math.imul(key, 0x9e3779b1) ^ Math.imul(value, 0x85ebca77);
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return h ^ (h >>> 16);
}
/** The other half of the same hash, by other constants. */
export function spreadHi(key: number, value: number): number {
  let h = Math.imul(key, 0xc2b2ae3d) + Math.imul(value, 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return h ^ (h >>> 15);
}

/** A named run of cells with a fixed place. `identity` says whether it is part of what makes two states the same. */
export interface Region {
  readonly name: string;
  readonly base: number;
  readonly cells: number;
  readonly identity: boolean;
  /** Notes of what states do not show, written for invariants: no step reads them, so two states that differ in them go on alike. */
  readonly witness: boolean;
}

/**
 * The simulated world as one row of cells, and the journal of every write to it. `set` is the only way to change a cell; what is undone,
 * hashed, shown as changed and looked back at all comes from it. Regions are claimed once, before the first step.
 */
export class Store {
  cells: Int32Array;
  /** Per line of 64 cells: the key base under which its cells are hashed; 0 = not part of the identity. */
  private lineKey: Int32Array;
  private used = PAGE_CELLS; // cell 0 is never handed out, so that 0 can mean "none" in every link
  private readonly regionList: Region[] = [];
  /** Journal: triples (cell, old, new). `position` is how far the cells have got; `length` is how far the record goes. */
  private log = new Int32Array(3 * 4096);
  private position = 0;
  private length = 0;
  hashLo = 0;
  hashHi = 0;
  /** How often the cells were put elsewhere than by going along the journal: whoever remembers what it read must start anew then. */
  generation = 0;
  private readonly stamps = new PageStamps(this);
  /** How often somebody has looked back in the journal: an answer from there is one about the way to a state, not about the state. */
  lookedBack = 0;
  /** Cells of locks: 0, or the number of the actor that holds it + 1. For whoever asks what a lock protects. */
  readonly lockCells: number[] = [];

  constructor(capacity = 64 * PAGE_CELLS) {
    this.cells = new Int32Array(capacity);
    this.lineKey = new Int32Array(capacity >> LINE_SHIFT);
  }

  get size(): number {
    return this.used;
  }

  get regions(): readonly Region[] {
    return this.regionList;
  }

  /** Reserves `cells` cells. Regions start on a line of 64 cells so that identity is a property of the line. */
  region(name: string, cells: number, identity = true): Region {
    const base = this.reserve(cells);
    if (identity) this.keyLines(base, cells, base);
    const region = { name, base, cells, identity, witness: false };
    this.regionList.push(region);
    return region;
  }

  /** Reserves cells for a witness: journaled, and no part of the identity unless somebody tells states apart by it. */
  witness(name: string, cells: number): Region {
    const region = { name, base: this.reserve(cells), cells, identity: false, witness: true };
    this.regionList.push(region);
    return region;
  }

  /**
   * From now on a witness is part of the identity: for explorations, which merge states and ask invariants that read it. Only before
   * the first record, for what was done before was hashed without it.
   */
  tellApartBy({ name, base, cells, witness }: Region): void {
    ensure(witness, `region ${name} is a witness`);
    ensure(this.length === 0, `nothing is recorded before witness ${name} becomes part of the identity`);
    this.keyLines(base, cells, base);
  }

  /**
   * A page of 1,024 cells outside the fixed regions, hashed under its own key so that the order in which pages are handed
   * out is not part of the identity. Handing out is not journaled: an unused page reads as zero, exactly as no page does.
   */
  page(key: number, identity = true): number {
    this.used = Math.ceil(this.used / PAGE_CELLS) * PAGE_CELLS;
    const base = this.reserve(PAGE_CELLS);
    if (identity) this.keyLines(base, PAGE_CELLS, key);
    return base;
  }

  private reserve(cells: number): number {
    const base = this.used;
    this.used += Math.ceil(cells / 64) * 64;
    while (this.used > this.cells.length) {
      const grown = new Int32Array(this.cells.length * 2);
      grown.set(this.cells);
      this.cells = grown;
      const keys = new Int32Array(grown.length >> LINE_SHIFT);
      keys.set(this.lineKey);
      this.lineKey = keys;
    }
    return base;
  }

  private keyLines(base: number, cells: number, key: number): void {
    const first = base >> LINE_SHIFT;
    const lines = Math.ceil(cells / 64);
    for (let i = 0; i < lines; i++) this.lineKey[first + i] = (key + (i << LINE_SHIFT)) | 0 || 1;
  }

  get(cell: number): number {
    return this.cells[cell] as number;
  }

  /** The one way to change the world. Writing the value that is already there changes nothing and records nothing. */
  set(cell: number, value: number): void {
    const cells = this.cells;
    const now = value | 0;
    const old = cells[cell] as number;
    if (old === now) return;
    let p = this.position;
    if (p + 3 > this.log.length) this.growLog();
    const log = this.log;
    log[p++] = cell;
    log[p++] = old;
    log[p++] = now;
    this.position = this.length = p;
    cells[cell] = now;
    const line = this.lineKey[cell >> LINE_SHIFT] as number;
    if (line !== 0) this.rehash(line + (cell & LINE_MASK), old, now);
  }

  private rehash(key: number, old: number, now: number): void {
    this.hashLo ^= spreadLo(key, old) ^ spreadLo(key, now);
    this.hashHi ^= spreadHi(key, old) ^ spreadHi(key, now);
  }

  /** What a cell of this value, instead of 0, is in the identity hash: 0 where the cell is not part of it. */
  shareLo(cell: number, value: number): number {
    const line = this.lineKey[cell >> LINE_SHIFT] as number;
    if (line === 0) return 0;
    const key = line + (cell & LINE_MASK);
    return spreadLo(key, 0) ^ spreadLo(key, value);
  }

  shareHi(cell: number, value: number): number {
    const line = this.lineKey[cell >> LINE_SHIFT] as number;
    if (line === 0) return 0;
    const key = line + (cell & LINE_MASK);
    return spreadHi(key, 0) ^ spreadHi(key, value);
  }

  private growLog(): void {
    const grown = new Int32Array(this.log.length * 2);
    grown.set(this.log);
    this.log = grown;
  }

  /** Building only: a value that is part of the world from before its first step (memory contents, stamps). Not journaled, not hashed. */
  preset(cell: number, value: number): void {
    this.cells[cell] = value;
  }

  /** A place in the journal, to come back to with `seek` or `undo`. */
  get mark(): number {
    return this.position;
  }

  /** How far the record goes: after a `seek` back, `mark < recorded`. */
  get recorded(): number {
    return this.length;
  }

  /** Back to an earlier mark, forgetting what came after. The checker's way. */
  undo(mark: number): void {
    this.rewind(mark);
    this.length = mark;
  }

  /** As `undo`, for a caller that kept the hash of that moment: then nothing need be hashed again. */
  undoTo(mark: number, hashLo: number, hashHi: number): void {
    const { cells, log, stamps } = this;
    const stamping = stamps.undoing(mark);
    for (let p = this.position - 3; p >= mark; p -= 3) {
      cells[log[p] as number] = log[p + 1] as number;
      if (stamping) stamps.undone(log[p] as number);
    }
    this.position = this.length = mark;
    this.hashLo = hashLo;
    this.hashHi = hashHi;
  }

  /** To any mark of the record, forwards or backwards, keeping the whole record. The timeline's way. */
  seek(mark: number): void {
    if (mark < this.position) this.rewind(mark);
    else this.replay(mark);
  }

  private rewind(mark: number): void {
    const { cells, log, lineKey, stamps } = this;
    const stamping = stamps.undoing(mark);
    for (let p = this.position - 3; p >= mark; p -= 3) {
      const cell = log[p] as number;
      const old = log[p + 1] as number;
      cells[cell] = old;
      if (stamping) stamps.undone(cell);
      const line = lineKey[cell >> LINE_SHIFT] as number;
      if (line !== 0) this.rehash(line + (cell & LINE_MASK), log[p + 2] as number, old);
    }
    this.position = mark;
  }

  private replay(mark: number): void {
    const { cells, log, lineKey } = this;
    for (let p = this.position; p < mark; p += 3) {
      const cell = log[p] as number;
      const now = log[p + 2] as number;
      cells[cell] = now;
      const line = lineKey[cell >> LINE_SHIFT] as number;
      if (line !== 0) this.rehash(line + (cell & LINE_MASK), log[p + 1] as number, now);
    }
    this.position = mark;
  }

  /** Drops the record (not the state): the prologue of a scenario is not part of what can be stepped back to. */
  forget(): void {
    this.generation++;
    this.position = this.length = 0;
  }

  /**
   * When any of these cells was last written, in a measure of its own that only grows: what was computed from them and kept with
   * the answer of that moment is still right as long as the answer is the same. Pages of 1,024 cells count as one.
   */
  changed(from: number, cells: number): number {
    return this.stamps.latest(from, cells);
  }

  /** Calls back for each write in [from, to), oldest first. */
  writes(
    from: number,
    to: number,
    visit: (cell: number, old: number, now: number, mark: number) => void,
  ): void {
    const log = this.log;
    for (let p = from; p < to; p += 3) visit(log[p] as number, log[p + 1] as number, log[p + 2] as number, p);
  }

  /** Calls back for each write before the mark `from`, newest first, until `visit` returns false. */
  backwards(from: number, visit: (cell: number, old: number, now: number) => boolean): void {
    this.lookedBack++;
    const log = this.log;
    for (let p = from - 3; p >= 0; p -= 3)
      if (!visit(log[p] as number, log[p + 1] as number, log[p + 2] as number)) return;
  }

  /** The last write to any cell for which `match` holds, before the mark `to`; -1 if there is none. Returns the mark of that write. */
  lastWrite(to: number, match: (cell: number) => boolean): number {
    for (let p = to - 3; p >= 0; p -= 3) if (match(this.log[p] as number)) return p;
    return -1;
  }

  /** The journal records in [from, to) as a copy: a branch that was left is kept this way. */
  record(from: number, to: number): Int32Array {
    return this.log.slice(from, to);
  }

  /** Puts a kept record back behind the present position. */
  append(record: Int32Array): void {
    while (this.position + record.length > this.log.length) this.growLog();
    this.log.set(record, this.position);
    this.length = this.position + record.length;
  }

  /** Restores cells from a keyframe. Only `keyframes.ts` calls this; it knows that pages and mark belong together. */
  restorePage(page: number, content: Int32Array): void {
    this.generation++;
    this.cells.set(content, page << PAGE_SHIFT);
  }

  jumped(mark: number, hashLo: number, hashHi: number): void {
    this.generation++;
    this.position = mark;
    this.hashLo = hashLo;
    this.hashHi = hashHi;
  }

  /** Bytes held by the journal so far. */
  get journalBytes(): number {
    return this.length * 4;
  }

  /** The identity hash as 16 hex digits. */
  get hash(): string {
    return (
      (this.hashHi >>> 0).toString(16).padStart(8, '0') + (this.hashLo >>> 0).toString(16).padStart(8, '0')
    );
  }

  /** The identity hash computed anew from all cells, relative to a baseline: what the incremental hash must equal. */
  hashAgainst(baseline: Int32Array): { lo: number; hi: number } {
    let lo = 0;
    let hi = 0;
    for (let cell = 0; cell < this.used; cell++) {
      const line = this.lineKey[cell >> LINE_SHIFT] as number;
      if (line === 0) continue;
      const key = line + (cell & LINE_MASK);
      const was = (baseline[cell] ?? 0) as number;
      const now = this.cells[cell] as number;
      lo ^= spreadLo(key, was) ^ spreadLo(key, now);
      hi ^= spreadHi(key, was) ^ spreadHi(key, now);
    }
    return { lo, hi };
  }
}

/** For workloads of millions of accesses: no journal, no hash, no way back. */
export class PlainStore extends Store {
  private unknown = 0;

  override set(cell: number, value: number): void {
    this.cells[cell] = value;
  }

  /** Without a journal nobody knows. */
  override changed(): number {
    return ++this.unknown;
  }
}
