import { type Word, word } from '../../base';
import type { Rights } from '../../engine/spec';
import { makeEntry, type PagingMode } from '../../machine';
import * as bits from '../../machine/bits';

/** The bits of an entry that rights stand for, NX apart. */
export function flagsOf(rights: Rights): number {
  return (
    (rights.r ? bits.P : 0) |
    (rights.w ? bits.W : 0) |
    (rights.user ? bits.U : 0) |
    (rights.accessed ? bits.A : 0) |
    (rights.dirty ? bits.D : 0) |
    (rights.large ? bits.PS : 0) |
    (rights.global ? bits.G : 0)
  );
}

/**
 * The entry of a level that leads to a frame with some rights, in the processor's own layout. Without `x` it carries NX,
 * where the mode has it and EFER.NXE is set. A 4 MiB page of 32-bit paging takes frames beyond 4 GiB as PSE-36 does.
 */
export function entryWord(mode: PagingMode, level: number, frame: number, rights: Rights, nx: boolean): Word {
  // PDPTEs of PAE paging have no rights: their bits are reserved.
  if (mode.name === 'pae' && level === 3) return makeEntry(frame, bits.P);
  if (mode.name === '32' && rights.large) {
    return word(0, ((frame >>> 10) << 22) | (((frame >>> 20) & 0xff) << 13) | flagsOf(rights));
  }
  return makeEntry(frame, flagsOf(rights), nx && !rights.x && mode.entryCells === 2);
}
