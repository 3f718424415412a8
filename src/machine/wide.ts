/** A 64-bit value that a function fills in for its caller: hot paths allocate nothing. Overwritten by the next use. */
export interface Halves {
  hi: number;
  lo: number;
}

/** `value` shifted left by 0 to 63 bits. */
export function shiftLeft(out: Halves, hi: number, lo: number, by: number): void {
  if (by === 0) set(out, hi, lo);
  else if (by >= 32) set(out, lo << (by - 32), 0);
  else set(out, (hi << by) | (lo >>> (32 - by)), lo << by);
}

/** `value` shifted right by 0 to 63 bits, zeros coming in. */
export function shiftRight(out: Halves, hi: number, lo: number, by: number): void {
  if (by === 0) set(out, hi, lo);
  else if (by >= 32) set(out, 0, hi >>> (by - 32));
  else set(out, hi >>> by, (lo >>> by) | (hi << (32 - by)));
}

/** Keeps the low `bytes` bytes, 1 to 8. */
export function truncate(out: Halves, hi: number, lo: number, bytes: number): void {
  if (bytes >= 8) set(out, hi, lo);
  else if (bytes > 4) set(out, hi & ((1 << (8 * (bytes - 4))) - 1), lo);
  else if (bytes === 4) set(out, 0, lo);
  else set(out, 0, lo & ((1 << (8 * bytes)) - 1));
}

function set(out: Halves, hi: number, lo: number): void {
  out.hi = hi | 0;
  out.lo = lo | 0;
}
