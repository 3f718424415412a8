import { type Random, type Word, word } from '../base';
import { A, CR0_PG, CR0_WP, CR4_PGE, D, EFER_LME, EFER_NXE, type GuestOp, P, PS, U, W } from '../machine';
import { CR0, type GuestEntry, type GuestShape, guestOf, type LabMode, storeEntry } from './xenGuest';

const MODES = ['64', 'pae', '32', 'off'] as const satisfies readonly LabMode[];
const INDICES = [0, 1, 2, 7, 31, 32] as const;
/** From this entry on the tables map each other, writable for everybody, and for good. */
const ALIASES = 500;
const DATA = 0x200;
const NX = 1 << 31;
const EMPTY = word(0, 0);

const e = (frame: number, flags: number): Word => word(frame >>> 20, (frame << 12) | flags);

/** The tables map each other, in every mode that has tables. */
export function modeEntries(): GuestEntry[] {
  return (['64', '32'] as const).flatMap((mode) => {
    const { tables } = guestOf(mode);
    return tables.flatMap((page) =>
      tables.map((target, k) => ({ page, index: ALIASES + k, value: e(target, P | W | U | A | D) })),
    );
  });
}

/** An entry as guests write them: mostly mapping data, with whatever marks. */
function entryOf(r: Random, s: GuestShape): Word {
  if (r.chance(0.25)) return EMPTY;
  const flags = (r.chance(0.9) ? P : 0) | (r.chance(0.7) ? W : 0) | (r.chance(0.85) ? U : 0);
  const marks = (r.chance(0.7) ? A : 0) | (r.chance(0.6) ? D : 0);
  const w = e(DATA + r.below(8), flags | marks);
  return s.entryBytes === 8 && r.chance(0.15) ? word(w.hi | NX, w.lo) : w;
}

/**
 * A guest that keeps the processor's rules, in whatever paging mode: what it changes in its tables it flushes before the next use.
 * It remembers its mode; with `switching` it changes it now and then, as an operating system does on its way up and down.
 */
export class DisciplinedGuest {
  private wp = CR0_WP;
  private pge = 0;

  constructor(
    private readonly r: Random,
    private mode: LabMode,
    private readonly switching: boolean,
  ) {}

  private get shape(): GuestShape {
    return guestOf(this.mode);
  }

  private table(): number {
    return this.r.pick(this.shape.tables.slice(0, 5));
  }

  private reload(): GuestOp {
    return { kind: 'cr3', value: word(0, this.shape.root << 12) };
  }

  /** The next operations, which belong together. */
  next(): GuestOp[] {
    const { r } = this;
    const dice = r.below(100);
    if (dice < 56) return [this.access()];
    if (dice < 60) return [this.togglesWp()];
    if (dice < 62) return [this.togglesPge()];
    if (dice < 65) return [this.reload()];
    if (dice < 67 && this.switching) return this.changesMode();
    if (this.mode === 'off') return [this.writesTable(this.table(), r.pick(INDICES))];
    if (dice < 74) return [this.writesUpper(), this.reload()];
    if (dice < 76 && this.mode === 'pae') return [this.writesTop(), this.reload()];
    return this.changesEntry();
  }

  private access(): GuestOp {
    const { r } = this;
    const at = this.shape.vaOf(this.table(), r.pick(INDICES));
    const cpl = r.chance(0.6) ? 3 : 0;
    const dice = r.below(11);
    if (dice === 10)
      return { kind: 'stos', va: at, value: word(0, r.word()), width: 4, count: r.below(6), cpl };
    if (dice < 5) return { kind: 'load', va: at, width: 4, cpl };
    if (dice < 6) return { kind: 'fetch', va: at, cpl: 3 };
    const va = word(at.hi, at.lo + r.pick([0, 8, 0xffd, 0xff8]));
    return { kind: 'store', va, value: word(r.word(), r.word()), width: r.pick([1, 2, 4, 8] as const), cpl };
  }

  private togglesWp(): GuestOp {
    this.wp ^= CR0_WP;
    return { kind: 'cr0', value: this.cr0(this.mode !== 'off') };
  }

  private cr0(paging: boolean): number {
    return (CR0 & ~(CR0_WP | CR0_PG)) | this.wp | (paging ? CR0_PG : 0);
  }

  private togglesPge(): GuestOp {
    this.pge ^= CR4_PGE;
    return { kind: 'cr4', value: this.shape.registers.cr4 | this.pge };
  }

  private writesTable(page: number, index: number): GuestOp {
    const { r, shape } = this;
    const value = entryOf(r, shape);
    if (r.chance(0.85)) return storeEntry(shape, page, index, value);
    const op = r.pick(['xchg', 'or', 'and', 'cmpxchg'] as const);
    const va = shape.direct(page, index);
    return { kind: 'locked', op, va, value, expected: EMPTY, width: shape.entryBytes, cpl: 0 };
  }

  /** An entry of an L1 table, written through the direct map or through a table that maps it; then flushed. */
  private changesEntry(): GuestOp[] {
    const { r, shape } = this;
    const page = this.table();
    const index = r.pick(INDICES);
    if (r.chance(0.15)) {
      const through = shape.vaOf(this.table(), ALIASES + shape.tables.indexOf(page));
      const va = word(through.hi, through.lo + shape.entryBytes * index);
      const value = entryOf(r, shape);
      return [{ kind: 'store', va, value, width: shape.entryBytes, cpl: 0 }, this.reload()];
    }
    const change = this.writesTable(page, index);
    if (r.chance(0.5)) return [change, this.reload()];
    // Where the L1 table is mapped only the guest knows: all places where it may be are flushed.
    return [change, ...shape.tables.map((p): GuestOp => ({ kind: 'invlpg', va: shape.vaOf(p, index) }))];
  }

  /** An L2 entry: another L1 table, a large page, or nothing. */
  private writesUpper(): GuestOp {
    const { r, shape } = this;
    const index = shape.upper.first + r.below(5);
    const dice = r.below(10);
    const rights = r.pick([0x27, 0x25, 0x07, 0x23]);
    // A large page of 4 MiB begins at a multiple of 0x400; only its low end holds tables and data.
    const large = e(shape.entryBytes === 4 ? 0 : r.pick([0, DATA]), rights | PS | (r.chance(0.5) ? D : 0));
    const value = dice < 2 ? EMPTY : dice < 4 ? large : e(this.table(), rights);
    return storeEntry(shape, shape.upper.frame, index, value);
  }

  /** One of the four top entries of a PAE guest: they count from the next CR3 load on. */
  private writesTop(): GuestOp {
    const { r, shape } = this;
    const present = r.chance(0.7);
    return storeEntry(shape, shape.root, 1, present ? e(shape.upper.frame, P) : EMPTY);
  }

  /** Down to no paging, and up to another mode, by the steps the processor asks for. */
  private changesMode(): GuestOp[] {
    const to = this.r.pick(MODES.filter((mode) => mode !== this.mode));
    const { registers, root } = guestOf(to);
    const narrowing = (this.mode === 'pae' && to === '32') || (this.mode === '32' && to === 'pae');
    if (narrowing && this.r.chance(0.5)) return this.switchesPae(to);
    const down: GuestOp[] = this.mode === 'off' ? [] : [{ kind: 'cr0', value: this.cr0(false) }];
    this.mode = to;
    if (to === 'off') return down;
    return [
      ...down,
      { kind: 'cr4', value: registers.cr4 | this.pge },
      { kind: 'efer', value: EFER_NXE | (to === '64' ? EFER_LME : 0) },
      { kind: 'cr3', value: word(0, root << 12) },
      { kind: 'cr0', value: this.cr0(true) },
    ];
  }

  /** Between PAE and 2-level tables a guest may go without switching paging off: CR4.PAE, and then the root of the new kind. */
  private switchesPae(to: LabMode): GuestOp[] {
    const { registers, root } = guestOf(to);
    this.mode = to;
    return [
      { kind: 'efer', value: EFER_NXE },
      { kind: 'cr4', value: registers.cr4 | this.pge },
      { kind: 'cr3', value: word(0, root << 12) },
    ];
  }
}
