/**
 * Pictures of one size as one moving picture: PNG with the animation chunks (APNG). Every browser shows it wherever it shows a picture, slides
 * and reviews take it as an image, and it loses nothing; a film would need an encoder, and blur the text. Source: APNG specification 1.0.
 */
export interface Frame {
  /** A PNG file. */
  readonly png: Uint8Array;
  readonly ms: number;
}

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = (c & 1) === 0 ? c >>> 1 : 0xedb88320 ^ (c >>> 1);
  return c;
});

function crc(...parts: readonly Uint8Array[]): number {
  let c = 0xffff_ffff;
  for (const part of parts) for (const byte of part) c = (CRC_TABLE[(c ^ byte) & 0xff] as number) ^ (c >>> 8);
  return ~c >>> 0;
}

function chunksOf(png: Uint8Array): Chunk[] {
  if (SIGNATURE.some((byte, i) => png[i] !== byte))
    throw new Error('not a PNG file: its signature is missing');
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const out: Chunk[] = [];
  for (let at = 8; at + 12 <= png.length; ) {
    const size = view.getUint32(at);
    const type = String.fromCharCode(...png.subarray(at + 4, at + 8));
    out.push({ type, data: png.subarray(at + 8, at + 8 + size) });
    at += 12 + size;
  }
  return out;
}

function written({ type, data }: Chunk): Uint8Array {
  const name = Uint8Array.from(type, (letter) => letter.charCodeAt(0));
  const out = new Uint8Array(12 + data.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  out.set(name, 4);
  out.set(data, 8);
  view.setUint32(8 + data.length, crc(name, data));
  return out;
}

/** Numbers in network order, each of so many bytes. */
function packed(...fields: readonly (readonly [bytes: 1 | 2 | 4, value: number])[]): Uint8Array {
  const out = new Uint8Array(fields.reduce((sum, [bytes]) => sum + bytes, 0));
  const view = new DataView(out.buffer);
  let at = 0;
  for (const [bytes, value] of fields) {
    if (bytes === 1) view.setUint8(at, value);
    else if (bytes === 2) view.setUint16(at, value);
    else view.setUint32(at, value);
    at += bytes;
  }
  return out;
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Frames of one size, shown one after the other, for ever. Throws where there is none, or the sizes differ. */
export function animatedPng(frames: readonly Frame[]): Uint8Array<ArrayBuffer> {
  const all = frames.map(({ png }) => chunksOf(png));
  const header = all[0]?.find(({ type }) => type === 'IHDR');
  if (header === undefined) throw new Error('an animation needs at least one picture');
  const view = new DataView(header.data.buffer, header.data.byteOffset);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const out: Uint8Array[] = [SIGNATURE, written(header)];
  out.push(written({ type: 'acTL', data: packed([4, frames.length], [4, 0]) }));
  let sequence = 0;
  all.forEach((chunks, i) => {
    const own = chunks.find(({ type }) => type === 'IHDR');
    if (own === undefined || own.data.some((byte, at) => byte !== header.data[at]))
      throw new Error(`picture ${i + 1} has another size or colours than the first`);
    const ms = frames[i]?.ms ?? 0;
    const control = packed(
      ...([
        [4, sequence++],
        [4, width],
        [4, height],
        [4, 0],
        [4, 0],
        [2, ms],
        [2, 1000],
        [1, 0],
        [1, 0],
      ] as const),
    );
    out.push(written({ type: 'fcTL', data: control }));
    for (const { type, data } of chunks) {
      if (type !== 'IDAT') continue;
      if (i === 0) out.push(written({ type, data }));
      else out.push(written({ type: 'fdAT', data: joined([packed([4, sequence++]), data]) }));
    }
  });
  out.push(written({ type: 'IEND', data: new Uint8Array() }));
  return joined(out);
}
