/**
 * A seeded generator (sfc32), so that every random thing can be named by its seed and played again.
 * State is four 32-bit words; the first twelve draws are discarded, as its author advises.
 */
export class Random {
  private a: number;
  private b: number;
  private c = 0x9e3779b9 | 0;
  private counter = 1;

  constructor(readonly seed: number) {
    this.a = seed | 0;
    this.b = (seed ^ 0x5bf03635) | 0;
    for (let i = 0; i < 12; i++) this.word();
  }

  /** The next 32 random bits, as an unsigned integer. */
  word(): number {
    const t = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (this.c << 21) | (this.c >>> 11);
    this.c = (this.c + t) | 0;
    return t >>> 0;
  }

  /** A whole number from 0 to n-1. The bias (n / 2^32) does not matter for choosing what to do next. */
  below(n: number): number {
    return Math.floor((this.word() / 0x1_0000_0000) * n);
  }

  chance(p: number): boolean {
    return this.word() < p * 0x1_0000_0000;
  }

  pick<T>(from: readonly T[]): T {
    const value = from[this.below(from.length)];
    if (value === undefined) throw new Error('Random.pick: nothing to pick from');
    return value;
  }
}
