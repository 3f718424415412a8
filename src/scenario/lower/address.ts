import { type Word, wordOfBigInt } from '../../base';
import { canonical, type PagingMode } from '../../machine';
import type { Num } from '../syntax/leaf';
import type { Findings } from './findings';

export const toWord = (n: Num): Word => wordOfBigInt(BigInt.asUintN(64, n.value));

/** Whether an address lies in the kernel's part: the upper half, or above 3 GiB in the modes of 32-bit addresses. */
export function inKernelHalf(mode: PagingMode, va: Word): boolean {
  return mode.name === '64' ? va.hi < 0 : va.lo >>> 0 >= 0.75 * 2 ** mode.vaBits;
}

/** An address of the mode; says so if it is not one. */
export function addressOf(mode: PagingMode, n: Num, f: Findings): Word {
  const va = toWord(n);
  const shown = `0x${n.value.toString(16)}`;
  if (mode.name !== '64') {
    if (!canonical(mode, va.hi, va.lo))
      f.error(
        n,
        `${shown} is no address of ${mode.name === 'pae' ? 'PAE' : '32-bit'} paging. Expected at most ${mode.vaBits === 32 ? '0xffff_ffff' : `0x${(2 ** mode.vaBits - 1).toString(16)}`}.`,
      );
  } else if (!canonical(mode, va.hi, va.lo)) {
    f.error(
      n,
      `${shown} is not canonical. Expected bits ${mode.vaBits} to 63 to repeat bit ${mode.vaBits - 1}, as the processor demands.`,
    );
  }
  return va;
}

/** `va` + bytes, in 64 bits. */
export function plus(va: Word, bytes: bigint): Word {
  const value = (BigInt(va.hi) << 32n) | BigInt(va.lo >>> 0);
  return wordOfBigInt(BigInt.asUintN(64, value + bytes));
}
