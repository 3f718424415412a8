import type { Word } from '../../../base';
import { frameOf, isLeaf, leafFrame, present } from '../../../machine';
import { field, type Moment } from './moment';

/** A guest table that a walk could come to, and the first virtual page (VA >> 12) it maps. */
export interface GuestTable {
  readonly frame: number;
  readonly level: number;
  readonly page: number;
  /** vCPUs whose CR3 names it. */
  readonly loadedBy: readonly number[];
  /** It maps the guest kernel's own view of memory, not a program. */
  readonly direct: boolean;
}

/** More tables than any stage can hold; the walk from the roots stops here. */
const MOST_TABLES = 96;

/**
 * The guest's tables as they are linked now, from every loaded root and every table the scenario names, each once per
 * level. A table that has just been unlinked stays while the scenario names it.
 */
export function guestTables(moment: Moment): GuestTable[] {
  const { machine, mode, run } = moment;
  const found = new Map<string, { frame: number; level: number; page: number; loadedBy: number[] }>();
  const queue: { frame: number; level: number; page: number }[] = [];
  const add = (frame: number, level: number, page: number): void => {
    const key = `${level}:${frame}`;
    if (frame < 0 || found.has(key) || found.size >= MOST_TABLES) return;
    found.set(key, { frame, level, page, loadedBy: [] });
    queue.push({ frame, level, page });
  };
  for (const regs of machine.regs) {
    const cr3 = regs.get('cr3Lo');
    const frame = machine.gfnToMfn(frameOf(regs.get('cr3Hi'), cr3));
    add(frame, mode.levels, 0);
    found.get(`${mode.levels}:${frame}`)?.loadedBy.push(regs.vcpu);
  }
  for (const table of run.built.spec.tables) {
    const page = table.va === undefined ? 0 : pageOf(moment, table.va);
    if (table.level === mode.levels) add(machine.gfnToMfn(table.frame), table.level, 0);
    else if (table.va !== undefined) add(machine.gfnToMfn(table.frame), table.level, page);
  }
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    if (at.level === 1) continue;
    forEntries(moment, at.frame, at.level, (index, hi, lo) => {
      if (isLeaf(mode, at.level, lo, machine.vcpu(0).get('cr4'))) return;
      const pages = 2 ** ((mode.shift[at.level] as number) - 12);
      add(machine.gfnToMfn(frameOf(hi, lo)), at.level - 1, at.page + index * pages);
    });
  }
  const direct = directPages(moment);
  return [...found.values()].map((t) => ({
    ...t,
    direct: t.level < mode.levels && t.page >= direct.from && t.page < direct.to,
  }));
}

/** Present entries of a guest table. */
export function forEntries(
  moment: Moment,
  frame: number,
  level: number,
  visit: (index: number, hi: number, lo: number) => void,
): void {
  const { machine, mode } = moment;
  const { memory } = machine;
  if (memory.find(frame) === 0) return;
  const { entryCells } = mode;
  const last = mode.name === 'pae' && level === 3 ? 511 : (mode.indexMask[level] as number);
  for (let index = 0; index <= last; index++) {
    const lo = memory.read32(frame, index * entryCells);
    if (present(lo)) visit(index, entryCells === 2 ? memory.read32(frame, index * 2 + 1) : 0, lo);
  }
}

/** The 4 KiB frame a leaf entry maps first, as a machine frame. */
export function leafTarget(moment: Moment, level: number, hi: number, lo: number): number {
  const { machine, mode } = moment;
  return machine.gfnToMfn(leafFrame(mode, level, hi, lo));
}

/** Virtual page of an address: VA >> 12 without its sign extension, so that indices add up to it. */
const pageOf = ({ mode }: Moment, va: Word): number =>
  ((va.hi >>> 0) * 0x10_0000 + (va.lo >>> 12)) % 2 ** (mode.vaBits - 12);

/** Virtual pages of the kernel's direct map, in the numbering of `page`: positive, sign extension cut off. */
function directPages(moment: Moment): { from: number; to: number } {
  const { machine, mode } = moment;
  const at = machine.directMap;
  if (at === undefined) return { from: 0, to: 0 };
  const from = pageOf(moment, at);
  // An upper table counts as the direct map's if the direct map begins in what it maps.
  return {
    from: from - (from % 2 ** ((mode.shift[mode.levels] as number) - 12)),
    to: from + machine.config.guestFrames,
  };
}

/** Frames that the beat's events read or wrote as data. */
export function touchedFrames(moment: Moment): {
  readonly read: ReadonlySet<number>;
  readonly written: ReadonlySet<number>;
} {
  const read = new Set<number>();
  const written = new Set<number>();
  for (const event of moment.events) {
    if (event.kind === 'MemoryWritten') written.add(field(event, 'frame'));
    else if (event.kind === 'MemoryRead' || event.kind === 'TlbHit') read.add(field(event, 'frame'));
  }
  return { read, written };
}
