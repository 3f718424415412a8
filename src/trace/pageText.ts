import { bytesOf, type Cursor } from './cursor';
import type { FieldType } from './field';

/**
 * A shadow page as every tracepoint prints it (sheet 7.4): six words: generation, gfn (two), the printed part of its role, root count, unsync.
 * WP, SMEP and SMAP are in a role too, but no tracepoint prints them.
 */
export const PAGE = { gen: 0, gfnHi: 1, gfnLo: 2, role: 3, root: 4, unsync: 5 } as const;

/** The printed role as bits of one number. */
export const ROLE = {
  level: 7,
  fourByte: 1 << 3,
  quadrantShift: 4,
  direct: 1 << 6,
  accessShift: 7,
  invalid: 1 << 10,
  nx: 1 << 11,
  adDisabled: 1 << 12,
  /** As Linux 3.6 printed it: whether a guest entry has four bytes is not said then, but ` pae` is. */
  pae: 1 << 13,
} as const;

export const roleLevel = (role: number): number => role & ROLE.level;
export const roleQuadrant = (role: number): number => (role >> ROLE.quadrantShift) & 3;
export const roleDirect = (role: number): boolean => (role & ROLE.direct) !== 0;
export const roleFourByte = (role: number): boolean => (role & ROLE.fourByte) !== 0;
/** x 1, w 2, u 4: as KVM's ACC_* are. */
export const roleAccess = (role: number): number => (role >> ROLE.accessShift) & 7;
export const roleInvalid = (role: number): boolean => (role & ROLE.invalid) !== 0;

const ACCESS = ['---', '--x', 'w--', 'w-x', '-u-', '-ux', 'wu-', 'wux'] as const;
const ACCESS_BYTES = ACCESS.map(bytesOf);
export const accessText = (access: number): string => ACCESS[access & 7] ?? '---';

const B = Object.fromEntries(
  [
    'sp gen ',
    'sp gfn ',
    ' gfn ',
    ' l',
    ' 8-byte',
    ' 4-byte',
    ' q',
    ' direct',
    ' invalid',
    ' ',
    '!',
    'nxe',
    ' ',
    'ad',
    ' root ',
    'unsync',
    'sync',
    ' pae',
  ].map((text) => [text, bytesOf(text)] as const),
) as Readonly<Record<string, Uint8Array>>;
const take = (c: Cursor, text: string): boolean => c.take(B[text] as Uint8Array);

function readPage(c: Cursor, out: Int32Array, at: number, old: boolean): boolean {
  out[at + PAGE.gen] = 0;
  if (old) {
    if (!take(c, 'sp gfn ')) return false;
  } else {
    if (!take(c, 'sp gen ') || !c.decimal()) return false;
    out[at + PAGE.gen] = c.lo;
    if (!take(c, ' gfn ')) return false;
  }
  if (!c.hex()) return false;
  out[at + PAGE.gfnHi] = c.hi;
  out[at + PAGE.gfnLo] = c.lo;
  if (!take(c, old ? ' ' : ' l') || !c.decimal() || c.lo < 0 || c.lo > 5) return false;
  let role = c.lo;
  if (old) {
    if (take(c, ' pae')) role |= ROLE.pae;
    else role |= ROLE.fourByte;
  } else if (take(c, ' 4-byte')) role |= ROLE.fourByte;
  else if (!take(c, ' 8-byte')) return false;
  if (!take(c, ' q') || !c.decimal()) return false;
  role |= (c.lo & 3) << ROLE.quadrantShift;
  if (take(c, ' direct')) role |= ROLE.direct;
  if (!take(c, ' ')) return false;
  const access = ACCESS_BYTES.findIndex((text) => c.take(text));
  if (access < 0) return false;
  role |= access << ROLE.accessShift;
  if (take(c, ' invalid')) role |= ROLE.invalid;
  if (!take(c, ' ')) return false;
  if (!take(c, '!')) role |= ROLE.nx;
  if (!take(c, 'nxe')) return false;
  if (!old) {
    if (!take(c, ' ')) return false;
    if (take(c, '!')) role |= ROLE.adDisabled;
    if (!take(c, 'ad')) return false;
  }
  if (!take(c, ' root ') || !c.decimal()) return false;
  out[at + PAGE.root] = c.lo;
  out[at + PAGE.role] = role;
  if (!take(c, ' ')) return false;
  if (take(c, 'unsync')) out[at + PAGE.unsync] = 1;
  else if (take(c, 'sync')) out[at + PAGE.unsync] = 0;
  else return false;
  // The kernel writes a NUL behind the page; some kernels' text has it.
  c.byte(0);
  return true;
}

/** `sp gen 0 gfn 15 l1 8-byte q0 wux nxe ad root 0 sync`, from its words. */
export function printPage(word: (i: number) => number, old = false): string {
  const role = word(PAGE.role);
  const hi = word(PAGE.gfnHi);
  const lo = word(PAGE.gfnLo) >>> 0;
  const gfn = hi === 0 ? lo.toString(16) : `${(hi >>> 0).toString(16)}${lo.toString(16).padStart(8, '0')}`;
  const head = old
    ? `sp gfn ${gfn} ${roleLevel(role)}${(role & ROLE.pae) === 0 ? '' : ' pae'}`
    : `sp gen ${word(PAGE.gen)} gfn ${gfn} l${roleLevel(role)} ${roleFourByte(role) ? 4 : 8}-byte`;
  const nx = (role & ROLE.nx) === 0 ? '!' : '';
  const ad = old ? '' : ` ${(role & ROLE.adDisabled) === 0 ? '' : '!'}ad`;
  return (
    `${head} q${roleQuadrant(role)}${roleDirect(role) ? ' direct' : ''} ${accessText(roleAccess(role))}` +
    `${roleInvalid(role) ? ' invalid' : ''} ${nx}nxe${ad} root ${word(PAGE.root)} ${word(PAGE.unsync) === 0 ? 'sync' : 'unsync'}`
  );
}

/** `since` tells the two ways of printing apart: Linux 3.6 and what came after it. */
export const pageType = (since: 3 | 8): FieldType => ({
  width: 6,
  read: (c, out, at) => readPage(c, out, at, since === 3),
  print: (word) => printPage(word, since === 3),
});
