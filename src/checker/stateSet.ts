/** 64-bit keys in open addressing, two cells per place; full to three quarters it grows. */
const FULLEST = 0.75;
/** Few: most explorations of a small model end here, and clearing a large table costs more than they do. */
const FIRST_PLACES = 1 << 10;
/** Up to here it doubles, for speed. From here on bytes count: it grows by half, so a state costs 11 to 16 bytes. */
const DOUBLES_TO = 1 << 20;
const TWO_32 = 0x1_0000_0000;

/**
 * The states seen so far, by their 64-bit identity (`store.hashLo`, `store.hashHi`), with an exact count. With `numbered`
 * each also gets the number 0, 1, 2, … in which it came, at four more bytes a place.
 *
 * A place is found by scaling the low half to the table, not by masking it: so any size will do, and a growing table is
 * copied from front to back.
 */
export class StateSet {
  private places = FIRST_PLACES;
  private keys = new Int32Array(2 * FIRST_PLACES);
  private numbers: Int32Array | undefined;
  private limit = Math.floor(FIRST_PLACES * FULLEST);
  private scale = FIRST_PLACES / TWO_32;
  private count = 0;
  /** Number of the state whose key is 0:0, which in the table would look like an empty place; -1 while it has not come. */
  private zero = -1;

  constructor(numbered = false) {
    if (numbered) this.numbers = new Int32Array(FIRST_PLACES);
  }

  get size(): number {
    return this.count;
  }

  /** Bytes of the table. */
  get bytes(): number {
    return this.keys.byteLength + (this.numbers?.byteLength ?? 0);
  }

  /** Adds a key. Returns its number if it is new; if not, -1 - n with its number n where numbers are kept, else -1. */
  add(lo: number, hi: number): number {
    if (lo === 0 && hi === 0) return this.addZero();
    const keys = this.keys;
    let place = ((lo >>> 0) * this.scale) | 0;
    for (;;) {
      const seenLo = keys[2 * place] as number;
      const seenHi = keys[2 * place + 1] as number;
      if (seenLo === lo && seenHi === hi) return this.numbers ? -1 - (this.numbers[place] as number) : -1;
      if (seenLo === 0 && seenHi === 0) break;
      place++;
      if (place === this.places) place = 0;
    }
    keys[2 * place] = lo;
    keys[2 * place + 1] = hi;
    if (this.numbers) this.numbers[place] = this.count;
    this.count++;
    if (this.count > this.limit) this.grow();
    return this.count - 1;
  }

  private addZero(): number {
    if (this.zero >= 0) return this.numbers ? -1 - this.zero : -1;
    this.zero = this.count++;
    return this.zero;
  }

  private grow(): void {
    const { keys, numbers } = this;
    const before = this.places;
    this.places = before < DOUBLES_TO ? 2 * before : Math.ceil(1.5 * before);
    this.scale = this.places / TWO_32;
    this.limit = Math.floor(this.places * FULLEST);
    this.keys = new Int32Array(2 * this.places);
    if (numbers) this.numbers = new Int32Array(this.places);
    for (let from = 0; from < before; from++) {
      const lo = keys[2 * from] as number;
      const hi = keys[2 * from + 1] as number;
      if (lo === 0 && hi === 0) continue;
      const place = this.freePlace(lo);
      this.keys[2 * place] = lo;
      this.keys[2 * place + 1] = hi;
      if (this.numbers && numbers) this.numbers[place] = numbers[from] as number;
    }
  }

  private freePlace(lo: number): number {
    const { keys } = this;
    let place = ((lo >>> 0) * this.scale) | 0;
    while (keys[2 * place] !== 0 || keys[2 * place + 1] !== 0) {
      place++;
      if (place === this.places) place = 0;
    }
    return place;
  }
}
