import { type Word, word } from '../base';
import { UNSHADOW_WHY } from '../hypervisor/xen/events';
import type { GuestOp } from '../machine';
import { direct, EMPTY, e, type LabOptions, load, PWUAD, store, T, vaOf, XenLab } from './xenLab';

const L2 = 0x12;
const L3 = 0x11;

/** P = 0x30 shadowed with entries 0 to 3, no table may go out of sync; the kernel's alias is known to the shadow. */
export function inSyncLab(options: LabOptions = {}): XenLab {
  const entries = [0, 1, 2, 3].map((index) => ({ page: 0x30, index, value: e(0x100 + index, PWUAD) }));
  const made = new XenLab({ entries, ...options, switches: { 'out-of-sync': false, ...options.switches } });
  made.run(
    0,
    load(direct(0x30), 0),
    load(vaOf(0x30, 0)),
    load(direct(L2), 0),
    load(direct(L3), 0),
    load(direct(T), 0),
  );
  made.fresh();
  return made;
}

/** 0x30 as ever, and 0x31 with one entry. */
export const TWO_TABLES = [
  ...[0, 1, 2, 3].map((index) => ({ page: 0x30, index, value: e(0x100 + index, PWUAD) })),
  { page: 0x31, index: 0, value: e(0x110, PWUAD) },
];

const narrow = (op: GuestOp, width: 1 | 2 | 4 | 8): GuestOp => ({ ...op, width }) as GuestOp;
/** A kernel store of any width, so many bytes into a table page. */
export const at = (page: number, offset: number, value: number, width: 1 | 2 | 4 | 8): GuestOp =>
  narrow(store(word(direct(page).hi, direct(page).lo + offset), word(0, value), 0), width);

/** Pages unshadowed so far, each with why. */
export const unshadowed = (lab: XenLab): string[] =>
  lab.events('Unshadowed').map((line) => `${line.split(' ')[1]} ${UNSHADOW_WHY[Number(line.split(' ')[2])]}`);

/** The processor delivers an interrupt, and pushes at this address. */
export const interrupt = ({ hi, lo }: { hi: number; lo: number }): GuestOp => ({
  kind: 'call',
  name: 'interrupt',
  args: [hi, lo],
});

export const locked = (op: 'and' | 'or', va: Word, value: Word): GuestOp => ({
  kind: 'locked',
  op,
  va,
  value,
  expected: EMPTY,
  width: 8,
  cpl: 0,
});
