import { ENTRY, EXIT } from './brackets';
import { NO_LANE, type TraceEvents } from './events';
import { frameOf } from './geometry';
import { GuestSide } from './guestSide';
import { kindNamed, offsetOf } from './kinds';
import { type LaneState, newLaneState } from './laneState';
import { roleFourByte, roleLevel } from './pageText';
import { ShadowSide } from './shadowSide';
import { ELEMENT, followWalk } from './walks';

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

const CR_NO = offsetOf('kvm_cr', 'cr');
const CR_VALUE = offsetOf('kvm_cr', 'value');
const CR_RW = offsetOf('kvm_cr', 'rw');

/** Goes through a trace once and keeps what it shows at every moment of shadow pages, guest tables and vCPUs. */
export class TraceHistory {
  private readonly guestSide: GuestSide;
  private readonly shadowSide: ShadowSide;
  private readonly states: LaneState[] = [];

  constructor(readonly events: TraceEvents) {
    this.guestSide = new GuestSide(events);
    this.shadowSide = new ShadowSide(events);
  }

  get tables() {
    return this.guestSide.tables;
  }

  /** What is known of the guest's tables, by table and index. */
  get guest() {
    return this.guestSide.guest;
  }

  get lanes() {
    return this.guestSide.lanes;
  }

  get lives() {
    return this.shadowSide.lives;
  }

  /** What is known of shadow pages, by page and index. */
  get sptes() {
    return this.shadowSide.sptes;
  }

  /** Sptes set in a page that the trace does not let one find. */
  get unplaced(): number {
    return this.shadowSide.unplaced;
  }

  /** The number of the page in which an event set an spte; undefined where the trace does not tell. */
  placeOf(event: number): number | undefined {
    return this.shadowSide.placeOf(event);
  }

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
      state = newLaneState();
      this.states[at] = state;
    }
    return state;
  }

  private event(event: number, kind: number): void {
    const { events, guestSide: guest, shadowSide: shadow } = this;
    const lane = events.lane(event);
    const state = this.state(lane);
    switch (kind) {
      case ENTRY:
      case EXIT:
        guest.crossing(event, kind, lane, state);
        return;
      case GET_PAGE:
        this.getPage(event, lane, state);
        return;
      case ZAP:
        shadow.zap(event);
        return;
      case SYNC:
      case UNSYNC:
        shadow.syncOrUnsync(event, kind);
        return;
      case SET_SPTE:
        shadow.setSpte(event, state);
        return;
      case REQUESTED:
        shadow.linkPath(event, state);
        return;
      case MARK_MMIO:
        shadow.markMmio(event, state);
        return;
      case SET_A:
        guest.mark(event, 0x20);
        return;
      case SET_D:
        guest.mark(event, 0x40);
        return;
      case CR:
        if (events.word(event, CR_NO) === 3 && events.names.text(events.word(event, CR_RW)) === 'write')
          guest.loadTop(
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
          guest.element(event, lane, state, walk, step);
      }
    }
  }

  private getPage(event: number, lane: number, state: LaneState): void {
    const root = this.shadowSide.getPage(event, state);
    // The root of a PAE guest is no table of the guest's top level, which is not shadowed.
    if (root !== undefined && (roleLevel(root.role) >= 4 || roleFourByte(root.role)))
      this.guestSide.loadTop4(event, lane, state, root);
  }
}
