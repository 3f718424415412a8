import { Random } from '../../base';
import type { DirtyLog } from '../dirtyLog';
import type { OpStream } from '../stream';
import { Frames } from './frames';
import type { Layout } from './layout';
import { type DirectEntry, ParavirtTables } from './paravirt';
import { Process, type Region } from './process';
import { Tables } from './tables';

export interface GuestSetup {
  /** How the world outside asks which frames were written; none where nobody can. */
  readonly log: DirtyLog | undefined;
  readonly layout: Layout;
  /** Frames of its own: `first` to `end` - 1. */
  readonly first: number;
  readonly end: number;
  readonly kernelEntries: readonly { readonly index: number; readonly lo: number }[];
  /** The kernel knows that it is a guest; none: it takes itself for the only one. */
  readonly paravirt: { readonly direct: (frame: number) => DirectEntry | undefined } | undefined;
  /** Tables are pinned while they are in use. */
  readonly asks: boolean;
  readonly seed: number;
  /** How its programs go about memory: see COMMON. */
  readonly stay: number;
  readonly writes: number;
  readonly words: number;
}

/** A program in memory: what it executes, and what it works on. */
export interface Program {
  readonly process: Process;
  readonly text: Region;
  readonly data: Region;
}

/** The guest of one processor: its kernel, its programs, its seed. Nothing of it is shared with another processor's but the direct map. */
export class Guest {
  readonly tables: Tables;
  readonly random: Random;
  private readonly writeBelow: number;
  /** The page cache: one file that all programs execute. */
  private readonly file: number[] = [];
  /** Whose root is in CR3. */
  private present: Process | undefined;

  constructor(
    readonly out: OpStream,
    private readonly setup: GuestSetup,
  ) {
    this.random = new Random(setup.seed);
    const frames = new Frames(setup.first, setup.end);
    const kernel = [out, frames, setup.layout, this.random, setup.kernelEntries, setup] as const;
    this.tables =
      setup.paravirt === undefined
        ? new Tables(...kernel)
        : new ParavirtTables(setup.paravirt.direct, setup.asks, ...kernel);
    this.writeBelow = Math.round((setup.writes / 100) * 0x1_0000);
  }

  get layout(): Layout {
    return this.setup.layout;
  }

  /** A process with the file's first pages for its text, and memory of its own. It has no entry yet; it is not entered. */
  program(textPages: number, dataPages: number): Program {
    while (this.file.length < textPages) this.file.push(this.tables.frames.take());
    const process = new Process(this.tables);
    return {
      process,
      text: process.map(this.layout.text, textPages, false, this.file),
      data: process.map(this.layout.heap, dataPages, true),
    };
  }

  /** The child of a fork, as a program; the parent goes on. */
  fork(parent: Program): Program {
    this.enter(parent);
    const process = parent.process.fork();
    const [text, data] = process.regions;
    if (text === undefined || data === undefined) throw new Error('a fork has its parent’s regions');
    return { process, text, data };
  }

  /** The processor goes on in a program's address space; where it is in it already, nothing happens. */
  enter({ process }: Program): void {
    if (this.present === process) return;
    process.enter();
    this.present = process;
  }

  /** Ends a program; another goes on. */
  exit(program: Program, next: Program): void {
    if (this.setup.asks) {
      // Its tables can be unpinned only when no processor walks them.
      this.enter(next);
      program.process.leave();
      program.process.release();
    } else {
      this.enter(program);
      program.process.release();
      this.enter(next);
    }
    program.process.bury();
  }

  /**
   * The program works: so many accesses, in runs on one page, with an instruction fetched at the beginning of each run. Pages at the
   * front are used more than those at the back: the place is a random number squared.
   */
  work({ process, text, data }: Program, count: number, upTo: number = data.pages): void {
    let left = count;
    while (left > 0) {
      process.fetch(text, this.near(text.pages), this.random.below(512) * 8);
      const run = Math.min(left, 1 + this.random.below(2 * this.setup.stay - 1));
      this.visit(process, data, this.near(upTo), run);
      left -= run + 1;
    }
  }

  private near(pages: number): number {
    const share = this.random.word() / 0x1_0000_0000;
    return Math.floor(share * share * pages);
  }

  /** So many accesses to one page of a region. */
  visit(process: Process, region: Region, page: number, count: number): void {
    for (let i = 0; i < count; i++) {
      const bits = this.random.word();
      const write = region.writable && (bits & 0xffff) < this.writeBelow;
      process.access(region, page, (bits >>> 16) & 0xff8, write, bits | 0);
    }
  }

  /** The world outside begins to log which frames are written. */
  beginLog(): void {
    if (this.setup.log !== undefined) this.out.hostCall(this.setup.log.begin);
  }

  /** It asks which were, and begins anew: a round of a migration. */
  harvestLog(): void {
    for (const call of this.setup.log?.round ?? []) this.out.hostCall(call);
  }

  /** Reads or writes the first word of each page once. */
  touch(process: Process, region: Region, first: number, pages: number, write: boolean): void {
    for (let page = first; page < first + pages; page++)
      process.access(region, page, 0, write, this.random.word() | 0);
  }
}
