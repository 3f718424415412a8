import { assertNever, type Word } from '../../base';
import type { MemoryWord, Span, TableSpec } from '../../engine/spec';
import { type NamedWord, present } from '../../machine';
import type { Item, ScenarioText, StatementOf } from '../ast';
import { NO_RIGHTS } from '../syntax/rights';
import { addressOf, inKernelHalf, plus, toWord } from './address';
import type { Findings } from './findings';
import { MemoryImage } from './image';
import { once } from './once';
import { checkUp, entriesOf, entryNodeWord, placesOf } from './place';
import { namedFrames } from './reserved';
import type { Setup } from './setup';
import { type Space, spacesOf } from './spaces';
import { GuestTables, type Refusal } from './tables';
import { variablesOf } from './variables';

/** Memory as the text sets it up, and what the rest of the text needs to know about it. */
export interface MemoryLayout {
  readonly words: readonly MemoryWord[];
  readonly tables: readonly TableSpec[];
  readonly spaces: readonly Space[];
  readonly variables: readonly NamedWord[];
  /** The direct map and how many frames it shows. */
  readonly direct?: { readonly base: Word; readonly frames: number };
}

const DIRECT = { ...NO_RIGHTS, r: true, w: true, accessed: true, dirty: true };
const SIZES = { '4k': 1, '2m': 2, '4m': 2, '1g': 3 } as const;
const MOST_PAGES = 1 << 16;

/** Builds the guest's memory before the first step. */
export function layMemory(ast: ScenarioText, setup: Setup, f: Findings): MemoryLayout {
  return new Layout(ast, setup, f).build();
}

class Layout {
  private readonly image: MemoryImage;
  private readonly tables: GuestTables;
  private readonly spaces: readonly Space[];
  private readonly reserved: ReadonlySet<number>;
  private free: number;
  private full = false;

  constructor(
    private readonly ast: ScenarioText,
    private readonly setup: Setup,
    private readonly f: Findings,
  ) {
    const { mode, nx, machine } = setup;
    this.spaces = spacesOf(ast, machine.guestFrames, f);
    this.reserved = new Set([...namedFrames(ast), ...this.spaces.map((s) => s.root)]);
    const from = once(ast, 'tables', f);
    this.free =
      from === undefined
        ? this.root + 1
        : f.number('The first frame for tables', from.frame, 0, machine.guestFrames - 1);
    this.image = new MemoryImage(mode);
    this.tables = new GuestTables(mode, nx, this.image, () => this.take());
    for (const { root, name } of this.spaces)
      this.tables.add({ frame: root, level: mode.levels, ...(name === undefined ? {} : { name }) });
  }

  private get root(): number {
    return this.spaces[0]?.root ?? 0;
  }

  build(): MemoryLayout {
    const direct = once(this.ast, 'direct', this.f);
    // Where tables are to lie is known before any is built, so that the order of the lines does not matter.
    this.inSpaces((item, root) => item.kind === 'table' && this.placeTable(item, root));
    const shown = direct === undefined ? undefined : this.mapDirect(direct);
    this.inSpaces((item, root) => {
      if (item.kind === 'table') this.buildTable(item, root);
      else if (item.kind === 'map' || item.kind === 'alias') this.mapPages(item, root);
    });
    for (const { root } of this.spaces.slice(1)) this.tables.share(this.root, root);
    for (const item of this.ast.items) this.write(item);
    const variables = variablesOf(this.ast, this.setup, this.tables, this.image, this.root, this.f);
    const layout = { words: this.image.words(), tables: this.tables.tables, spaces: this.spaces, variables };
    this.warnOfSeveralLevels();
    return shown === undefined ? layout : { ...layout, direct: shown };
  }

  /** Statements with the root of the address space that they stand under. */
  private inSpaces(visit: (item: Item, root: number) => void): void {
    let space = 0;
    let seen = 0;
    for (const item of this.ast.items) {
      if (item.kind === 'space') space = ++seen;
      visit(item, this.spaces[space]?.root ?? this.root);
    }
  }

  private take(): number {
    while (this.reserved.has(this.free)) this.free++;
    if (this.free >= this.setup.machine.guestFrames && !this.full) {
      this.full = true;
      const at = this.ast.items.find((item) => item.kind === 'paging') ?? { from: 0, to: 0 };
      this.f.error(
        at,
        `The guest has no frame left for its page tables. Expected more than ${this.setup.machine.guestFrames} frames, or \`tables from\` a lower one.`,
      );
    }
    return this.free++;
  }

  private levelOf(item: StatementOf<'table'>): number {
    return Number(item.level[1]);
  }

  private placeTable(item: StatementOf<'table'>, root: number): void {
    const level = this.levelOf(item);
    const { levels, name } = this.setup.mode;
    const frame = this.f.number('The frame of a table', item.frame, 0, this.setup.machine.guestFrames - 1);
    if (level > levels || (level === levels && item.va !== undefined)) {
      this.f.error(
        item,
        level > levels
          ? `${name === 'pae' ? 'PAE' : '32-bit'} paging has no level ${level}. Expected l1 to l${levels}.`
          : `The top-level table is the one of \`root\` or \`space\`. Expected l1 to l${levels - 1}, or no \`at\`.`,
      );
      return;
    }
    const label = item.name === undefined ? {} : { name: item.name.text };
    if (item.va === undefined) {
      this.tables.add({ frame, level, ...label });
      return;
    }
    const va = addressOf(this.setup.mode, item.va, this.f);
    this.tables.place(root, level, va, frame);
    this.tables.add({ frame, level, va: this.tables.firstAddress(level, va), ...label });
  }

  private buildTable(item: StatementOf<'table'>, root: number): void {
    const level = this.levelOf(item);
    if (item.va === undefined || level >= this.setup.mode.levels) return;
    const va = toWord(item.va);
    const made = this.tables.table(root, level, va, !inKernelHalf(this.setup.mode, va));
    if (typeof made !== 'number') this.refuse(item, made);
    else if (made !== Number(item.frame.value)) {
      this.f.error(
        item.frame,
        `The level ${level} table of this address is frame 0x${made.toString(16)} already. Expected one table per address and level.`,
      );
    }
  }

  private mapDirect(item: StatementOf<'direct'>): { base: Word; frames: number } {
    const { mode, machine } = this.setup;
    const base = addressOf(mode, item.va, this.f);
    const frames =
      item.frames === undefined
        ? machine.guestFrames
        : this.f.number('The number of frames in the direct map', item.frames, 1, machine.guestFrames);
    if ((base.lo & 0xfff) !== 0)
      this.f.error(
        item.va,
        'The direct map must begin at a page. Expected the last three hex digits to be 000.',
      );
    const span = BigInt(entriesOf(mode)) * 4096n;
    item.tables?.forEach((table, i) => {
      this.tables.place(
        this.root,
        1,
        plus(base, span * BigInt(i)),
        this.f.number('The frame of a table', table, 0, machine.guestFrames - 1),
      );
    });
    for (let n = 0; n < Math.min(frames, MOST_PAGES); n++) {
      const refusal = this.tables.map(this.root, 1, plus(base, BigInt(n) * 4096n), n, DIRECT);
      if (refusal !== undefined) this.refuse(item, refusal);
    }
    return { base, frames };
  }

  private mapPages(item: StatementOf<'map'> | StatementOf<'alias'>, root: number): void {
    const { mode, machine } = this.setup;
    const size = item.kind === 'map' ? (item.size ?? '4k') : '4k';
    const level = SIZES[size];
    if (
      level > mode.levels ||
      mode.largeLeaf[level] === (level > 1 ? false : undefined) ||
      (size === '4m') !== (mode.name === '32' && level === 2)
    ) {
      this.f.error(
        item,
        `There are no pages of ${size} here. Expected ${mode.name === '32' ? '4k or 4m' : mode.name === 'pae' ? '4k or 2m' : '4k, 2m or 1g'}.`,
      );
      return;
    }
    const va = addressOf(mode, item.va, this.f);
    const shift = BigInt(mode.shift[level] ?? 12);
    const pages = 1 << (Number(shift) - 12);
    const count =
      item.count === undefined ? 1 : this.f.number('The number of pages', item.count, 1, MOST_PAGES);
    const step =
      item.kind === 'map' && item.step !== undefined ? this.f.number('The step', item.step, 0, 2 ** 28) : 1;
    // A frame may lie outside the guest's memory: the address space has room for devices.
    const frame = this.f.number('A frame', item.frame, 0, 2 ** 28);
    if (frame >= machine.guestFrames && !this.setup.options.p2m.some((p) => p.gfn === frame)) {
      this.f.warn(
        item.frame,
        `Frame 0x${frame.toString(16)} is no memory: the guest has ${machine.guestFrames} frames. Raise \`paging ..., N frames\`, or give it a \`p2m\` line.`,
      );
    }
    const low = Number(item.va.value & ((1n << shift) - 1n));
    if (low !== 0)
      this.f.error(
        item.va,
        `A page of ${size} cannot begin here. Expected an address that is a multiple of 0x${(1n << shift).toString(16)}.`,
      );
    if (frame % pages !== 0)
      this.f.error(
        item.frame,
        `A page of ${size} cannot lie in this frame. Expected a multiple of 0x${pages.toString(16)}.`,
      );
    for (let n = 0; n < count; n++) {
      const refusal = this.tables.map(
        root,
        level,
        plus(va, BigInt(n) << shift),
        frame + n * step * pages,
        item.rights,
      );
      if (refusal !== undefined) {
        this.refuse(item, refusal);
        return;
      }
    }
  }

  private refuse(at: Span, refusal: Refusal): void {
    switch (refusal.kind) {
      case 'taken':
        this.f.error(
          at,
          `This overlaps what an earlier line maps (a page of level ${refusal.level}). Expected addresses that nothing maps yet; to change an entry, use \`entry\`.`,
        );
        return;
      case 'table below':
        this.f.error(
          at,
          'Smaller pages are mapped inside this large page by an earlier line. Leave one of the two out.',
        );
        return;
      default:
        assertNever(refusal);
    }
  }

  private write(item: Item): void {
    const { mode, machine, nx } = this.setup;
    if (item.kind === 'word') {
      for (const { frame, index } of placesOf(item.place, 512, machine.guestFrames, this.f)) {
        this.image.setWord(frame, index, toWord(item.value));
      }
    }
    if (item.kind !== 'entry') return;
    const places = placesOf(item.place, entriesOf(mode), machine.guestFrames, this.f);
    checkUp(item.value, places.length > 1, item.place.frame, this.f);
    for (const { frame, index, nth } of places) {
      const level = this.tables.levelsOf(frame)[0] ?? 1;
      const value = entryNodeWord(item.value, nth, mode, level, nx, this.f);
      this.image.setEntry(frame, index, value);
      if (present(value.lo) && this.tables.levelsOf(frame).length === 0 && nth === 0) {
        this.f.warn(
          item.place.frame,
          'Nothing makes this frame a page table yet. If it is meant to be one from the start, add a line such as `table l1 FRAME at ADDRESS`.',
        );
      }
    }
  }

  private warnOfSeveralLevels(): void {
    for (const item of this.ast.items) {
      if (item.kind !== 'table' || this.tables.levelsOf(Number(item.frame.value)).length < 2) continue;
      this.f.warn(
        item.frame,
        'This frame is a table at more than one level. That is allowed (a self-map), but seldom meant.',
      );
    }
  }
}
