import { ENTRY, EXIT } from './brackets';
import { NO_LANE, type TraceEvents } from './events';
import { geometryOf } from './geometry';
import { type GuestTable, GuestTables } from './guestTables';
import { History } from './history';
import { offsetOf } from './kinds';
import type { LaneState } from './laneState';
import type { Life } from './lives';
import { roleFourByte, roleLevel } from './pageText';
import { GUEST, LANE, MODE } from './places';
import type { Walk, WalkStep } from './walks';

const GPA = offsetOf('kvm_mmu_set_accessed_bit', 'gpa');
const REASON = offsetOf('kvm_exit', 'reason');

/** The guest's side of a trace: its vCPUs, the tables that they use, and what KVM has read in these. */
export class GuestSide {
  readonly tables = new GuestTables();
  readonly guest = new History();
  readonly lanes = new History();

  constructor(private readonly events: TraceEvents) {}

  crossing(event: number, kind: number, lane: number, state: LaneState): void {
    state.walk = undefined;
    state.walked = false;
    state.path.clear();
    if (lane === NO_LANE) return;
    this.lanes.set(lane, LANE.mode, event, 0, kind === ENTRY ? MODE.guest : MODE.kvm);
    if (kind !== EXIT) return;
    this.lanes.set(lane, LANE.exit, event, 0, event);
    const reason = this.events.names.text(this.events.word(event, REASON));
    // Which register a VMX exit is for is in its qualification; CR3 is the usual one.
    if (/cr3|CR_ACCESS/i.test(reason)) state.topUnknown = true;
  }

  loadTop(event: number, lane: number, state: LaneState, gfn: number | undefined): void {
    state.topUnknown = gfn === undefined;
    if (gfn === undefined || lane === NO_LANE) return;
    const known = this.tables.ofFrame(gfn).find((t) => t.level === state.top?.level || t.level >= 4);
    state.top = known;
    state.root = undefined;
    this.lanes.set(lane, LANE.top, event, 0, known === undefined ? 0 : known.id + 1);
  }

  loadTop4(event: number, lane: number, state: LaneState, life: Life): void {
    const level = roleLevel(life.role);
    const table = this.tables.at(
      life.gfn,
      level,
      geometryOf(roleFourByte(life.role) ? 2 : level),
      lane,
      event,
    );
    if (lane !== NO_LANE && state.top !== table) this.lanes.set(lane, LANE.top, event, 0, table.id + 1);
    state.top = table;
  }

  /** An entry of the guest's tables that KVM has read: now it is known. */
  element(event: number, lane: number, state: LaneState, walk: Walk, step: WalkStep): void {
    const g = walk.geometry;
    if (g === undefined) return;
    let table: GuestTable;
    if (step.table === undefined) {
      const top = this.topOf(state, step);
      table = this.tables.at(top, step.level, g, lane, event);
      if (state.top !== table && lane !== NO_LANE) this.lanes.set(lane, LANE.top, event, 0, table.id + 1);
      state.top = table;
      state.topUnknown = false;
    } else table = this.tables.at(step.table, step.level, g, lane, event);
    this.guest.set(table.id, step.index, event, step.hi, step.lo);
    this.guest.set(table.id, GUEST.touched, event, 0, event);
  }

  /**
   * The frame of the top table, which no walk prints: that of the root KVM got for it; after CR3 was loaded with a root KVM still had, the one
   * table that is known to hold this entry at this place.
   */
  private topOf(state: LaneState, step: WalkStep): number | undefined {
    const root = state.root;
    if (!state.topUnknown) {
      if (root !== undefined && (roleLevel(root.role) === step.level || step.level === 2)) return root.gfn;
      if (state.top?.level === step.level) return state.top.gfn;
    }
    const holds = (t: GuestTable): boolean => {
      const now = this.guest.now(t.id, step.index);
      return now !== undefined && now.hi === step.hi && (now.lo | 0x20) === (step.lo | 0x20);
    };
    const fitting = this.tables.tops(step.level).filter(holds);
    if (fitting.length === 1) return fitting[0]?.gfn;
    return undefined;
  }

  /** KVM has set A or D in a guest's entry. */
  mark(event: number, bit: number): void {
    const gpa = this.events.wide(event, GPA);
    for (const table of this.tables.ofFrame(Math.floor(gpa / 4096))) {
      const index = Math.floor((gpa % 4096) / table.geometry.entryBytes);
      const now = this.guest.now(table.id, index);
      if (now !== undefined) this.guest.set(table.id, index, event, now.hi, now.lo | bit);
    }
  }
}
