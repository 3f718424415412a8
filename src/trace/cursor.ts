import { strFromU8, strToU8 } from 'fflate';
/** A place in a line of bytes, with the few things that are read there. Lines are never made strings: a million of them would cost seconds. */
export class Cursor {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  /** Just behind the line's last byte. */
  end = 0;
  /** The number read last, as two halves; decimal numbers are in `lo`. */
  hi = 0;
  lo = 0;

  /** Looks at `bytes` from `at` up to `end`. */
  on(bytes: Uint8Array, at: number, end: number): this {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
    return this;
  }

  /** The byte here, or -1 at the end. */
  get here(): number {
    return this.at < this.end ? (this.bytes[this.at] as number) : -1;
  }

  /** Goes over the literal if it stands here. */
  take(literal: Uint8Array): boolean {
    const { length } = literal;
    const { bytes, at } = this;
    if (at + length > this.end) return false;
    for (let i = 0; i < length; i++) if (bytes[at + i] !== literal[i]) return false;
    this.at = at + length;
    return true;
  }

  /** Goes over one byte if it stands here. */
  byte(code: number): boolean {
    if (this.at >= this.end || this.bytes[this.at] !== code) return false;
    this.at++;
    return true;
  }

  /** A hex number of 1 to 16 digits, lower case as the kernel prints it, into `hi` and `lo`. */
  hex(): boolean {
    const { bytes, end, at: start } = this;
    let hi = 0;
    let lo = 0;
    let at = start;
    for (; at < end; at++) {
      const code = bytes[at] as number;
      const digit = code >= 48 && code <= 57 ? code - 48 : code >= 97 && code <= 102 ? code - 87 : -1;
      if (digit < 0) break;
      hi = (hi << 4) | (lo >>> 28);
      lo = (lo << 4) | digit;
    }
    this.at = at;
    if (at === start || at - start > 16) return false;
    this.hi = hi;
    this.lo = lo;
    return true;
  }

  /** A decimal number below 2^31, perhaps with a minus, into `lo`. */
  decimal(): boolean {
    const { bytes, end } = this;
    const minus = this.byte(45);
    const start = this.at;
    let at = start;
    let value = 0;
    for (; at < end; at++) {
      const digit = (bytes[at] as number) - 48;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    this.at = at;
    if (at === start || value > 0x7fff_ffff) return false;
    this.hi = 0;
    this.lo = minus ? -value : value;
    return true;
  }

  spaces(): void {
    const { bytes, end } = this;
    let at = this.at;
    while (at < end && bytes[at] === 32) at++;
    this.at = at;
  }

  /** Up to the next space (or control character), or the end. */
  word(): void {
    const { bytes, end } = this;
    let at = this.at;
    while (at < end && (bytes[at] as number) > 32) at++;
    this.at = at;
  }
}

export const bytesOf = (text: string): Uint8Array => strToU8(text);

/** Bytes as text; what is no UTF-8 becomes replacement marks, for it is only shown. */
export const textOf = (bytes: Uint8Array, from = 0, to = bytes.length): string =>
  strFromU8(bytes.subarray(from, to));
