import { type Lane, MARKER, NO_LANE, type TraceEvents } from './events';
import { kindNamed, offsetOf } from './kinds';
import type { EventKind } from './layout';

export const ENTRY = kindNamed('kvm_entry').id;
export const EXIT = kindNamed('kvm_exit').id;
/** Printed on the way into the guest: they belong to the entry that follows, whoever ran before. */
const BEFORE_ENTRY: ReadonlySet<number> = new Set(
  ['kvm_mmu_get_page', 'kvm_mmu_sync_page', 'kvm_mmu_prepare_zap_page', 'kvm_inj_exception'].map(
    (name) => kindNamed(name).id,
  ),
);
const VCPU_AT = new Map(
  ['kvm_entry', 'kvm_exit', 'kvm_page_fault', 'fast_page_fault'].map(
    (name) => [kindNamed(name).id, offsetOf(name, 'vcpu')] as const,
  ),
);
/** Nobody is between two entries with more lines than this that all await their entry. */
const MOST_WAITING = 4096;

interface TaskState {
  /** Lane that entered or left last. */
  lane: number;
  /** Lines of that lane, or of none yet, that the next entry may claim: the last ones in a row. */
  waiting: number[];
}

/**
 * Says which vCPU each line belongs to. Most of KVM's MMU events do not print one; they belong to the vCPU whose exit its task is
 * handling (sheet 7.3). One task may run several vCPUs in turn: then what is printed on the way in belongs to the entry that follows.
 */
export class Brackets {
  readonly lanes: Lane[] = [];
  private readonly byKey = new Map<number, number>();
  private readonly tasks: TaskState[] = [];

  constructor(private readonly events: TraceEvents) {}

  add(event: number, kind: EventKind, task: number): void {
    // Whoever writes into the trace is no vCPU, though its task may run one.
    if (kind.id === MARKER) return;
    const state = this.state(task);
    const at = VCPU_AT.get(kind.id);
    const vcpu = at === undefined ? -1 : this.events.word(event, at);
    if (vcpu >= 0) {
      const lane = this.laneOf(task, vcpu);
      if (lane !== state.lane || kind.id === ENTRY) this.claim(state, lane);
      state.lane = lane;
    }
    this.events.setLane(event, state.lane);
    const waits =
      kind.id !== EXIT && kind.id !== ENTRY && (state.lane === NO_LANE || BEFORE_ENTRY.has(kind.id));
    if (waits) {
      if (state.waiting.length < MOST_WAITING) state.waiting.push(event);
    } else if (state.waiting.length > 0) state.waiting = [];
  }

  finish(): void {
    this.events.lanes = this.lanes;
  }

  private claim(state: TaskState, lane: number): void {
    for (const event of state.waiting) this.events.setLane(event, lane);
    state.waiting = [];
  }

  private state(task: number): TaskState {
    let state = this.tasks[task];
    if (state === undefined) {
      state = { lane: NO_LANE, waiting: [] };
      this.tasks[task] = state;
    }
    return state;
  }

  private laneOf(task: number, vcpu: number): number {
    const key = task * 4096 + (vcpu & 4095);
    let lane = this.byKey.get(key);
    if (lane === undefined) {
      lane = this.lanes.length;
      this.lanes.push({ task, vcpu });
      this.byKey.set(key, lane);
    }
    return lane;
  }
}
