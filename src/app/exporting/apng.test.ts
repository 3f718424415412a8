import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { animatedPng } from './apng';

function chunk(type: string, data: Uint8Array): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(data.length);
  // Readers of a file check sums; the encoder makes its own.
  return Buffer.concat([size, Buffer.from(type), data, Buffer.alloc(4)]);
}

/** One grey square. */
function square(side: number, grey: number): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header[8] = 8;
  const rows = Buffer.concat(Array.from({ length: side }, () => Buffer.from([0, ...Array(side).fill(grey)])));
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Types and data of the chunks, in order. */
function read(bytes: Uint8Array): { type: string; data: Buffer }[] {
  const file = Buffer.from(bytes);
  const out: { type: string; data: Buffer }[] = [];
  for (let at = 8; at < file.length; ) {
    const size = file.readUInt32BE(at);
    out.push({ type: file.toString('latin1', at + 4, at + 8), data: file.subarray(at + 8, at + 8 + size) });
    at += 12 + size;
  }
  return out;
}

describe('an animation', () => {
  it('is a PNG whose first picture everybody sees, with the others behind it, numbered in a row', () => {
    const chunks = read(
      animatedPng([
        { png: square(2, 0), ms: 800 },
        { png: square(2, 255), ms: 1500 },
      ]),
    );
    expect(chunks.map(({ type }) => type)).toEqual([
      ...['IHDR', 'acTL', 'fcTL', 'IDAT', 'fcTL', 'fdAT', 'IEND'],
    ]);
    expect(chunks[1]?.data.readUInt32BE(0)).toBe(2);
    const numbers = [2, 4, 5].map((i) => chunks[i]?.data.readUInt32BE(0));
    expect(numbers).toEqual([0, 1, 2]);
    expect([2, 4].map((i) => chunks[i]?.data.readUInt16BE(20))).toEqual([800, 1500]);
  });

  it('refuses pictures of different sizes, and what is no PNG', () => {
    expect(() =>
      animatedPng([
        { png: square(2, 0), ms: 1 },
        { png: square(3, 0), ms: 1 },
      ]),
    ).toThrow('picture 2 has another size');
    expect(() => animatedPng([{ png: new Uint8Array(20), ms: 1 }])).toThrow('not a PNG');
    expect(() => animatedPng([])).toThrow('at least one');
  });
});
