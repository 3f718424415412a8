/** Hex with a fixed width and no prefix: the mono columns of the stage. Negative int32 cells are shown as their bit pattern. */
export function hex(value: number, width = 1): string {
  return (value < 0 ? value >>> 0 : value).toString(16).padStart(width, '0');
}

/** A frame number as the page writes it: 0x02e. */
export function frameName(frame: number): string {
  return `0x${hex(frame, 3)}`;
}

/** A shadow frame number as the page writes it: s084. */
export function shadowName(frame: number): string {
  return `s${hex(frame, 3)}`;
}

/** A 64-bit value from its two halves, in groups of four digits: 0x7f80_8820_7000. At least `digits` digits are kept. */
export function address(hi: number, lo: number, digits = 12): string {
  const all = (hex(hi, 8) + hex(lo, 8)).replace(/^0+/, '').padStart(digits, '0');
  const padded = all.padStart(Math.ceil(all.length / 4) * 4, ' ');
  return `0x${(padded.match(/.{4}/g) ?? []).join('_').trim()}`;
}
