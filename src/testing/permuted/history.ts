import type { Contents } from '../../oracle/kvm/format';
import { words } from '../../oracle/kvm/format';

/** Everything that a case's frames are known to have held, by frame and index of the word: the start, and every recorded change. */
export class History {
  /** Low and high half of what stands there now. */
  private readonly now = new Map<number, Map<number, bigint>>();
  private readonly ever = new Map<number, Map<number, Set<bigint>>>();

  constructor(tables: Contents) {
    for (const [frame, contents] of Object.entries(tables))
      for (const { index, value } of words(contents))
        this.put(Number.parseInt(frame, 16), index, (BigInt(value.hi >>> 0) << 32n) | BigInt(value.lo >>> 0));
  }

  put(frame: number, index: number, value: bigint): void {
    const place = <T>(of: Map<number, Map<number, T>>): Map<number, T> => {
      const known = of.get(frame) ?? new Map<number, T>();
      of.set(frame, known);
      return known;
    };
    place(this.now).set(index, value);
    const values = place(this.ever);
    values.set(index, (values.get(index) ?? new Set()).add(value));
  }

  value(frame: number, index: number): bigint {
    return this.now.get(frame)?.get(index) ?? 0n;
  }

  /** Every word that was ever seen, with its place. */
  *all(): Iterable<{ frame: number; index: number; value: bigint }> {
    for (const [frame, byIndex] of this.ever)
      for (const [index, values] of byIndex) for (const value of values) yield { frame, index, value };
  }

  of(frame: number): Iterable<[number, Set<bigint>]> {
    return this.ever.get(frame) ?? [];
  }
}

/** The frame that a word names in its low half, as entries of every mode do. */
export const frameIn = (value: bigint): number => Number((value & 0xffff_ffffn) >> 12n);
