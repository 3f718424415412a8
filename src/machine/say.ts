import { address, frameName, hex } from '../base';
import * as bits from './bits';
import type { Machine } from './machine';
import { frameOf, type PagingMode, present } from './paging';
import type { BufferedStore } from './storeBuffer';

/** A linear address as the page writes it: eight digits in 32-bit modes, at least twelve otherwise, grouped in fours. */
export function sayAddress(mode: PagingMode, hi: number, lo: number): string {
  return address(hi, lo, mode.vaBits === 32 ? 8 : 12);
}

/** A linear address of a vCPU's guest, by the name the program has for the word there if it has one. */
export const sayVa = (m: Machine, v: number, hi: number, lo: number): string =>
  m.words.find(({ va }) => va.hi === hi && va.lo === lo)?.name ?? sayAddress(m.guestMode(v), hi, lo);

/** A place in memory: the word that begins there by its name, if it has one, else its frame. */
export const sayPlace = (m: Machine, frame: number, offset: number): string =>
  m.wordAt(frame, offset)?.name ?? `frame ${m.nameFrame(frame)}`;

/** A store that waits in a buffer, or has just left it: "0x1 to x". */
export const sayBuffered = (m: Machine, store: BufferedStore): string =>
  m.storeBuffers.sayStore(store) ??
  `${sayValue(store.hi, store.lo)} to ${sayPlace(m, store.frame, store.offset)}`;

/** A value: 0x45067. */
export function sayValue(hi: number, lo: number): string {
  return hi === 0 ? `0x${hex(lo)}` : `0x${hex(hi)}${hex(lo, 8)}`;
}

/** A 4 KiB entry (or an entry that names a table) in words: "frame 0x045, rw user, dirty"; "nothing" if it is not present. */
export function sayEntry(mode: PagingMode, hi: number, lo: number): string {
  if (!present(lo)) return 'nothing: it is not present';
  const rights = [
    (lo & bits.W) === 0 ? 'r' : 'rw',
    (lo & bits.U) === 0 ? undefined : 'user',
    mode.entryCells === 1 || hi < 0 ? undefined : 'executable',
  ];
  const frame = mode.entryCells === 1 ? lo >>> 12 : frameOf(hi, lo);
  return `frame ${frameName(frame)}, ${rights.filter((r) => r !== undefined).join(' ')}`;
}

/** An entry's index: three digits. */
export const sayIndex = (index: number): string => hex(index, 3);

/** A page-fault error code with its bits spelled out: "3 (present, write)". */
export function sayError(code: number): string {
  const words = [
    (code & bits.PFEC_P) === 0 ? 'not present' : 'present',
    (code & bits.PFEC_W) === 0 ? undefined : 'write',
    (code & bits.PFEC_U) === 0 ? undefined : 'user',
    (code & bits.PFEC_RSVD) === 0 ? undefined : 'reserved bit',
    (code & bits.PFEC_I) === 0 ? undefined : 'fetch',
  ];
  return `${code} (${words.filter((w) => w !== undefined).join(', ')})`;
}

/** What an access is called: load, store, fetch. */
export const ACCESS_WORDS = ['load', 'store', 'fetch'] as const;
export const sayAccess = (access: number): string => ACCESS_WORDS[access] ?? 'access';
