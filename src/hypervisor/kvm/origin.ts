import { Derived } from '../../kernel';
import { ENTRIES } from './constants';
import { roleDirect, roleFourByte, roleLevel, roleQuadrant } from './role';
import type { Kvm } from './state';

/** Index of the guest's entry behind an entry of an indirect page. A 4 MiB entry of four bytes is shadowed by two of 2 MiB. */
function guestIndex(role: number, index: number): number {
  if (!roleFourByte(role)) return index;
  const covered = roleLevel(role) === 1 ? ENTRIES : ENTRIES / 2;
  return roleQuadrant(role) * covered + (roleLevel(role) === 1 ? index : index >>> 1);
}

/** Says from which entry of the guest an spte was just made, so that a question about it can go on there. */
export function tellOrigin(k: Kvm, sfn: number, index: number): void {
  const role = k.pages.get(sfn, 'role');
  if (roleDirect(role)) return;
  const table = k.slots.mfn(k.pages.get(sfn, 'gfn'));
  if (table < 0) return;
  const guest = k.memory.find(table);
  const shadow = k.memory.find(sfn);
  if (guest === 0 || shadow === 0) return;
  const cells = roleFourByte(role) ? 1 : 2;
  k.world.emit(Derived, shadow + 2 * index, guest + cells * guestIndex(role, index));
}
