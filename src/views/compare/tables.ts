import {
  CR0_PG,
  frameOf,
  frameWithin,
  indexAt,
  isLeaf,
  leafFrame,
  type Machine,
  NX_HI,
  type PagingMode,
  present,
  U,
  W,
} from '../../machine';

/** Where a page leads by some tables: the machine frame of the very address, and what all levels together allow. */
export interface Leads {
  readonly frame: number;
  readonly writable: boolean;
  readonly user: boolean;
  readonly executable: boolean;
}

interface Walked {
  readonly mode: PagingMode;
  readonly rootHi: number;
  readonly rootLo: number;
  readonly cr4: number;
  /** The machine frame behind a frame that an entry names, or -1. */
  readonly machineFrame: (frame: number) => number;
}

/**
 * Reads tables as they stand in memory at this moment, as a judge does and no processor: no A or D, no TLB, no step.
 * Undefined where they do not lead anywhere.
 */
function read(m: Machine, { mode, rootHi, rootLo, cr4, machineFrame }: Walked, vaHi: number, vaLo: number) {
  const wide = mode.entryCells === 2;
  let table = machineFrame(frameOf(mode.name === '64' ? rootHi : 0, rootLo));
  // The four PDPTEs need not begin their page.
  let byte = mode.name === 'pae' ? rootLo & 0xfe0 : 0;
  let rights = W | U;
  let executable = true;
  for (let level = mode.levels; level >= 1; level--) {
    if (table < 0) return undefined;
    const cell = (byte >>> 2) + indexAt(mode, level, vaHi, vaLo) * mode.entryCells;
    const lo = m.memory.read32(table, cell);
    const hi = wide ? m.memory.read32(table, cell + 1) : 0;
    if (!present(lo)) return undefined;
    // PAE's top entries carry no rights.
    if (!(mode.name === 'pae' && level === 3)) {
      rights &= lo;
      executable = executable && (hi & NX_HI) === 0;
    }
    if (level > 1 && !isLeaf(mode, level, lo, cr4)) {
      table = machineFrame(wide ? frameOf(hi, lo) : lo >>> 12);
      byte = 0;
      continue;
    }
    const first = leafFrame(mode, level, hi, lo);
    const frame = machineFrame(level === 1 ? first : frameWithin(first, mode.shift[level] ?? 12, vaHi, vaLo));
    return { frame, writable: (rights & W) !== 0, user: (rights & U) !== 0, executable } satisfies Leads;
  }
  return undefined;
}

/** What a vCPU's guest has said about a page: its own tables, translated to machine frames. Undefined: not mapped, or no paging. */
export function guestLeads(m: Machine, v: number, vaHi: number, vaLo: number): Leads | undefined {
  const r = m.vcpu(v);
  if ((r.get('cr0') & CR0_PG) === 0) return undefined;
  return read(
    m,
    {
      mode: m.guestMode(v),
      rootHi: r.get('cr3Hi'),
      rootLo: r.get('cr3Lo'),
      cr4: r.get('cr4'),
      machineFrame: m.gfnToMfn,
    },
    vaHi,
    vaLo,
  );
}

/** Whether the processor walks other tables than the guest's own: a shadow of them. */
export function walksShadow(m: Machine, v: number): boolean {
  // A processor that translates twice walks the guest's own tables.
  if (m.exits.walk !== undefined) return false;
  const r = m.vcpu(v);
  const own = m.gfnToMfn(frameOf(r.get('cr3Hi'), r.get('cr3Lo')));
  return frameOf(r.get('hwCr3Hi'), r.get('hwCr3Lo')) !== own;
}

/** Where the tables lead that the processor itself walks, if they are a shadow. */
export function shadowLeads(m: Machine, v: number, vaHi: number, vaLo: number): Leads | undefined {
  if (!walksShadow(m, v)) return undefined;
  const r = m.vcpu(v);
  return read(
    m,
    {
      mode: m.hwMode(v),
      rootHi: r.get('hwCr3Hi'),
      rootLo: r.get('hwCr3Lo'),
      cr4: r.get('hwCr4'),
      machineFrame: (frame) => frame,
    },
    vaHi,
    vaLo,
  );
}
