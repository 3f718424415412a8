import { frameText, long, quote } from './paper';

/** Where the kernel of the exercises sees guest frame 0, and the level-1 table that maps it. */
export const DIRECT = 0xffff_8100_0000_0000n;
export const KERNEL_TABLE = 0x061;

/** What looking ahead does, for sheets on which it decides something. */
export const LOOKS_AHEAD =
  'A fault that brings in an entry brings in the entries behind it as well: up to 31, up to the end of the table, up to the first that the shadow holds already, and up to the first present one that would fault anyway (without A, or with W but without D). Where the guest’s entry is not present the shadow gets a mark that says so.';

/** First user address of an exercise's nth page table. */
export const tableVa = (n: number): bigint => 0x40_0000n + BigInt(n) * 0x20_0000n;

/** The address that entry `index` of the nth page table translates. */
export const pageVa = (n: number, index: number): bigint => tableVa(n) + BigInt(index) * 0x1000n;

/** Where the kernel sees the first byte of a frame. */
export const directVa = (frame: number): bigint => DIRECT + BigInt(frame) * 0x1000n;

export interface XenGuest {
  readonly title: string;
  readonly about: string;
  readonly frames: number;
  readonly vcpus: number;
  /** The level-1 tables, from 0x40_0000 on, one for each 2 MiB. */
  readonly tables: readonly number[];
  /** Lines `entry …`. */
  readonly entries: readonly string[];
  readonly without?: readonly string[];
}

/** A 64-bit guest on Xen of June 2008, ready for its prologue and its programs. */
export function xenGuest(guest: XenGuest): string[] {
  const without = guest.without ?? [];
  return [
    `scenario ${quote(guest.title)}`,
    `about ${quote(guest.about)}`,
    '',
    `design xen${without.length === 0 ? '' : ` without ${without.join(', ')}`}`,
    'profile U',
    `paging x86-64, ${guest.frames} frames`,
    `vcpus ${guest.vcpus}`,
    'root 0x010',
    'table l3 0x011 at 0x40_0000',
    'table l2 0x012 at 0x40_0000',
    ...guest.tables.map((frame, n) => `table l1 ${frameText(frame)} at ${long(tableVa(n))}`),
    `direct ${long(DIRECT)} frames 128 tables ${frameText(KERNEL_TABLE)}`,
    ...guest.entries,
  ];
}
