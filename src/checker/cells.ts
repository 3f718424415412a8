/** 32-bit numbers in a row that grows: parent links, choices, edges, for millions of states without an object each. */
export class Cells {
  private row: Int32Array;
  private used = 0;

  constructor(capacity = 1024) {
    this.row = new Int32Array(capacity);
  }

  get length(): number {
    return this.used;
  }

  get bytes(): number {
    return this.row.byteLength;
  }

  get(i: number): number {
    return this.row[i] as number;
  }

  set(i: number, value: number): void {
    while (i >= this.row.length) this.grow();
    this.row[i] = value;
    if (i >= this.used) this.used = i + 1;
  }

  push(value: number): void {
    if (this.used === this.row.length) this.grow();
    this.row[this.used++] = value;
  }

  private grow(): void {
    const grown = new Int32Array(this.row.length * 2);
    grown.set(this.row);
    this.row = grown;
  }
}
