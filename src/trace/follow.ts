import { ENTRY, EXIT } from './brackets';
import { NO_LANE, type TraceEvents } from './events';
import { frameOf, geometryOf, quadrantOf, shadowIndex } from './geometry';
import { type GuestTable, GuestTables } from './guestTables';
import { History } from './history';
import { kindNamed, offsetOf } from './kinds';
import { type Life, Lives } from './lives';
import { PAGE, roleFourByte, roleInvalid, roleLevel } from './pageText';
import { ELEMENT, followWalk, type Walk, type WalkStep } from './walks';

/** Places of a page's history beside its 512 entries. */
export const LIFE = { unsync: 1024, root: 1025, touched: 1026, synced: 1027 } as const;
/** Of a guest table's, beside its entries. */
export const GUEST = { touched: 1024 } as const;
/** Of a lane's: what it does, and its top table (one more than its number, 0 unknown). */
export const LANE = { mode: 0, top: 1, exit: 2 } as const;
export const MODE = { unknown: 0, guest: 1, kvm: 2 } as const;
/** The upper half of an entry that stands for device memory; no entry of a processor has this bit. */
export const MMIO_HI = 0x4000_0000;

const GET_PAGE = kindNamed('kvm_mmu_get_page').id;
const SYNC = kindNamed('kvm_mmu_sync_page').id;
const UNSYNC = kindNamed('kvm_mmu_unsync_page').id;
const ZAP = kindNamed('kvm_mmu_prepare_zap_page').id;
const REQUESTED = kindNamed('kvm_mmu_spte_requested').id;
const SET_SPTE = kindNamed('kvm_mmu_set_spte').id;
const MARK_MMIO = kindNamed('mark_mmio_spte').id;
const SET_A = kindNamed('kvm_mmu_set_accessed_bit').id;
const SET_D = kindNamed('kvm_mmu_set_dirty_bit').id;
const CR = kindNamed('kvm_cr').id;

const SP = offsetOf('kvm_mmu_get_page', 'sp');
const CREATED = offsetOf('kvm_mmu_get_page', 'created');
const S_GFN = offsetOf('kvm_mmu_set_spte', 'gfn');
const S_SPTE = offsetOf('kvm_mmu_set_spte', 'spte');
const S_LEVEL = offsetOf('kvm_mmu_set_spte', 'level');
const S_AT = offsetOf('kvm_mmu_set_spte', 'at');
const M_GFN = offsetOf('mark_mmio_spte', 'gfn');
const GPA = offsetOf('kvm_mmu_set_accessed_bit', 'gpa');
const REASON = offsetOf('kvm_exit', 'reason');
const CR_NO = offsetOf('kvm_cr', 'cr');
const CR_VALUE = offsetOf('kvm_cr', 'value');
const CR_RW = offsetOf('kvm_cr', 'rw');

/** Presence, rights and KVM's own bits of an spte that leads to another shadow page. */
const LINK_BITS = 0x807;

interface LaneState {
  walk: Walk | undefined;
  /** Since its last exit KVM has walked: pages it gets now are for a fault, else they are roots. */
  walked: boolean;
  /** Pages got since, by level. */
  readonly path: Map<number, Life>;
  root: Life | undefined;
  top: GuestTable | undefined;
  /** CR3 was loaded and no line has told with what. */
  topUnknown: boolean;
}

/** Goes through a trace once and keeps what it shows at every moment of shadow pages, guest tables and vCPUs. */
export class TraceHistory {
  readonly lives = new Lives();
  readonly tables = new GuestTables();
  readonly sptes = new History();
  readonly guest = new History();
  readonly lanes = new History();
  /** Sptes set in a page that the trace does not let one find. */
  unplaced = 0;
  /** In which page an spte was set, by event. */
  private readonly places = new Map<number, number>();
  private readonly states: LaneState[] = [];
  private readonly parents = new Map<number, [parent: number, index: number][]>();
  private lastEnded: { readonly gfn: number; readonly role: number; readonly event: number } | undefined;

  constructor(readonly events: TraceEvents) {}

  /** Takes the events up to `to`; called again with more. */
  follow(from: number, to: number): void {
    for (let event = from; event < to; event++) this.event(event, this.events.kind(event).id);
  }

  finish(): void {
    this.sptes.finish();
    this.guest.finish();
    this.lanes.finish();
  }

  private state(lane: number): LaneState {
    const at = lane === NO_LANE ? 0 : lane + 1;
    let state = this.states[at];
    if (state === undefined) {
      state = {
        walk: undefined,
        walked: false,
        path: new Map(),
        root: undefined,
        top: undefined,
        topUnknown: false,
      };
      this.states[at] = state;
    }
    return state;
  }

  private event(event: number, kind: number): void {
    const { events } = this;
    const lane = events.lane(event);
    const state = this.state(lane);
    switch (kind) {
      case ENTRY:
      case EXIT:
        this.crossing(event, kind, lane, state);
        return;
      case GET_PAGE:
        this.getPage(event, lane, state);
        return;
      case ZAP:
        this.zap(event);
        return;
      case SYNC:
      case UNSYNC:
        this.syncOrUnsync(event, kind);
        return;
      case SET_SPTE:
        this.setSpte(event, state);
        return;
      case REQUESTED:
        this.linkPath(event, state);
        return;
      case MARK_MMIO:
        this.markMmio(event, state);
        return;
      case SET_A:
        this.mark(event, 0x20);
        return;
      case SET_D:
        this.mark(event, 0x40);
        return;
      case CR:
        if (events.word(event, CR_NO) === 3 && events.names.text(events.word(event, CR_RW)) === 'write')
          this.loadTop(
            event,
            lane,
            state,
            frameOf(events.word(event, CR_VALUE), events.word(event, CR_VALUE + 1)),
          );
        return;
      default: {
        const walk = followWalk(events, event, kind, state.walk);
        if (walk !== state.walk) {
          state.walk = walk;
          state.walked = true;
        }
        const step = walk?.steps.at(-1);
        if (kind === ELEMENT && walk !== undefined && step !== undefined)
          this.element(event, lane, state, walk, step);
      }
    }
  }

  private crossing(event: number, kind: number, lane: number, state: LaneState): void {
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

  private loadTop(event: number, lane: number, state: LaneState, gfn: number | undefined): void {
    state.topUnknown = gfn === undefined;
    if (gfn === undefined || lane === NO_LANE) return;
    const known = this.tables.ofFrame(gfn).find((t) => t.level === state.top?.level || t.level >= 4);
    state.top = known;
    state.root = undefined;
    this.lanes.set(lane, LANE.top, event, 0, known === undefined ? 0 : known.id + 1);
  }

  /** An entry of the guest's tables that KVM has read: now it is known. */
  private element(event: number, lane: number, state: LaneState, walk: Walk, step: WalkStep): void {
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

  private getPage(event: number, lane: number, state: LaneState): void {
    const { events, lives } = this;
    const role = events.word(event, SP + PAGE.role);
    const gfn = events.wide(event, SP + PAGE.gfnHi);
    const gen = events.word(event, SP + PAGE.gen);
    const made = events.names.text(events.word(event, CREATED)) === 'new';
    const life = made ? lives.add(gfn, role, gen, event, true) : lives.named(gfn, role, gen, event);
    const level = roleLevel(role);
    this.touch(life, event);
    if (!made) this.note(life, event);
    const top = state.walk?.geometry?.top ?? 4;
    if (!state.walked || level >= top) {
      state.root = life;
      state.topUnknown = false;
      // The root of a PAE guest is no table of the guest's top level, which is not shadowed.
      if (level >= 4 || roleFourByte(role)) this.loadTop4(event, lane, state, life);
      return;
    }
    state.path.set(level, life);
    const parent = this.lifeAt(state, level + 1);
    if (parent !== undefined && state.walk !== undefined)
      this.link(parent, shadowIndex(level + 1, state.walk.address), life, event);
  }

  private loadTop4(event: number, lane: number, state: LaneState, life: Life): void {
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

  /** The shadow page that the walk under way goes through at a level, where the trace leaves no choice. */
  private lifeAt(state: LaneState, level: number): Life | undefined {
    const got = state.path.get(level);
    if (got !== undefined) return got;
    const { walk } = state;
    const g = walk?.geometry;
    const step = walk?.at(level);
    if (walk === undefined || g === undefined || step === undefined) return undefined;
    const gfn = step.table ?? state.top?.gfn;
    if (gfn === undefined) return undefined;
    return this.lives.of(gfn, level, step.access, quadrantOf(g, level, walk.address));
  }

  private link(parent: Life, index: number, child: Life, event: number): void {
    const hi = Math.floor(child.id / 0x10_0000);
    const lo = (child.id << 12) | LINK_BITS | 0;
    const now = this.sptes.now(parent.id, index);
    if (now !== undefined && now.hi === hi && now.lo === lo) return;
    this.sptes.set(parent.id, index, event, hi, lo);
    const list = this.parents.get(child.id);
    if (list === undefined) this.parents.set(child.id, [[parent.id, index]]);
    else list.push([parent.id, index]);
    this.touch(parent, event);
  }

  /** A fault is being fixed: whatever was not linked has been linked by now, so the whole path is. */
  private linkPath(event: number, state: LaneState): void {
    const { walk } = state;
    if (walk === undefined) return;
    const levels = walk.steps.map((step) => step.level);
    for (const level of levels) {
      const parent = this.lifeAt(state, level);
      const child = this.lifeAt(state, level - 1);
      if (parent !== undefined && child !== undefined)
        this.link(parent, shadowIndex(level, walk.address), child, event);
    }
  }

  private setSpte(event: number, state: LaneState): void {
    const { events, lives } = this;
    const level = events.word(event, S_LEVEL);
    const at = events.wide(event, S_AT);
    const frame = Math.floor(at / 4096);
    const index = Math.floor((at % 4096) / 8);
    let life = lives.inFrame(frame);
    if (life === undefined || roleLevel(life.role) !== level) {
      life = this.lifeOfFault(state, level, events.wide(event, S_GFN), index);
      if (life === undefined) {
        this.unplaced++;
        return;
      }
      lives.lies(life, frame);
    }
    const gfn = events.wide(event, S_GFN);
    const spteHi = events.word(event, S_SPTE);
    const spteLo = events.word(event, S_SPTE + 1);
    // The frame it maps is told by the guest's number: the host's means nothing to a reader.
    const hi = (spteHi & ~0xf_ffff) | (Math.floor(gfn / 0x10_0000) & 0xf_ffff);
    this.sptes.set(life.id, index, event, hi, (gfn << 12) | (spteLo & 0xfff) | 0);
    this.places.set(event, life.id);
    this.touch(life, event);
  }

  /** The number of the page in which an event set an spte; undefined where the trace does not tell. */
  placeOf(event: number): number | undefined {
    return this.places.get(event);
  }

  /** The page in which a fault that is being fixed sets an spte: the walk's table at that level, or a page of pieces of a larger one. */
  private lifeOfFault(state: LaneState, level: number, gfn: number, index: number): Life | undefined {
    const { walk } = state;
    if (walk === undefined) return undefined;
    // What is set besides the fault's own entry lies in the same group of eight.
    if (shadowIndex(level, walk.address) >> 3 !== index >> 3) return undefined;
    return this.lifeAt(state, level) ?? this.lives.direct(gfn - (gfn % 512 ** level), level);
  }

  private markMmio(event: number, state: LaneState): void {
    const { walk } = state;
    const life = this.lifeAt(state, 1);
    if (walk === undefined || life === undefined) {
      this.unplaced++;
      return;
    }
    const gfn = this.events.wide(event, M_GFN);
    const hi = MMIO_HI | (Math.floor(gfn / 0x10_0000) & 0xf_ffff);
    this.sptes.set(life.id, shadowIndex(1, walk.address), event, hi, (gfn << 12) | 0);
    this.touch(life, event);
  }

  private syncOrUnsync(event: number, kind: number): void {
    const { events, lives } = this;
    const role = events.word(event, SP + PAGE.role);
    const gfn = events.wide(event, SP + PAGE.gfnHi);
    const gen = events.word(event, SP + PAGE.gen);
    const known = lives.find(gfn, role, gen);
    // An unsync page that is zapped is said to be synced right after its zap (reading trap 2).
    if (
      known === undefined &&
      kind === SYNC &&
      this.lastEnded?.gfn === gfn &&
      event - this.lastEnded.event < 8
    )
      return;
    const life = known ?? lives.named(gfn, role, gen, event);
    // The lines are printed before the mark is changed (reading trap 1): what counts is their name.
    this.sptes.set(life.id, LIFE.unsync, event, 0, kind === UNSYNC ? 1 : 0);
    if (kind === SYNC) this.sptes.set(life.id, LIFE.synced, event, 0, event);
    this.touch(life, event);
  }

  private zap(event: number): void {
    const { events, lives } = this;
    const role = events.word(event, SP + PAGE.role);
    const gfn = events.wide(event, SP + PAGE.gfnHi);
    const life = lives.named(gfn, role, events.word(event, SP + PAGE.gen), event);
    this.touch(life, event);
    for (const [parent, index] of this.parents.get(life.id) ?? []) {
      const now = this.sptes.now(parent, index);
      if (now !== undefined && (now.lo & 0xfff) === LINK_BITS && frameOf(now.hi, now.lo) === life.id)
        this.sptes.set(parent, index, event, 0, 0);
    }
    this.parents.delete(life.id);
    if (events.word(event, SP + PAGE.root) > 0 && !roleInvalid(role)) {
      life.invalidFrom = event;
      return;
    }
    lives.end(life, event);
    this.lastEnded = { gfn, role, event };
  }

  private touch(life: Life, event: number): void {
    this.sptes.set(life.id, LIFE.touched, event, 0, event);
  }

  /** A line about a page that was there: what it says of it. */
  private note(life: Life, event: number): void {
    const unsync = this.events.word(event, SP + PAGE.unsync);
    const now = this.sptes.now(life.id, LIFE.unsync);
    if ((now?.lo ?? 0) !== unsync) this.sptes.set(life.id, LIFE.unsync, event, 0, unsync);
    this.sptes.set(life.id, LIFE.root, event, 0, this.events.word(event, SP + PAGE.root));
  }

  /** KVM has set A or D in a guest's entry. */
  private mark(event: number, bit: number): void {
    const gpa = this.events.wide(event, GPA);
    for (const table of this.tables.ofFrame(Math.floor(gpa / 4096))) {
      const index = Math.floor((gpa % 4096) / table.geometry.entryBytes);
      const now = this.guest.now(table.id, index);
      if (now !== undefined) this.guest.set(table.id, index, event, now.hi, now.lo | bit);
    }
  }
}
