import { frameName, hex, shadowName } from '../../../../base';
import * as c from '../../../../hypervisor/kvm/constants';
import { pointerIndex, pointerTable, WRITE_PROTECT } from '../../../../hypervisor/kvm/pteList';
import type { Kvm } from '../../../../hypervisor/kvm/state';
import { type EntityId, fixupOf, guestTable, shadowEntry } from '../../entity';
import type { FixupGroup, ReverseModel } from '../../model';
import { field, type Moment } from '../../read/moment';
import type { Openable } from './identification';
import type { UnsyncPage } from './penumbra';

/** Of a reverse map with many sptes no more than these are shown on stage; the books of the frame have all. */
const SHOWN = 3;

/** The reverse maps of what is on stage, of frames and of tables of the guest. */
export function reverseMaps(
  k: Kvm,
  things: readonly { readonly id: EntityId; readonly frame: number }[],
): ReadonlyMap<EntityId, ReverseModel> {
  const out = new Map<EntityId, ReverseModel>();
  for (const { id, frame } of things) {
    const found = id.startsWith('shadow') ? undefined : reverseMap(k, frame);
    if (found !== undefined) out.set(id, found);
  }
  return out;
}

/** All of a frame's reverse map, with how its head word keeps it. */
function reverseMap(k: Kvm, frame: number): ReverseModel | undefined {
  const gfn = k.slots.gfnsOfFrame(frame)[0];
  if (gfn === undefined) return undefined;
  const head = k.slots.rmap(gfn, 1);
  const pointers = k.lists.all(head);
  if (pointers.length === 0) return undefined;
  const many = `rmap: many (${pointers.length})`;
  return {
    from: pointers.map((pointer) => shadowEntry(pointerTable(pointer), pointerIndex(pointer))),
    says: (head & 1) === 0 ? ['rmap: one spte', 'rmap: one'] : [many, 'rmap'],
  };
}

/**
 * Reverse maps that matter now: those of tables that are unsync, which the next synchronisation must protect, and of the
 * frames that an spte was set for in this beat; in the proposal of 2012, of frames that a fast path may open, with the mark WP.
 */
export function rmapGroups(
  moment: Moment,
  k: Kvm,
  unsync: readonly UnsyncPage[],
  open: readonly Openable[],
): FixupGroup[] {
  const set = moment.events.filter((e) => e.kind === 'KvmSetSpte');
  const changed = new Set(set.map((e) => `${field(e, 'table')} ${field(e, 'index')}`));
  const gfns = new Set(unsync.map(({ sfn }) => k.pages.get(sfn, 'gfn')));
  for (const { gfn } of open) gfns.add(gfn);
  for (const e of set.slice(-2)) gfns.add(field(e, 'gfn'));
  return [...gfns].flatMap((gfn): FixupGroup[] => {
    const head = k.slots.rmap(gfn, 1);
    const pointers = k.lists.all(head);
    if (pointers.length === 0) return [];
    const mark = (k.slots.rmapWord(gfn) & WRITE_PROTECT) === 0 ? '' : ', WP';
    const form = `${(head & 1) === 0 ? 'ONE' : `MANY (${pointers.length})`}${mark}`;
    return [
      {
        guest: guestTable(Math.max(0, k.slots.mfn(gfn))),
        title: `RMAP OF ${frameName(gfn)}: ${form}`,
        brief: `RMAP ${frameName(gfn)}`,
        items: pointers.slice(0, SHOWN).map((pointer, nth) => {
          const [sfn, index] = [pointerTable(pointer), pointerIndex(pointer)];
          const text = `${shadowName(sfn)}[${hex(index, 3)}]`;
          const place = (k.lo(sfn, index) & c.SPTE_W) === 0 ? 'read-only' : 'writable';
          return {
            id: fixupOf(gfn, nth),
            holds: { text, entry: shadowEntry(sfn, index) },
            place,
            said: `reverse map of frame ${frameName(gfn)}: ${text}, ${place}`,
            state: changed.has(`${sfn} ${index}`) ? 'changed' : 'idle',
          };
        }),
      },
    ];
  });
}
