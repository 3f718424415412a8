import { deflateSync, strFromU8, strToU8 } from 'fflate';
import { fail, ok, type Result } from '../base';
import { fromBase64url, toBase64url } from './base64url';
import { damaged, type LinkError, oversized, truncated } from './errors';
import { inflateWithin } from './inflate';
import { MAX_DECODED, MAX_ENCODED } from './limits';

/**
 * The payload of a link: base64url of
 *
 *     bytes 0-3   checksum of the text's UTF-8 bytes, big-endian
 *     bytes 4-5   how many bytes follow, big-endian
 *     bytes 6-    the text, deflated against the version's dictionary
 *
 * Deflate by itself notices few changes: a flipped character may well inflate to another, valid scenario. The checksum
 * catches that, and the length in front tells a link that lost its end from one that was changed inside.
 */
const HEADER = 6;

/** FNV-1a over bytes, 32 bits, unsigned. Against accidents, not against people. */
function checksum(bytes: Uint8Array): number {
  let h = 0x811c9dc5;
  for (const byte of bytes) h = Math.imul(h ^ byte, 0x01000193);
  return h >>> 0;
}

/** Text to payload; an error when it does not fit. The same text gives the same payload in every browser. */
export function sealText(text: string, dictionary: Uint8Array): Result<string, LinkError> {
  const bytes = strToU8(text);
  const tooLong = (found: string, expected: string): Result<never, LinkError> =>
    fail(oversized(found, expected, 'Save it as a file instead'));
  if (bytes.length > MAX_DECODED) return tooLong(`${bytes.length} bytes`, `at most ${MAX_DECODED}`);
  const packed = deflateSync(bytes, { level: 9, dictionary });
  if (packed.length > 0xffff) return tooLong(`${packed.length} packed bytes`, 'at most 65535');
  const sealed = new Uint8Array(HEADER + packed.length);
  const view = new DataView(sealed.buffer);
  view.setUint32(0, checksum(bytes));
  view.setUint16(4, packed.length);
  sealed.set(packed, HEADER);
  const payload = toBase64url(sealed);
  if (payload.length > MAX_ENCODED) return tooLong(`${payload.length} characters`, `at most ${MAX_ENCODED}`);
  return ok(payload);
}

/** Payload to text. Nothing in it is trusted: not its size, not what it says about its size. */
export function openText(payload: string, dictionary: Uint8Array): Result<string, LinkError> {
  if (payload.length > MAX_ENCODED) {
    const expected = `at most ${MAX_ENCODED}`;
    return fail(
      oversized(
        `a payload of ${payload.length} characters`,
        expected,
        'Ask for the file instead of the link',
      ),
    );
  }
  const read = fromBase64url(payload);
  if (read.kind === 'error') {
    const { at, char } = read.error;
    const advice = 'Remove it if it was added around the link; otherwise copy the whole link again';
    return fail(
      damaged(`\`${char}\` at character ${at + 1} of the payload`, 'a letter, a digit, - or _', advice),
    );
  }
  const sealed = read.value;
  if (sealed.length < HEADER) {
    return fail(truncated(`a payload of ${payload.length} characters`, 'at least its first 8'));
  }
  const view = new DataView(sealed.buffer);
  const packed = sealed.subarray(HEADER);
  const promised = view.getUint16(4);
  if (packed.length < promised) return fail(truncated(`${packed.length} packed bytes`, `${promised}`));
  if (packed.length > promised) return fail(damaged(`${packed.length} packed bytes`, `${promised}`));
  const inflated = inflateWithin(packed, MAX_DECODED, dictionary);
  if (inflated.kind === 'error') {
    switch (inflated.error) {
      case 'beyond-limit':
        return fail(
          oversized(
            `a payload that inflates to more than ${MAX_DECODED} bytes`,
            'at most that',
            'No scenario is that long: do not trust this link',
          ),
        );
      case 'no-end':
      case 'not-deflate':
        return fail(damaged('a payload that does not inflate', 'a deflate stream'));
    }
  }
  const found = checksum(inflated.value);
  const meant = view.getUint32(0);
  if (found !== meant) {
    return fail(damaged(`contents with checksum ${found.toString(16)}`, meant.toString(16)));
  }
  return ok(strFromU8(inflated.value));
}
