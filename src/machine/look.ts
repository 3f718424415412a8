import { ALL_RIGHTS, entrySays, frameBehind, through } from './entryRules';
import type { Machine } from './machine';
import { frameOf, indexAt, type PagingMode, present } from './paging';
import { PDPTE_HI, PDPTE_LO } from './registers';
import type { Halves } from './wide';

// Not in index.ts: what the first picture can do without must not be fetched with it.

/** Tables to look through: what names them, and what the processor would read them by. */
export interface Tables {
  readonly mode: PagingMode;
  readonly rootHi: number;
  readonly rootLo: number;
  readonly cr4: number;
  readonly efer: number;
  /** The machine frame behind a frame that an entry names; -1 where there is none. */
  readonly machineFrame: (frame: number) => number;
  /** In PAE mode, the four entries that MOV CR3 has loaded; without them the top entries are those in memory. */
  readonly pdpte?: (index: number) => Halves;
}

/** Where tables lead an address: a page, or the entry that leads nowhere. */
export type Seen =
  | {
      readonly kind: 'page';
      /** Machine frame of the very address. */
      readonly frame: number;
      /** W and U of all levels together, and RIGHT_NX. */
      readonly rights: number;
      readonly at: EntryAt;
    }
  | { readonly kind: 'nothing'; readonly why: 'absent' | 'reserved' | 'no memory'; readonly at: EntryAt };

/** The entry that decided: by the machine frame of its table, and its index there. */
export interface EntryAt {
  readonly level: number;
  readonly table: number;
  readonly index: number;
}

/**
 * What tables say about an address as they stand in memory at this moment: by the same rules of an entry as the processor's own
 * walk (`entryRules.ts`), but as a judge reads them, at once: no A or D, no TLB, no store buffer, no step. Not for mode `off`.
 */
export function lookThrough(m: Machine, tables: Tables, vaHi: number, vaLo: number): Seen {
  const { mode, rootHi, rootLo, cr4, efer, machineFrame, pdpte } = tables;
  const wide = mode.entryCells === 2;
  let table = machineFrame(frameOf(mode.name === '64' ? rootHi : 0, rootLo));
  // The four PDPTEs need not begin their page.
  let first = mode.name === 'pae' ? (rootLo & 0xfe0) >>> 2 : 0;
  let rights = ALL_RIGHTS;
  for (let level = mode.levels; ; level--) {
    const slot = indexAt(mode, level, vaHi, vaLo);
    const at: EntryAt = { level, table, index: first / mode.entryCells + slot };
    const loaded = level === 3 && mode.name === 'pae' ? pdpte?.(slot) : undefined;
    if (table < 0 && loaded === undefined) return { kind: 'nothing', why: 'no memory', at };
    const cell = first + slot * mode.entryCells;
    const lo = loaded?.lo ?? m.memory.read32(table, cell);
    const hi = loaded?.hi ?? (wide ? m.memory.read32(table, cell + 1) : 0);
    // MOV CR3 has judged what it has loaded.
    const says =
      loaded === undefined ? entrySays(mode, level, hi, lo, cr4, efer) : present(lo) ? 'next' : 'absent';
    if (says === 'absent' || says === 'reserved') return { kind: 'nothing', why: says, at };
    rights = through(mode, level, rights, hi, lo);
    if (says === 'leaf') {
      const frame = machineFrame(frameBehind(mode, level, hi, lo, vaHi, vaLo));
      return frame < 0 ? { kind: 'nothing', why: 'no memory', at } : { kind: 'page', frame, rights, at };
    }
    table = machineFrame(frameOf(hi, lo));
    first = 0;
  }
}

/** A guest's own tables, from the root that it has loaded; undefined while it has no paging. */
export function guestsTables(m: Machine, v: number): Tables | undefined {
  const r = m.vcpu(v);
  const mode = m.guestMode(v);
  if (mode.name === 'off') return undefined;
  return {
    mode,
    rootHi: r.get('cr3Hi'),
    rootLo: r.get('cr3Lo'),
    cr4: r.get('cr4'),
    efer: r.get('efer'),
    machineFrame: m.gfnToMfn,
  };
}

const itself = (frame: number): number => frame;

/** The tables that the processor itself walks, as `hardware_walk` does; undefined where it translates nothing, or twice. */
export function processorsTables(m: Machine, v: number): Tables | undefined {
  const r = m.vcpu(v);
  const mode = m.hwMode(v);
  if (mode.name === 'off' || m.exits.walk !== undefined) return undefined;
  return {
    mode,
    rootHi: r.get('hwCr3Hi'),
    rootLo: r.get('hwCr3Lo'),
    cr4: r.get('hwCr4'),
    efer: r.get('hwEfer'),
    machineFrame: itself,
    pdpte: (index) => ({
      hi: r.get(PDPTE_HI[index & 3] as (typeof PDPTE_HI)[number]),
      lo: r.get(PDPTE_LO[index & 3] as (typeof PDPTE_LO)[number]),
    }),
  };
}

/** A page that tables lead to: its first address, and the entry that maps it. */
export interface LeadingEntry {
  readonly vaHi: number;
  readonly vaLo: number;
  /** Its size is 2^shift bytes. */
  readonly shift: number;
  readonly at: EntryAt;
}

/**
 * Every page that tables lead to at this moment, by address. A table is read once for each way that leads to it; after `most`
 * pages it ends, for a guest may map more than anybody can list.
 */
export function* leadingEntries(m: Machine, tables: Tables, most: number): Generator<LeadingEntry> {
  const { mode, rootHi, rootLo, cr4, efer, machineFrame, pdpte } = tables;
  const wide = mode.entryCells === 2;
  let left = most;
  function* below(level: number, table: number, first: number, page: number): Generator<LeadingEntry> {
    const shift = mode.shift[level] as number;
    const registers = level === 3 && mode.name === 'pae' ? pdpte : undefined;
    if (registers === undefined && (table < 0 || m.memory.find(table) === 0)) return;
    for (let slot = 0; slot <= (mode.indexMask[level] as number) && left > 0; slot++) {
      const cell = first + slot * mode.entryCells;
      const loaded = registers?.(slot);
      const lo = loaded?.lo ?? m.memory.read32(table, cell);
      if (!present(lo)) continue;
      const hi = loaded?.hi ?? (wide ? m.memory.read32(table, cell + 1) : 0);
      const says = loaded === undefined ? entrySays(mode, level, hi, lo, cr4, efer) : 'next';
      const here = page + slot * 2 ** (shift - 12);
      if (says === 'next') yield* below(level - 1, machineFrame(frameOf(hi, lo)), 0, here);
      else if (says === 'leaf') {
        left--;
        yield {
          ...addressOf(mode, here),
          shift,
          at: { level, table, index: first / mode.entryCells + slot },
        };
      }
    }
  }
  const first = mode.name === 'pae' ? (rootLo & 0xfe0) >>> 2 : 0;
  yield* below(mode.levels, machineFrame(frameOf(mode.name === '64' ? rootHi : 0, rootLo)), first, 0);
}

/** The address of a page by its number, the bits above repeated as the mode wants them. */
function addressOf(mode: PagingMode, page: number): { readonly vaHi: number; readonly vaLo: number } {
  const pages = 2 ** (mode.vaBits - 12);
  const signed = mode.name === '64' && page >= pages / 2 ? page - pages : page;
  return { vaHi: Math.floor(signed / 0x10_0000) | 0, vaLo: ((signed % 0x10_0000) * 4096) | 0 };
}
