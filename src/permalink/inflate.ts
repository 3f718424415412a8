import { Inflate } from 'fflate';
import { fail, ok, type Result } from '../base';

/** Deflate can swell a byte to about a thousand, so between two looks at the size no more than half a megabyte comes out. */
const CHUNK = 512;

/** Why a stream did not inflate: it went past `limit`, it has no end, or it is not a deflate stream. */
export type InflateError = 'beyond-limit' | 'no-end' | 'not-deflate';

/** Inflates at most `limit` bytes, looking at the size while it goes: a bomb stops early instead of filling the memory. */
export function inflateWithin(
  packed: Uint8Array,
  limit: number,
  dictionary: Uint8Array = new Uint8Array(),
): Result<Uint8Array, InflateError> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const stream = new Inflate({ dictionary }, (part) => {
    size += part.length;
    parts.push(part);
  });
  try {
    for (let at = 0; at < packed.length; at += CHUNK) {
      stream.push(packed.subarray(at, at + CHUNK), at + CHUNK >= packed.length);
      if (size > limit) return fail('beyond-limit');
    }
  } catch (error) {
    // fflate's code 0 is "unexpected EOF"; all others mean that the bits make no sense.
    return fail((error as { code?: number }).code === 0 ? 'no-end' : 'not-deflate');
  }
  if (packed.length === 0) return fail('no-end');
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return ok(whole);
}
