import { A, D, P, U, W } from '../../machine';
import type { Tables } from './tables';

/** A stretch of a program's addresses. */
export interface Region {
  /** First address, a multiple of 4096. */
  readonly start: number;
  readonly pages: number;
  readonly writable: boolean;
  /** Frames of a file, which all processes share; none: memory of its own. */
  readonly file: readonly number[] | undefined;
  /** Low half of the entry of each page: 0 while it has none. The kernel's own idea of it, with A and D as the processor sets them. */
  readonly entries: Int32Array;
}

const high = (va: number): number => (va / 0x1_0000_0000) | 0;

/**
 * One process as the guest's kernel knows it. What it does is appended to the stream of its tables; the answers of the machine are
 * not asked for, for a program does the same whoever runs it: where a page is not mapped as the access needs, the access faults,
 * the handler mends the entry, and the access is made again.
 */
export class Process {
  readonly root: number;
  readonly regions: Region[] = [];
  /** Its root is, or has been, in CR3. */
  private live = false;
  /** Frame of the table of a level (1 and up) for an address: by level and by what the index bits above say. */
  private readonly tables = new Map<number, number>();

  constructor(readonly kernel: Tables) {
    this.root = kernel.newRoot();
    // In PAE mode the root has 4 entries, which the processor reads at a load of CR3 only: their tables are there from the start.
    if (kernel.layout.paging !== 'pae') return;
    this.table(2, kernel.layout.text);
    this.table(2, kernel.layout.mapped);
  }

  private key(level: number, va: number): number {
    return level * 2 ** 40 + Math.floor(va / this.span(level));
  }

  private index(level: number, va: number): number {
    return Math.floor(va / this.span(level - 1)) % this.entries;
  }

  /** Bytes that a table of a level maps; of level 0, a page's. */
  private span(level: number): number {
    return 2 ** (12 + this.kernel.layout.indexBits * level);
  }

  private get entries(): number {
    return 2 ** this.kernel.layout.indexBits;
  }

  map(start: number, pages: number, writable: boolean, file?: readonly number[]): Region {
    const region = { start, pages, writable, file, entries: new Int32Array(pages) };
    this.regions.push(region);
    return region;
  }

  /** The table of a level, made if there is none. */
  private table(level: number, va: number): number {
    const { kernel } = this;
    if (level === kernel.layout.levels) return this.root;
    const key = this.key(level, va);
    const found = this.tables.get(key);
    if (found !== undefined) return found;
    const above = this.table(level + 1, va);
    const frame = kernel.newTable();
    kernel.linkTable(this.live, above, this.index(level + 1, va), frame, level);
    this.tables.set(key, frame);
    return frame;
  }

  /** The kernel gives a page an entry. */
  setEntry(region: Region, page: number, lo: number): void {
    const va = region.start + page * 4096;
    this.kernel.setEntry(this.live, va, this.table(1, va), this.index(1, va), lo);
    region.entries[page] = lo;
  }

  /** One access of the program, 8 bytes at a byte of a page; with the page fault that it may take. */
  access(region: Region, page: number, byte: number, write: boolean, value: number): void {
    const entry = region.entries[page] as number;
    const va = region.start + page * 4096 + byte;
    const { out } = this.kernel;
    if ((entry & P) === 0 || (write && (entry & W) === 0)) {
      this.issue(va, write, value);
      this.fault(region, page, write);
    }
    region.entries[page] = (region.entries[page] as number) | (write ? A | D : A);
    if (write) out.store(high(va), va | 0, 8, true, 0, value);
    else out.load(high(va), va | 0, 8, true);
  }

  private issue(va: number, write: boolean, value: number): void {
    const { out } = this.kernel;
    if (write) out.store(high(va), va | 0, 8, true, 0, value);
    else out.load(high(va), va | 0, 8, true);
  }

  /** An instruction of the program at a byte of a page of its text. */
  fetch(region: Region, page: number, byte: number): void {
    const va = region.start + page * 4096 + byte;
    const { out } = this.kernel;
    if (((region.entries[page] as number) & P) === 0) {
      out.fetch(high(va), va | 0, true);
      this.fault(region, page, false);
    }
    region.entries[page] = (region.entries[page] as number) | A;
    out.fetch(high(va), va | 0, true);
  }

  /** The kernel's page-fault handler: it walks its own tables, as far as they go, then mends the entry. */
  private fault(region: Region, page: number, write: boolean): void {
    const { kernel } = this;
    const va = region.start + page * 4096;
    for (let level = kernel.layout.levels; level >= 1; level--) {
      const table = level === kernel.layout.levels ? this.root : this.tables.get(this.key(level, va));
      if (table === undefined) break;
      kernel.read(table, this.index(level, va));
    }
    const old = region.entries[page] as number;
    if ((old & P) !== 0) this.copyOnWrite(region, page, old);
    else if (region.file !== undefined) {
      const frame = region.file[page] as number;
      kernel.frames.share(frame);
      this.setEntry(region, page, (frame << 12) | P | U | A);
    } else {
      const frame = kernel.frames.take();
      kernel.fill(frame);
      const rights = region.writable ? P | U | W : P | U;
      this.setEntry(region, page, (frame << 12) | rights | A | (write ? D : 0));
    }
  }

  /** A shared page is written: a copy, or, for the last who has it, the page itself. */
  private copyOnWrite(region: Region, page: number, old: number): void {
    const { frames, out } = this.kernel;
    const from = old >>> 12;
    const va = region.start + page * 4096;
    if (frames.mapped(from) === 1) this.setEntry(region, page, old | W | A | D);
    else {
      const to = frames.take();
      this.kernel.copy(from, to);
      this.setEntry(region, page, (to << 12) | P | U | W | A | D);
      frames.drop(from);
    }
    out.invlpg(high(va), va | 0);
  }

  /** fork: the child shares every page, and nobody may write to one any more. */
  fork(): Process {
    const { kernel } = this;
    const child = new Process(kernel);
    for (const region of this.regions) {
      const copy = child.map(region.start, region.pages, region.writable, region.file);
      for (let page = 0; page < region.pages; page++) {
        const entry = region.entries[page] as number;
        if ((entry & P) === 0) continue;
        const va = region.start + page * 4096;
        const table = this.table(1, va);
        kernel.read(table, this.index(1, va));
        if ((entry & W) !== 0) kernel.clearBits(table, this.index(1, va), W);
        region.entries[page] = entry & ~W;
        kernel.frames.share(entry >>> 12);
        child.setEntry(copy, page, entry & ~(W | D));
      }
    }
    kernel.out.loadCr3(this.root); // the parent's TLB still lets it write
    return child;
  }

  /** mprotect: a run of pages is made read-only or writable again. Entry by entry, then one flush. */
  protect(region: Region, first: number, pages: number, writable: boolean): void {
    const { kernel } = this;
    if (kernel.protect(this.live, region.start + first * 4096, pages, writable)) {
      for (let page = first; page < first + pages; page++)
        region.entries[page] = writable
          ? (region.entries[page] as number) | W
          : (region.entries[page] as number) & ~W;
      return;
    }
    for (let page = first; page < first + pages; page++) {
      const entry = region.entries[page] as number;
      if ((entry & P) === 0) continue;
      const va = region.start + page * 4096;
      kernel.exchangeForZero(this.table(1, va), this.index(1, va));
      const own = region.file === undefined && kernel.frames.mapped(entry >>> 12) === 1;
      this.setEntry(region, page, writable && own ? entry | W : entry & ~W);
    }
    this.flush(region, first, pages);
  }

  /** Few pages one by one, many by a load of CR3. */
  private flush(region: Region, first: number, pages: number): void {
    const { out } = this.kernel;
    if (pages > 8) {
      out.loadCr3(this.root);
      return;
    }
    for (let page = first; page < first + pages; page++) {
      const va = region.start + page * 4096;
      out.invlpg(high(va), va | 0);
    }
  }

  /** munmap of a whole region; its tables stay until the process ends. */
  unmap(region: Region): void {
    this.empty(region);
    this.regions.splice(this.regions.indexOf(region), 1);
    this.kernel.out.loadCr3(this.root);
  }

  private empty(region: Region): void {
    for (let from = 0; from < region.pages; ) {
      const va = region.start + from * 4096;
      const to = Math.min(region.pages, from + this.entries - this.index(1, va));
      const first = from;
      if (region.entries.subarray(first, to).some((entry) => (entry & P) !== 0))
        this.kernel.section(this.live, va, () => this.emptyPages(region, first, to));
      from = to;
    }
  }

  private emptyPages(region: Region, first: number, end: number): void {
    for (let page = first; page < end; page++) {
      const entry = region.entries[page] as number;
      if ((entry & P) === 0) continue;
      this.setEntry(region, page, 0);
      this.kernel.frames.drop(entry >>> 12);
    }
  }

  /** exit, first half: all mappings go, then the tables from below. The processor still has this root in CR3. */
  release(): void {
    for (const region of this.regions) this.empty(region);
    this.regions.length = 0;
    const { kernel } = this;
    for (let level = 1; level < kernel.layout.levels; level++) {
      for (const [key, frame] of [...this.tables]) {
        if (Math.floor(key / 2 ** 40) !== level) continue;
        const va = (key % 2 ** 40) * this.span(level);
        kernel.write(this.table(level + 1, va), this.index(level + 1, va), 0);
        this.tables.delete(key);
        kernel.frames.dropTable(frame);
      }
    }
  }

  /** exit, second half: another root is in CR3. */
  bury(): void {
    this.kernel.frames.dropRoot(this.root);
  }

  enter(): void {
    if (!this.live) {
      for (const { frame, level } of this.byLevel()) this.kernel.announce(frame, level);
      this.live = true;
    }
    this.kernel.out.loadCr3(this.root);
  }

  /** No processor has its root in CR3, and none will: its tables are memory like any other again. */
  leave(): void {
    if (!this.live) return;
    for (const { frame } of this.byLevel().reverse()) this.kernel.retire(frame);
    this.live = false;
  }

  /** Its tables from below, the root last. */
  private byLevel(): { readonly frame: number; readonly level: number }[] {
    const tables = [...this.tables].map(([key, frame]) => ({ frame, level: Math.floor(key / 2 ** 40) }));
    return [
      ...tables.sort((a, b) => a.level - b.level),
      { frame: this.root, level: this.kernel.layout.levels },
    ];
  }
}
