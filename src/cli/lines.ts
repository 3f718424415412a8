import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';

/** Whether a file begins as gzip's do. */
function isPacked(file: string): boolean {
  const handle = openSync(file, 'r');
  try {
    const start = new Uint8Array(2);
    return readSync(handle, start, 0, 2, 0) === 2 && start[0] === 0x1f && start[1] === 0x8b;
  } finally {
    closeSync(handle);
  }
}

/** The lines of a text file, unpacked if it is packed by gzip. Only the line in hand is kept: a recording may be larger than memory. */
export async function* linesOf(file: string): AsyncGenerator<string> {
  const packed = isPacked(file);
  const raw = createReadStream(file);
  const bytes = packed ? raw.pipe(createGunzip()) : raw;
  if (bytes !== raw) raw.on('error', (error) => bytes.destroy(error));
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of bytes) {
    const lines = (rest + decoder.write(chunk as Buffer)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  yield rest + decoder.end();
}
