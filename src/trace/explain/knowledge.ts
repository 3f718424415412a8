import type { Word } from '../../base';
import { D, frameBehind, present, W } from '../../machine';
import { hexOf } from '../fieldTypes';
import { frameOf, type Geometry, guestIndex, leadsOn, modeOf } from '../geometry';

const key = (gfn: number, index: number): string => `${gfn} ${index}`;

interface Known {
  hi: number;
  lo: number;
  /** Only guessed from an spte that was taken along; KVM has not printed the entry itself. */
  guessed: boolean;
  /** Number of the operation that read or stored it last. */
  at: number;
}

/** A store of the guest's that no line shows, and that must have happened. */
export interface Store {
  readonly gfn: number;
  /** Which operation read the entry last as it was before. */
  readonly after: number;
  /** Guest-physical address, and the value, as recordings write them. */
  readonly address: string;
  readonly value: string;
}

const hexNumber = (value: number): string => `0x${value.toString(16)}`;
const hexWord = (hi: number, lo: number): string => `0x${hexOf(hi, lo)}`;

/**
 * What a trace tells of the guest's page tables: what they must have held at the start so that KVM read what it printed, and which stores nobody
 * saw. An entry is learned where KVM walks over it, or where an spte is made of it in passing.
 */
export class Knowledge {
  private readonly now = new Map<string, Known>();
  /** At the start: by frame, index and value. */
  readonly initial = new Map<string, { gfn: number; index: number; hi: number; lo: number }>();

  /** Number of the operation that is being read. */
  operation = 0;

  constructor(readonly g: Geometry) {}

  /** KVM has read an entry. Gives the store that must have happened if something else was there. */
  read(gfn: number, index: number, hi: number, lo: number): Store | undefined {
    const known = this.now.get(key(gfn, index));
    if (known === undefined) {
      this.begin(gfn, index, hi, lo, false);
      return undefined;
    }
    if (known.guessed) {
      // It was not dirty when an spte was made of it, for that spte cannot be written through: somebody has marked it since.
      const since = (known.lo & D) === 0 && (lo & (D | W)) === (D | W);
      this.begin(gfn, index, hi, since ? lo & ~D : lo, false);
      if (!since) return undefined;
    }
    return this.changed(gfn, index, hi, lo);
  }

  private changed(gfn: number, index: number, hi: number, lo: number): Store | undefined {
    const known = this.now.get(key(gfn, index));
    if (known === undefined) return undefined;
    const after = known.at;
    known.at = this.operation;
    if (known.hi === hi && known.lo === lo) return undefined;
    known.hi = hi;
    known.lo = lo;
    const address = hexNumber(gfn * 4096 + index * this.g.entryBytes);
    return { gfn, after, address, value: hexWord(hi, lo) };
  }

  /** An spte was made of an entry in passing: what it must have been at least. Nothing if the entry is known. */
  guess(gfn: number, index: number, hi: number, lo: number): void {
    if (!this.now.has(key(gfn, index))) this.begin(gfn, index, hi, lo, true);
  }

  /** The guest has stored a whole entry. */
  store(gfn: number, index: number, hi: number, lo: number): void {
    this.now.set(key(gfn, index), { hi, lo, guessed: false, at: this.operation });
  }

  /** KVM has set A or D. */
  mark(gpa: number, bit: number): void {
    const known = this.now.get(key(Math.floor(gpa / 4096), Math.floor((gpa % 4096) / this.g.entryBytes)));
    if (known !== undefined) known.lo |= bit;
  }

  /** The guest-physical address of a linear one, by the entries known now; undefined where one is missing. */
  translate(top: number, va: Word): number | undefined {
    const mode = modeOf(this.g.top);
    let gfn = top;
    for (let level = mode.levels; level > 0; level--) {
      const entry = this.now.get(key(gfn, guestIndex(this.g, level, va)));
      if (entry === undefined || !present(entry.lo)) return undefined;
      const { hi, lo } = entry;
      if (!leadsOn(this.g, level, lo))
        return frameBehind(mode, level, hi, lo, va.hi, va.lo) * 4096 + (va.lo & 0xfff);
      gfn = frameOf(hi, lo);
    }
    return undefined;
  }

  private begin(gfn: number, index: number, hi: number, lo: number, guessed: boolean): void {
    this.now.set(key(gfn, index), { hi, lo, guessed, at: this.operation });
    this.initial.set(key(gfn, index), { gfn, index, hi, lo });
  }

  /** The start in a recording's form: by frame, words of entries. */
  tables(): Record<string, [number, string][]> {
    const out: Record<string, [number, string][]> = {};
    for (const { gfn, index, hi, lo } of this.initial.values()) {
      const frame = hexNumber(gfn);
      const list = out[frame] ?? [];
      list.push([index, hexWord(hi, lo)]);
      out[frame] = list;
    }
    return out;
  }
}
