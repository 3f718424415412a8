import type { Memory } from './memory';
import type { Halves } from './wide';

/** Reads `bytes` (1 to 8) bytes at a byte offset of a frame; they must lie within it. Little-endian. */
export function readBytes(memory: Memory, frame: number, offset: number, bytes: number, out: Halves): void {
  if ((offset & 3) === 0 && bytes === 8) {
    memory.readPair(frame, offset >>> 2, out);
    return;
  }
  if ((offset & 3) === 0 && bytes === 4) {
    out.lo = memory.read32(frame, offset >>> 2);
    out.hi = 0;
    return;
  }
  out.lo = gather(memory, frame, offset, Math.min(bytes, 4));
  out.hi = bytes > 4 ? gather(memory, frame, offset + 4, bytes - 4) : 0;
}

function gather(memory: Memory, frame: number, offset: number, bytes: number): number {
  let value = 0;
  for (let i = 0; i < bytes; i++) value |= byteAt(memory, frame, offset + i) << (8 * i);
  return value;
}

function byteAt(memory: Memory, frame: number, offset: number): number {
  return (memory.read32(frame, offset >>> 2) >>> (8 * (offset & 3))) & 0xff;
}

/** Writes the low `bytes` (1 to 8) bytes of a value at a byte offset of a frame; they must lie within it. */
export function writeBytes(
  memory: Memory,
  frame: number,
  offset: number,
  bytes: number,
  hi: number,
  lo: number,
): void {
  if ((offset & 3) === 0 && (bytes === 4 || bytes === 8)) {
    if (bytes === 8) memory.writePair(frame, offset >>> 2, hi, lo);
    else memory.write32(frame, offset >>> 2, lo);
    return;
  }
  for (let word = offset >>> 2; word <= (offset + bytes - 1) >>> 2; word++) {
    let value = memory.read32(frame, word);
    for (let i = 0; i < 4; i++) {
      const nth = 4 * word + i - offset;
      if (nth < 0 || nth >= bytes) continue;
      const byte = ((nth < 4 ? lo : hi) >>> (8 * (nth & 3))) & 0xff;
      value = (value & ~(0xff << (8 * i))) | (byte << (8 * i));
    }
    memory.write32(frame, word, value);
  }
}
