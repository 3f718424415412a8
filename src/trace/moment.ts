import type { Word } from '../base';
import { ENTRY, EXIT } from './brackets';
import { NO_LANE, type TraceEvents } from './events';
import type { TraceHistory } from './follow';
import type { Geometry } from './geometry';
import type { GuestTable } from './guestTables';
import type { History } from './history';
import type { Life } from './lives';
import { accessText, roleAccess, roleDirect, roleLevel, roleQuadrant } from './pageText';
import { GUEST, LANE, LIFE, MODE } from './places';
import { followWalk, type Walk, type WalkStep } from './walks';
import { captionOf, laneName, unknownOf } from './words';

/** An entry of a table, as far as the trace has shown it. */
export interface EntryNow {
  readonly index: number;
  readonly hi: number;
  readonly lo: number;
  /** The event that showed or set it. */
  readonly event: number;
}

/** A table of the guest's, as far as it has been read. */
export interface TableNow {
  /** Its frame; undefined for a top table whose CR3 the trace does not print. */
  readonly gfn: number | undefined;
  readonly level: number;
  readonly geometry: Geometry;
  readonly entries: readonly EntryNow[];
}

/** A shadow page. */
export interface PageNow {
  /** The page's number in this trace; its address is not printed. */
  readonly id: number;
  readonly gfn: number;
  readonly level: number;
  /** `wux`. */
  readonly access: string;
  readonly direct: boolean;
  readonly quadrant: number;
  readonly unsync: boolean;
  /** It is in use as a root but may not be found any more. */
  readonly invalid: boolean;
  /** Made by this event; freed by it. */
  readonly fresh: boolean;
  readonly gone: boolean;
  /** Older than the trace. */
  readonly older: boolean;
  /** The event that synced it last: entries from before it may have been dropped or changed without a line. */
  readonly synced: number | undefined;
  readonly entries: readonly EntryNow[];
}

/** What a vCPU does. */
export interface LaneNow {
  readonly name: string;
  readonly mode: 'guest' | 'KVM' | 'unknown';
  /** Why it left the guest last. */
  readonly reason: string;
  /** The frame of its top table, where the trace tells. */
  readonly top: number | undefined;
}

/** The walk under way, as far as it has come. */
export interface WalkNow {
  readonly address: Word;
  readonly pferr: number;
  readonly steps: readonly WalkStep[];
  readonly geometry: Geometry | undefined;
  readonly error: number | undefined;
}

/** Everything that a trace shows just after one of its events, as plain data. */
export interface TraceMoment {
  readonly event: number;
  readonly line: number;
  /** Seconds, as printed. */
  readonly time: number;
  readonly name: string;
  readonly payload: string;
  readonly caption: string;
  /** What the trace cannot show here, in sentences. */
  readonly unknown: readonly string[];
  readonly lane: number | undefined;
  readonly lanes: readonly LaneNow[];
  readonly walk: WalkNow | undefined;
  readonly tables: readonly TableNow[];
  readonly pages: readonly PageNow[];
  /** Of shadow pages alive, and how many of them are unsync. */
  readonly alive: number;
  readonly unsync: number;
}

/** As many tables as a stage has a use for, on either side; those that matter now come first. */
const SHOWN = 24;
/** A walk is looked for no further back than this. */
const WALK_BACK = 4000;

/** What a trace shows just after an event. */
export function momentAt(h: TraceHistory, event: number): TraceMoment {
  const { events } = h;
  const lane = events.lane(event);
  const walk = walkAt(events, event);
  const pages = pagesAt(h, event, walk, lane);
  return {
    event,
    line: events.line(event),
    time: events.time(event),
    name: events.kind(event).name,
    payload: events.payload(event),
    caption: captionOf(h, event, walk),
    unknown: unknownOf(h, event, pages.shown),
    lane: lane === NO_LANE ? undefined : lane,
    lanes: events.lanes.map((_, i) => laneAt(h, i, event)),
    walk,
    tables: tablesAt(h, event, walk),
    pages: pages.shown,
    alive: pages.alive,
    unsync: pages.unsync,
  };
}

/** The walk under way on the event's vCPU: begun since it last crossed between guest and KVM. */
export function walkAt(events: TraceEvents, event: number): Walk | undefined {
  const lane = events.lane(event);
  const own: number[] = [];
  for (let e = event; e >= 0 && e > event - WALK_BACK; e--) {
    if (events.lane(e) !== lane) continue;
    const { id } = events.kind(e);
    if (id === ENTRY || id === EXIT) break;
    own.push(e);
  }
  let walk: Walk | undefined;
  for (const e of own.reverse()) walk = followWalk(events, e, events.kind(e).id, walk);
  return walk;
}

function laneAt(h: TraceHistory, lane: number, event: number): LaneNow {
  const mode = h.lanes.at(lane, LANE.mode, event)?.lo ?? MODE.unknown;
  const exit = h.lanes.at(lane, LANE.exit, event)?.lo;
  const top = h.lanes.at(lane, LANE.top, event)?.lo ?? 0;
  return {
    name: laneName(h.events, lane),
    mode: mode === MODE.guest ? 'guest' : mode === MODE.kvm ? 'KVM' : 'unknown',
    reason: exit === undefined ? '' : exitReason(h.events, exit),
    top: h.tables.all[top - 1]?.gfn,
  };
}

function exitReason(events: TraceEvents, event: number): string {
  const field = events.kind(event).fields.get('reason');
  return field === undefined ? '' : events.names.text(events.word(event, field.offset));
}

const ENTRIES = 512;

/** What the entries of a table or page hold, in order; places beyond them are something else's. */
function entriesAt(history: History, owner: number, event: number, count: number): EntryNow[] {
  const out: EntryNow[] = [];
  for (const index of history.places(owner)) {
    if (index >= count) continue;
    const change = history.at(owner, index, event);
    if (change !== undefined) out.push({ index, hi: change.hi, lo: change.lo, event: change.event });
  }
  return out.sort((a, b) => a.index - b.index);
}

/** Tables on the walk, then those read last. */
function tablesAt(h: TraceHistory, event: number, walk: Walk | undefined): TableNow[] {
  const onWalk = new Set(walk?.steps.map((step) => `${step.table} ${step.level}`));
  const weight = (t: GuestTable): number => {
    const touched = h.guest.at(t.id, GUEST.touched, event)?.lo ?? -1;
    return onWalk.has(`${t.gfn} ${t.level}`) ? event + 1 : touched;
  };
  return h.tables.all
    .filter((t) => t.first <= event)
    .map((table) => ({ table, weight: weight(table) }))
    .sort((a, b) => b.weight - a.weight)
    .slice(0, SHOWN)
    .map(({ table }) => ({
      gfn: table.gfn,
      level: table.level,
      geometry: table.geometry,
      entries: entriesAt(h.guest, table.id, event, table.geometry.entryBytes === 4 ? 1024 : ENTRIES),
    }));
}

function pagesAt(
  h: TraceHistory,
  event: number,
  walk: Walk | undefined,
  lane: number,
): { readonly shown: PageNow[]; readonly alive: number; readonly unsync: number } {
  const top = lane === NO_LANE ? undefined : laneAt(h, lane, event).top;
  const onWalk = new Set(walk?.steps.map((step) => `${step.table ?? top} ${step.level}`));
  let alive = 0;
  let unsync = 0;
  const found: { readonly life: Life; readonly weight: number; readonly drifts: boolean }[] = [];
  for (const life of h.lives.all) {
    // In the order of their birth.
    if (life.born > event) break;
    if (life.died < event) continue;
    const drifts = (h.sptes.at(life.id, LIFE.unsync, event)?.lo ?? 0) === 1;
    if (life.died > event) {
      alive++;
      if (drifts) unsync++;
    }
    const touched = h.sptes.at(life.id, LIFE.touched, event)?.lo ?? 0;
    const walked = onWalk.has(`${life.gfn} ${roleLevel(life.role)}`);
    found.push({
      life,
      drifts,
      weight: touched === event || walked ? event + 2 : drifts ? event + 1 : touched,
    });
  }
  const shown = found
    .sort((a, b) => b.weight - a.weight)
    .slice(0, SHOWN)
    .map(({ life, drifts }): PageNow => {
      const synced = h.sptes.at(life.id, LIFE.synced, event)?.lo;
      return {
        id: life.id,
        gfn: life.gfn,
        level: roleLevel(life.role),
        access: accessText(roleAccess(life.role)),
        direct: roleDirect(life.role),
        quadrant: roleQuadrant(life.role),
        unsync: drifts,
        invalid: life.invalidFrom <= event,
        fresh: life.made && life.born === event,
        gone: life.died === event,
        older: !life.made,
        synced,
        entries: entriesAt(h.sptes, life.id, event, ENTRIES).filter(
          ({ hi, lo, event: at }) => hi !== 0 || lo !== 0 || at === event,
        ),
      };
    });
  return { shown, alive, unsync };
}
