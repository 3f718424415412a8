import type { Invariant, When } from '../../../kernel';
import { guestTable, shadowEntry, shadowTable } from '../../entity';
import { indexOf, kitOf } from '../backlinks';
import type { Xi } from '../state';

export type Found = (says: string, where: string) => void;

/** An invariant of XI. `check` reports what it finds; each finding begins in lower case. */
export function invariant(
  name: string,
  says: string,
  check: (x: Xi, found: Found) => void,
  when: When = 'release',
): Invariant<Xi> {
  return {
    name,
    part: 'xi',
    when,
    says,
    check: (x) => {
      const out: { invariant: string; says: string; where: string }[] = [];
      check(x, (text, where) => out.push({ invariant: name, says: `Broken: ${text}`, where }));
      return out;
    },
  };
}

export const ofSlot = (x: Xi, slot: number): string => shadowEntry(x.spt(kitOf(slot)), indexOf(slot));
export const ofKit = (x: Xi, kit: number): string => shadowTable(x.spt(kit));
export const ofPage = (_: Xi, gfn: number): string => guestTable(gfn);

/** Slots of a kit whose SPTE is not empty. */
export function entriesOf(x: Xi, kit: number): number[] {
  const out: number[] = [];
  const { entries } = x.shapeOf(kit);
  for (let i = 0; i < entries; i++) if (x.what(x.slot(kit, i)) !== 0) out.push(x.slot(kit, i));
  return out;
}
