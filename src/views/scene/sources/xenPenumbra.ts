import { isNarrow } from '../../../hypervisor/xen/geometry';
import { isUsable } from '../../../hypervisor/xen/magic';
import type { Xen } from '../../../hypervisor/xen/state';
import { isL1 } from '../../../hypervisor/xen/types';
import { P } from '../../../machine';
import {
  type EntityId,
  guestEntry,
  guestTable,
  shadowEntry,
  shadowTable,
  snapshotEntry,
  snapshotPage,
} from '../entity';
import type { EntryNote, PenumbraItem, PenumbraModel, PenumbraRow } from '../model';
import { field, type Moment } from '../read/moment';

/** A page that may differ from its shadow: where it is kept, and by whom. */
export interface OutOfSyncPage {
  readonly gmfn: number;
  readonly vcpu: number;
  readonly slot: number;
  /** Frame of the slot's snapshot page, or -1. */
  readonly snapshot: number;
  /** Frame of the L1 shadow, or -1. */
  readonly shadow: number;
}

export function outOfSyncPages(x: Xen): OutOfSyncPage[] {
  const l1 = new Map<number, number>();
  for (const smfn of x.shadows()) if (isL1(x.pages.type(smfn))) l1.set(x.pages.backpointer(smfn), smfn);
  return x.vcpus.flatMap((v) =>
    Array.from({ length: v.oos.size }, (_, slot) => ({ slot, gmfn: v.oos.page(slot) }))
      .filter(({ gmfn }) => gmfn >= 0)
      .map(({ slot, gmfn }) => ({
        gmfn,
        vcpu: v.index,
        slot,
        // What a resync would compare with: a copy that missed changes is not looked at.
        snapshot: x.snapshotsOn && v.oos.snapshotComplete(slot) ? v.oos.snapshot(slot) : -1,
        shadow: l1.get(gmfn) ?? -1,
      })),
  );
}

/** A 2-level guest's entries, and the copies of them, are 32 bits wide. */
const narrowOf = (x: Xen, { shadow }: OutOfSyncPage): boolean =>
  shadow >= 0 && isNarrow(x.pages.type(shadow));

/** The entries of an out-of-sync page that the shadow holds, and those of them that no longer equal their copy. */
interface Comparison {
  readonly present: number;
  readonly differ: readonly number[];
}

/** What a resync would look at: slots whose present bit is set, the guest's entry against the snapshot's. */
function compare(x: Xen, page: OutOfSyncPage): Comparison {
  const differ: number[] = [];
  let present = 0;
  if (page.shadow < 0) return { present, differ };
  const narrow = narrowOf(x, page);
  const entry = (frame: number, i: number): readonly [number, number] => [
    x.guestHi(narrow, frame, i),
    x.guestLo(narrow, frame, i),
  ];
  for (let i = 0; i < x.entriesOf(x.pages.type(page.shadow)); i++) {
    if ((x.lo(page.shadow, i) & P) === 0) continue;
    present++;
    if (page.snapshot < 0) continue;
    const [hi, lo] = entry(page.gmfn, i);
    const [copyHi, copyLo] = entry(page.snapshot, i);
    if (lo !== copyLo || hi !== copyHi) differ.push(i);
  }
  return { present, differ };
}

export function xenPenumbra(
  moment: Moment,
  x: Xen,
  pages: readonly OutOfSyncPage[],
): { items: PenumbraItem[]; notes: Map<EntityId, EntryNote> } {
  const notes = new Map<EntityId, EntryNote>();
  const moves = slotMoves(moment, x);
  // Between taking a slot and copying the page, the slot's snapshot is still about another page.
  const copying = notCopied(moment, x);
  const items = pages.map((page): PenumbraItem => {
    const { present, differ } = compare(x, copying.has(page.gmfn) ? { ...page, snapshot: -1 } : page);
    for (const i of differ) {
      notes.set(guestEntry(page.gmfn, i), { stale: true });
      const lo = x.lo(page.shadow, i);
      const usable = isUsable(x.hi(page.shadow, i), lo);
      notes.set(
        shadowEntry(page.shadow, i),
        usable ? { stale: true } : { stale: true, says: 'stale', blank: true },
      );
    }
    const order = page.vcpu * x.era.oosPages + page.slot;
    const wasOrder = moves.get(page.snapshot >= 0 ? page.snapshot : -1 - page.gmfn);
    return {
      id: page.snapshot >= 0 ? snapshotPage(page.snapshot) : `oos ${guestTable(page.gmfn)}`,
      guest: guestTable(page.gmfn),
      ...(page.shadow < 0 ? {} : { shadow: shadowTable(page.shadow) }),
      column: 'L1',
      name: page.snapshot >= 0 ? 'snapshot' : 'unsync',
      place: `v${page.vcpu} slot ${page.slot}`,
      owner: `vCPU ${page.vcpu}`,
      order,
      ...(wasOrder === undefined || wasOrder === order ? {} : { wasOrder }),
      rows: rowsOf(moment, x, page, differ),
      differs: page.snapshot < 0 ? present : differ.length,
      present,
      says: saysOf(page, present, copying.has(page.gmfn)),
      state: moves.size > 0 && wasOrder !== undefined ? 'changed' : 'idle',
    };
  });
  return { items, notes };
}

/** The copies of entries that differ now; and of those just copied anew. */
function rowsOf(moment: Moment, x: Xen, page: OutOfSyncPage, differ: readonly number[]): PenumbraRow[] {
  if (page.snapshot < 0) return [];
  const updated = moment.events
    .filter((e) => e.kind === 'SnapshotUpdated' && e.smfn === page.snapshot)
    .map((e) => field(e, 'index'));
  const all = [...new Set([...updated, ...differ])].slice(0, 8);
  return all.map((index) => ({
    id: snapshotEntry(page.snapshot, index),
    index,
    hi: x.guestHi(narrowOf(x, page), page.snapshot, index),
    lo: x.guestLo(narrowOf(x, page), page.snapshot, index),
    note: {
      ...(differ.includes(index) ? { stale: true } : {}),
      ...(updated.includes(index) ? { changed: true } : {}),
    },
  }));
}

/** Places that items had when the beat began, by snapshot page (or by -1 - gmfn where there is none). */
function slotMoves(moment: Moment, x: Xen): Map<number, number> {
  const moves = new Map<number, number>();
  for (const event of moment.events) {
    const vcpu = Number(event.vcpu);
    const at = (slot: number): number => vcpu * x.era.oosPages + slot;
    if (event.kind === 'Punted') moves.set(-1 - Number(event.gmfn), at(Number(event.from)));
    if (event.kind === 'SnapshotsExchanged') {
      const { oos } = x.vcpu(vcpu);
      const a = Number(event.a);
      const b = Number(event.b);
      // After the exchange: the page that is in `a` now came from `b`, and the other way round.
      moves.set(oos.snapshot(a), at(b));
      moves.set(oos.snapshot(b), at(a));
    }
  }
  return moves;
}

/** Steps between taking a slot and the end of the copy, generously. */
const COPY_STEPS = 64;

/** Pages that have a slot but whose copy has not been made yet: the slot was written, `SnapshotTaken` is still to come. */
function notCopied({ run, to }: Moment, x: Xen): Set<number> {
  const from = Math.max(0, to - COPY_STEPS);
  const given = new Set<number>();
  run.writesIn(from, to, (cell) => given.add(cell));
  const settled = run.eventsIn(from, to).filter((e) => e.kind === 'Punted' || e.kind === 'SnapshotTaken');
  const out = new Set<number>();
  for (const v of x.vcpus)
    for (let slot = 0; slot < v.oos.size; slot++) {
      const gmfn = v.oos.page(slot);
      if (gmfn < 0 || v.oos.snapshot(slot) < 0 || !given.has(v.oos.pageCell(slot))) continue;
      if (!settled.some((e) => e.gmfn === gmfn)) out.add(gmfn);
    }
  return out;
}

function saysOf(page: OutOfSyncPage, present: number, copying: boolean): string {
  if (copying) return 'to be copied';
  if (present === 0) return 'none held';
  return page.snapshot < 0 ? `${present} held` : `${present} held, equal`;
}

/** What stands in the band, in words. */
export function penumbraWords(x: Xen, items: readonly PenumbraItem[]): PenumbraModel {
  const sub = x.snapshotsOn
    ? 'the guest entries each shadow was last derived from'
    : 'pages whose shadow may differ; no copies are kept';
  const present = items.reduce((sum, item) => sum + item.present, 0);
  const differs = items.reduce((sum, item) => sum + item.differs, 0);
  if (items.length === 0) return { sub, headline: [], detail: [] };
  const verb = differs === 1 ? 'differs' : 'differ';
  if (!x.snapshotsOn)
    return {
      sub,
      headline:
        items.length === 1
          ? [`${present} held`]
          : [`${items.length} pages, ${present} held`, `${present} held`],
      detail: [`resync will derive all ${present} again`, `${present} to derive again`],
    };
  const of = `${differs} of ${present} ${verb}`;
  return {
    sub,
    headline: [
      items.length === 1
        ? `${present} held, ${differs} ${verb}`
        : `${items.length} pages, ${differs} ${verb}`,
      of,
    ],
    detail: [`resync will touch ${differs}, not ${present}`, `${differs} to derive again`],
  };
}
