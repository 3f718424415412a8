import { fail, ok, type Result } from './result';

/** A 64-bit value as two 32-bit halves (signed, as cells hold them). Hot paths pass the halves; never BigInt there. */
export interface Word {
  readonly hi: number;
  readonly lo: number;
}

export const word = (hi: number, lo: number): Word => ({ hi: hi | 0, lo: lo | 0 });

export const wordOfBigInt = (value: bigint): Word => ({
  hi: Number((value >> 32n) & 0xffff_ffffn) | 0,
  lo: Number(value & 0xffff_ffffn) | 0,
});

export const wordToBigInt = (w: Word): bigint => (BigInt(w.hi >>> 0) << 32n) | BigInt(w.lo >>> 0);

export const sameWord = (a: Word, b: Word): boolean => a.hi === b.hi && a.lo === b.lo;

/** Reads `0x7f80_8820_7000` or decimal; underscores group digits. At most 64 bits. */
export function parseWord(text: string): Result<Word, string> {
  const plain = text.replaceAll('_', '');
  if (!/^(0x[0-9a-f]+|\d+)$/i.test(plain))
    return fail(`\`${text}\` is not a number. Expected decimal digits or 0x and hex digits`);
  const value = BigInt(plain);
  if (value >> 64n !== 0n) return fail(`\`${text}\` does not fit in 64 bits`);
  return ok(wordOfBigInt(value));
}
