import { differs } from '../../../../hypervisor/xi/entries';
import { guestIndexOf, guestRange } from '../../../../hypervisor/xi/shape';
import type { Xi } from '../../../../hypervisor/xi/state';
import { COLUMN_KEYS } from '../../columns';
import {
  type EntityId,
  guestEntry,
  guestTable,
  shadowEntry,
  shadowTable,
  snapshotEntry,
  snapshotPage,
} from '../../entity';
import type { EntryNote, PenumbraItem, PenumbraModel, PenumbraRow } from '../../model';
import { field, type Moment } from '../../read/moment';
import { tableBehind } from './shadows';

/** The snapshot of a kit, held against the guest's table: what a resync would find. */
export interface SnapshotView {
  readonly kit: number;
  /** Machine frame of the guest's table. */
  readonly table: number;
  /** Entries that a resync compares. */
  readonly compared: number;
  /** Guest indices of those that differ. The bits that the processor sets are not compared. */
  readonly differ: readonly number[];
  readonly stale: boolean;
  readonly open: boolean;
  /** Something was done to it in this beat. */
  readonly active: boolean;
  /** Entries that this beat made equal. */
  readonly renewed: readonly number[];
}

/** With more snapshots than this, those at rest are believed to be equal, as XI believes it. */
const COMPARED_AT_REST = 32;

/** Every snapshot of a table in use. */
export function snapshots(moment: Moment, x: Xi): SnapshotView[] {
  const active = activeTables(moment, x);
  const kits = x.kits.used().filter((kit) => x.kits.get(kit, 'direct') === 0 && tableBehind(x, kit) >= 0);
  return kits.map((kit): SnapshotView => {
    const shape = x.shapeOf(kit);
    const table = tableBehind(x, kit);
    const stale = x.kits.get(kit, 'snapStale') !== 0;
    const { first, count } = guestRange(shape, x.kits.get(kit, 'level'), x.kits.get(kit, 'quadrant'));
    const looks = stale || active.has(table) || kits.length <= COMPARED_AT_REST;
    return {
      kit,
      table,
      compared: count,
      differ: looks ? differing(x, kit, table, first, count) : [],
      stale,
      open: x.kits.get(kit, 'guestMayWrite') !== 0,
      active: active.has(table),
      renewed: moment.events
        .filter((e) => e.kind === 'ResyncEntry' && e.kit === kit)
        .map((e) => field(e, 'index')),
    };
  });
}

/** Machine frames of the tables that this beat opened or brought up to date. */
function activeTables(moment: Moment, x: Xi): Set<number> {
  const active = new Set<number>();
  for (const e of moment.events) {
    if (e.kind === 'OosOpen' || e.kind === 'ResyncBegin' || e.kind === 'ResyncEnd')
      active.add(x.p2m.mfn(field(e, 'gfn')));
    if (e.kind === 'ResyncEntry') active.add(tableBehind(x, field(e, 'kit')));
  }
  return active;
}

/** Guest indices whose entry is not as it was copied, as a resync would see it. */
function differing(x: Xi, kit: number, table: number, first: number, count: number): number[] {
  const shape = x.shapeOf(kit);
  const out: number[] = [];
  for (let i = first; i < first + count; i++)
    if (differs(x, kit, i, x.guestHi(shape, table, i), x.guestLo(shape, table, i))) out.push(i);
  return out;
}

/** One item for each snapshot. Those that agree with a table at rest are shown only while it is in focus. */
export function snapshotItems(x: Xi, views: readonly SnapshotView[]): PenumbraItem[] {
  return views.map((view, order): PenumbraItem => {
    const { kit, table, differ, compared } = view;
    // A shadow is stale from its birth; while its table is closed and equal, there is nothing to see.
    const quiet = !view.open && !view.active && differ.length === 0;
    return {
      id: snapshotPage(x.snapshot(kit)),
      guest: guestTable(table),
      shadow: shadowTable(x.spt(kit)),
      column: COLUMN_KEYS[x.kits.get(kit, 'level')] ?? 'L1',
      name: 'snapshot',
      place: x.kitName(kit),
      owner: `kit ${x.kitName(kit)}`,
      order,
      rows: rowsOf(x, view),
      differs: differ.length,
      present: compared,
      says: differ.length === 0 ? `all ${compared} equal` : `${differ.length} differ`,
      state: view.active ? 'changed' : 'idle',
      ...(quiet ? { quiet } : {}),
    };
  });
}

/** The copies of entries that differ, and of those that were just made equal. */
function rowsOf(x: Xi, { kit, differ, renewed }: SnapshotView): PenumbraRow[] {
  const shape = x.shapeOf(kit);
  const copy = x.snapshot(kit);
  return [...new Set([...renewed, ...differ])].slice(0, 8).map((index) => ({
    id: snapshotEntry(copy, index),
    index,
    hi: x.guestHi(shape, copy, index),
    lo: x.guestLo(shape, copy, index),
    note: {
      ...(differ.includes(index) ? { stale: true } : {}),
      ...(renewed.includes(index) ? { changed: true } : {}),
    },
  }));
}

/** Marks on the guest entries that differ from their copy, and on the shadow entries made of the copy. */
export function snapshotNotes(x: Xi, views: readonly SnapshotView[]): Map<EntityId, EntryNote> {
  const notes = new Map<EntityId, EntryNote>();
  for (const { kit, table, differ } of views) {
    const shape = x.shapeOf(kit);
    const level = x.kits.get(kit, 'level');
    const quadrant = x.kits.get(kit, 'quadrant');
    const stale = new Set(differ);
    for (const i of differ) notes.set(guestEntry(table, i), { stale: true });
    if (stale.size === 0) continue;
    for (let i = 0; i < shape.entries; i++)
      if (stale.has(guestIndexOf(shape, level, quadrant, i)) && x.lo(x.slot(kit, i)) !== 0)
        notes.set(shadowEntry(x.spt(kit), i), { stale: true });
  }
  return notes;
}

const count = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`;

/** What stands in the band, in words. */
export function penumbraWords(views: readonly SnapshotView[]): PenumbraModel {
  const sub = 'each shadow’s own copy of its table';
  const stale = views.filter((view) => view.stale);
  if (views.length === 0) return { sub, headline: [], detail: [] };
  const differ = stale.reduce((sum, view) => sum + view.differ.length, 0);
  const compared = stale.reduce((sum, view) => sum + view.compared, 0);
  if (stale.length === 0)
    return {
      sub,
      headline: [`${count(views.length, 'snapshot')}, all current`, 'all current'],
      detail: ['a page table that is protected cannot change', 'nothing to compare'],
    };
  const verb = differ === 1 ? 'differs' : 'differ';
  return {
    sub,
    headline: [`${stale.length} stale, ${differ} ${verb}`, `${differ} of ${compared} ${verb}`],
    detail: [`resync compares ${compared}, touches ${differ}`, `${differ} to touch`],
  };
}
