import { fail, ok, type Result } from '../base';

// `btoa` belongs to the page and `Buffer` to node; the core has neither, and twenty lines need no package.
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

const VALUES: ReadonlyMap<string, number> = new Map([...DIGITS].map((digit, value) => [digit, value]));

/** RFC 4648 §5 without padding. */
export function toBase64url(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += DIGITS.charAt(group >> 18) + DIGITS.charAt((group >> 12) & 63);
    if (left > 1) text += DIGITS.charAt((group >> 6) & 63);
    if (left > 2) text += DIGITS.charAt(group & 63);
  }
  return text;
}

/** The bytes, or the place (from 0) and the character that is none of the 64. */
export function fromBase64url(
  text: string,
): Result<Uint8Array, { readonly at: number; readonly char: string }> {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let used = 0;
  for (let i = 0; i < text.length; i++) {
    const value = VALUES.get(text.charAt(i));
    if (value === undefined) return fail({ at: i, char: String.fromCodePoint(text.codePointAt(i) ?? 0) });
    bits = ((bits << 6) | value) & 0xffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes[used++] = (bits >> held) & 0xff;
    }
  }
  return ok(bytes);
}
