import { hex } from '../../base';
import { shadowEntry } from '../../hypervisor/entity';
import { isUsable } from '../../hypervisor/xen/magic';
import type { Xen } from '../../hypervisor/xen/state';
import { levelOfType } from '../../hypervisor/xen/types';
import { frameOf, W } from '../../machine';
import type { Fact } from '../facts';

/** Who holds a shadow: what its count counts, one by one. */
export interface References {
  readonly count: number;
  /** `1 entry + 2 vCPUs + 1 pin`. */
  readonly sum: string;
  readonly holders: readonly Fact[];
}

/** The references of a shadow (sheet 1.5): higher entries, vCPU top-level slots, the pin. */
export function referencesOf(x: Xen, smfn: number): References {
  const { pages } = x;
  const holders: Fact[] = [];
  let entries = 0;
  for (const [table, index] of entriesAt(x, smfn)) {
    entries++;
    const up = pages.hasUp(smfn) && pages.upIs(smfn, table, index);
    holders.push({
      name: up ? 'entry, up-pointer' : 'entry',
      value: `${x.name(table)}[${hex(index, 3)}]`,
      entity: shadowEntry(table, index),
      tip: up
        ? 'The first entry that pointed here. The shadow remembers it, so that it can be dropped without a search.'
        : 'An entry of a higher shadow that points here.',
    });
  }
  let loaded = 0;
  for (const v of x.vcpus)
    SLOTS.forEach((slot, i) => {
      if (v.get(slot) !== smfn) return;
      loaded++;
      holders.push({
        name: `vCPU ${v.index}`,
        value: `shadow_table[${i}]`,
        tip: 'The processor walks it from here: a top level in use.',
      });
    });
  if (pages.pinned(smfn)) {
    const all = [...x.pinned.all()];
    holders.push({
      name: 'pin',
      value: `place ${all.indexOf(smfn) + 1} of ${all.length}`,
      tip: 'Pinned: it lasts when nobody has it loaded. The last of the list is let go first when the pool is short.',
    });
  }
  const parts = [
    many(entries, 'entry', 'entries'),
    many(loaded, 'vCPU', 'vCPUs'),
    many(pages.pinned(smfn) ? 1 : 0, 'pin', 'pins'),
  ];
  return {
    count: pages.count(smfn),
    sum: parts.filter((part) => part !== '').join(' + ') || 'nobody',
    holders,
  };
}

export const SLOTS = ['shadowTable0', 'shadowTable1', 'shadowTable2', 'shadowTable3'] as const;

const many = (n: number, one: string, more: string): string =>
  n === 0 ? '' : `${n} ${n === 1 ? one : more}`;

/** Entries of higher shadows that point at a shadow. */
function* entriesAt(x: Xen, smfn: number): Iterable<readonly [table: number, index: number]> {
  const level = levelOfType(x.pages.type(smfn));
  for (const table of x.shadows()) {
    if (levelOfType(x.pages.type(table)) !== level + 1) continue;
    const entries = x.entriesOf(x.pages.type(table));
    // Of the entries that come in pairs only the first points at the shadow's first page, and only it counts.
    for (let i = 0; i < entries; i++) {
      const hi = x.hi(table, i);
      const lo = x.lo(table, i);
      if (isUsable(hi, lo) && frameOf(hi, lo) === smfn) yield [table, i];
    }
  }
}

/** L1 shadow entries that map a guest page, with whether they let the guest write it. */
export function* mappingsOf(
  x: Xen,
  gmfn: number,
): Iterable<{ readonly smfn: number; readonly index: number; readonly writable: boolean }> {
  for (const smfn of x.l1Shadows())
    for (let index = 0; index < x.entriesOf(x.pages.type(smfn)); index++) {
      const hi = x.hi(smfn, index);
      const lo = x.lo(smfn, index);
      if (isUsable(hi, lo) && frameOf(hi, lo) === gmfn) yield { smfn, index, writable: (lo & W) !== 0 };
    }
}
