import { hex, shadowName } from '../../../base';
import { FIXUP_TABLE_ENTRIES, SHADOW_OOS_FIXUPS } from '../../../hypervisor/xen/fixupStore';
import type { Xen } from '../../../hypervisor/xen/state';
import { fixupOf, guestTable, shadowEntry } from '../entity';
import type { FixupGroup, FixupModel } from '../model';
import { field, type Moment } from '../read/moment';
import type { OutOfSyncPage } from './xenPenumbra';

/** Of a table of hundreds of places no more than these are shown. */
const SHOWN = 3;

/** Remembered writable mappings per out-of-sync page: the slot's array, or what the tables of all vCPUs hold for it. */
export function xenFixups(moment: Moment, x: Xen, pages: readonly OutOfSyncPage[]): FixupGroup[] {
  if (x.era.fixups === 'none' || !x.on('fixups')) return [];
  const added = new Set(
    moment.events
      .filter((e) => e.kind === 'FixupAdded')
      .map((e) => `${field(e, 'smfn')} ${field(e, 'index')}`),
  );
  return pages.map(({ gmfn, vcpu, slot }) => {
    const held = x.era.fixups === 'array' ? fromArray(x, vcpu, slot) : fromTables(x, gmfn);
    return {
      guest: guestTable(gmfn),
      title: `Fixups for 0x${hex(gmfn, 3)}`,
      items: held.map((place, nth): FixupModel => {
        if (place === undefined) return { id: fixupOf(gmfn, nth), state: 'idle' };
        const { smfn, index, at } = place;
        return {
          ...(at === undefined ? {} : { place: at }),
          id: fixupOf(gmfn, nth),
          holds: { text: `${shadowName(smfn)} [${hex(index, 3)}]`, entry: shadowEntry(smfn, index) },
          state: added.has(`${smfn} ${index}`) ? 'changed' : 'idle',
        };
      }),
    };
  });
}

/** `at`: where in a table, for the era of tables. */
type Place = { readonly smfn: number; readonly index: number; readonly at?: string } | undefined;

function fromArray(x: Xen, vcpu: number, slot: number): Place[] {
  const fixups = x.fixupArrays[vcpu];
  return Array.from({ length: SHADOW_OOS_FIXUPS }, (_, i) => {
    const smfn = fixups?.smfn(slot, i) ?? -1;
    return smfn < 0 ? undefined : { smfn, index: fixups?.off(slot, i) ?? 0 };
  });
}

function fromTables(x: Xen, gmfn: number): Place[] {
  const found: Place[] = [];
  for (const [v, table] of x.fixupTables.entries()) {
    if (!table.used) continue;
    for (let i = 0; i < FIXUP_TABLE_ENTRIES && found.length < SHOWN; i++)
      if (table.gmfn(i) === gmfn)
        found.push({ smfn: table.smfn(i), index: table.off(i), at: `v${v} place ${i}` });
  }
  return found.length === 0 ? [undefined] : found;
}
