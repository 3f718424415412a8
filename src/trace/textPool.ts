import { textOf } from './cursor';
import type { Texts } from './field';

const PIECE = 1 << 20;

/** Texts of a trace as bytes, in pieces; a text lies in one piece. What is longer than `longest` is cut, what comes after `most` bytes is not kept. */
export class TextPool implements Texts {
  private readonly pieces: Uint8Array[] = [];
  private used = PIECE;

  constructor(
    private readonly most = 64 << 20,
    private readonly longest = 4096,
  ) {}

  add(bytes: Uint8Array, from: number, to: number): number {
    const length = Math.min(to - from, this.longest);
    if (this.used + length > PIECE) {
      if (this.pieces.length * PIECE >= this.most) return -1;
      this.pieces.push(new Uint8Array(PIECE));
      this.used = 0;
    }
    const piece = this.pieces[this.pieces.length - 1] as Uint8Array;
    piece.set(bytes.subarray(from, from + length), this.used);
    const place = (this.pieces.length - 1) * PIECE + this.used;
    this.used += length;
    return place;
  }

  text(place: number, length: number): string {
    if (place < 0) return '(not kept: the trace has too many texts)';
    const piece = this.pieces[Math.floor(place / PIECE)];
    const at = place % PIECE;
    return piece === undefined ? '' : textOf(piece, at, at + Math.min(length, this.longest));
  }
}
