/** Steps that share one absolute position. */
const BLOCK_BITS = 4;
const BLOCK_MASK = (1 << BLOCK_BITS) - 1;
/** Stands for "look it up": the distance from the block's first position does not fit 16 bits. */
const FAR = 0xffff;

/**
 * An ever growing list of positions, one a step, in two bytes each: a position per block of sixteen steps, and the
 * distances from it. Some steps write a whole page, so a distance may be too far; those few are kept apart.
 */
export class Offsets {
  private readonly far = new Map<number, number>();
  private near = new Uint16Array(1024);
  private first = new Int32Array(1024 >> BLOCK_BITS);
  private length = 0;

  /** Positions never fall. */
  push(position: number): void {
    const i = this.length++;
    if (i === this.near.length) this.grow();
    const block = i >> BLOCK_BITS;
    if ((i & BLOCK_MASK) === 0) this.first[block] = position;
    const distance = position - (this.first[block] as number);
    if (distance < FAR) this.near[i] = distance;
    else {
      this.near[i] = FAR;
      this.far.set(i, position);
    }
  }

  at(i: number): number {
    const distance = this.near[i] as number;
    return distance === FAR
      ? (this.far.get(i) as number)
      : (this.first[i >> BLOCK_BITS] as number) + distance;
  }

  private grow(): void {
    const near = new Uint16Array(this.near.length * 2);
    near.set(this.near);
    this.near = near;
    const first = new Int32Array(this.first.length * 2);
    first.set(this.first);
    this.first = first;
  }

  get bytes(): number {
    // A map's entry takes some forty bytes beside its two numbers.
    return this.near.byteLength + this.first.byteLength + this.far.size * 56;
  }
}
