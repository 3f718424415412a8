import type { Word } from '../../base';
import type { Access, KvmEntry, KvmOp } from '../../oracle/kvm/format';
import { ENTRY, EXIT } from '../brackets';
import { hexOf } from '../fieldTypes';
import type { TraceHistory } from '../follow';
import { guestIndex, shadowIndex } from '../geometry';
import { kindNamed, offsetOf } from '../kinds';
import { PAGE, roleDirect, roleFourByte, roleLevel, roleQuadrant } from '../pageText';
import { LANE } from '../places';
import { followWalk, type Walk } from '../walks';
import { tracedText } from './asRecorded';
import type { Knowledge, Store } from './knowledge';

/** One operation of the guest, its events in the trace, and what must be stored before it so that KVM reads what it read. */
export interface Segment {
  readonly title: string;
  readonly from: number;
  /** Just behind its last event. */
  readonly to: number;
  /** Its events that a simulation has too. */
  readonly events: readonly number[];
  /** Stores that nobody saw, then the operation. */
  readonly entries: KvmEntry[];
}

const SET_SPTE = kindNamed('kvm_mmu_set_spte').id;
const SET_A = kindNamed('kvm_mmu_set_accessed_bit').id;
const SET_D = kindNamed('kvm_mmu_set_dirty_bit').id;
const SYNC = kindNamed('kvm_mmu_sync_page').id;
const GET_PAGE = kindNamed('kvm_mmu_get_page').id;
const SP_ROLE = offsetOf('kvm_mmu_get_page', 'sp') + PAGE.role;
const SP_GFN = offsetOf('kvm_mmu_sync_page', 'sp') + PAGE.gfnHi;
const GPA = offsetOf('kvm_mmu_set_accessed_bit', 'gpa');
const S_GFN = offsetOf('kvm_mmu_set_spte', 'gfn');
const S_SPTE = offsetOf('kvm_mmu_set_spte', 'spte');
const REASON = offsetOf('kvm_exit', 'reason');
const S_AT = offsetOf('kvm_mmu_set_spte', 'at');
const FETCH = 16;

export const hexNumber = (value: number): string => `0x${value.toString(16)}`;
export const wordText = ({ hi, lo }: Word): string => `0x${hexOf(hi, lo)}`;

/** The access that an error code tells of: one byte, for how many it were is not printed. */
export function accessOf(address: Word, code: number): Access {
  const type = (code & FETCH) !== 0 ? 'f' : (code & 2) !== 0 ? 'w' : 'r';
  return [type, wordText(address), 1];
}

/** A trace on its way to become a replay: operation by operation, and what has been learned of the guest's tables by then. */
export class Course {
  readonly segments: Segment[] = [];
  /** The top table that each vCPU has at the start, where the trace tells. */
  readonly tops: (number | undefined)[] = [];
  stopped: { readonly event: number; readonly why: string } | undefined;

  constructor(
    readonly h: TraceHistory,
    readonly known: Knowledge,
    /** Where a top table lies that no line names: in PAE the four top entries have no frame in a trace. */
    private readonly noFrame: number,
  ) {}

  stop(event: number, why: string): void {
    this.stopped ??= { event, why };
  }

  /** The top table of each vCPU, as far as the trace has been read. */
  readonly topNow: (number | undefined)[] = [];

  comparable(from: number, to: number, lane?: number): number[] {
    const { events } = this.h;
    const out: number[] = [];
    for (let e = from; e < to; e++)
      if ((lane === undefined || events.lane(e) === lane) && tracedText(events, e) !== undefined) out.push(e);
    return out;
  }

  /** Takes in what KVM reads of the guest's tables in a span, of one lane or of all; `loads`: the table that CR3 holds at its end. Gives the stores that must have gone before it. */
  learn(
    from: number,
    to: number,
    { lane, loads }: { readonly lane?: number; readonly loads?: number | undefined },
  ): Store[] {
    const { h, known } = this;
    const { events } = h;
    const pokes: Store[] = [];
    const walks = new Map<number, Walk | undefined>();
    let left = false;
    for (let e = from; e < to; e++) {
      const own = events.lane(e);
      if (lane !== undefined && own !== lane) continue;
      const { id } = events.kind(e);
      // The instruction itself is still fetched by the old tables; whatever comes after its exit goes by the new ones.
      if (id === EXIT) left = /cr3/.test(events.names.text(events.word(e, REASON)));
      else if (id === ENTRY && left && loads !== undefined) this.load(events.lanes[own]?.vcpu ?? 0, loads);
      const before = walks.get(own);
      const seen = before?.steps.length ?? 0;
      const walk = followWalk(events, e, id, before);
      walks.set(own, walk);
      const step = walk?.steps.at(-1);
      if (walk !== undefined && step !== undefined && walk === before && walk.steps.length > seen) {
        const gfn = step.table ?? this.topFrame(own, e);
        const store = known.read(gfn, guestIndex(known.g, step.level, walk.address), step.hi, step.lo);
        if (store !== undefined) pokes.push(store);
      } else if (id === SET_A || id === SET_D) known.mark(events.wide(e, GPA), id === SET_A ? 0x20 : 0x40);
      else if (id === SET_SPTE) this.guess(e, walk);
      else if (id === GET_PAGE && walk === undefined) this.guessTop(e, loads ?? this.topFrame(own, e));
    }
    return pokes;
  }

  /** A marker says with what CR3 is loaded: better than anything that could be inferred. */
  load(vcpu: number, gfn: number): void {
    this.loaded[vcpu] = gfn;
    this.topNow[vcpu] = gfn;
  }

  private readonly loaded: (number | undefined)[] = [];

  private topFrame(lane: number, event: number): number {
    const vcpu = this.h.events.lanes[lane]?.vcpu ?? 0;
    const gfn =
      this.loaded[vcpu] ?? this.h.tables.all[(this.h.lanes.at(lane, LANE.top, event)?.lo ?? 0) - 1]?.gfn;
    const frame = gfn ?? this.noFrame;
    if (this.loaded[vcpu] !== undefined) return frame;
    this.tops[vcpu] ??= frame;
    this.topNow[vcpu] = frame;
    return frame;
  }

  /**
   * The four top entries of a PAE guest are not shadowed: a root that KVM gets for one is all that is seen of it. They come in their order; which of
   * the four are missing is not said.
   */
  private guessTop(event: number, top: number): void {
    const { events } = this.h;
    if (this.known.g.top !== 3 || roleLevel(events.word(event, SP_ROLE)) !== 2) return;
    const before = events.kind(event - 1).id === GET_PAGE ? this.topEntry + 1 : 0;
    this.topEntry = before;
    const gfn = events.wide(event, SP_GFN);
    this.known.guess(top, before, Math.floor(gfn / 0x10_0000), (gfn << 12) | 1);
  }

  private topEntry = 0;

  /** An spte set in passing was made of an entry that is present and accessed. */
  private guess(event: number, walk: Walk | undefined): void {
    const { h, known } = this;
    const { events } = h;
    const id = h.placeOf(event);
    const life = id === undefined ? undefined : h.lives.all[id];
    if (life === undefined || roleDirect(life.role) || roleLevel(life.role) !== 1) return;
    const index = (events.word(event, S_AT + 1) & 0xfff) >>> 3;
    if (walk !== undefined && walk.error === undefined && shadowIndex(1, walk.address) === index) return;
    const gfn = events.wide(event, S_GFN);
    const [spteHi, spteLo] = [events.word(event, S_SPTE), events.word(event, S_SPTE + 1)];
    const isTable = h.lives.shadowed(gfn, event);
    // A writable spte is of an entry that is writable and dirty; one that is not may be of a page table, or of a page not written yet.
    const dirty = (spteLo & 2) !== 0 || isTable ? 0x40 : 0;
    const lo = (gfn << 12) | 0x23 | (spteLo & 4) | dirty | 0;
    const at = roleFourByte(life.role) ? roleQuadrant(life.role) * 512 + index : index;
    known.guess(life.gfn, at, (spteHi & 0x8000_0000) | (Math.floor(gfn / 0x10_0000) & 0xf_ffff), lo);
  }

  add(
    title: string,
    from: number,
    to: number,
    pokes: readonly Store[],
    op: KvmOp,
    events?: readonly number[],
  ): void {
    const own = events ?? this.comparable(from, to);
    this.segments.push({ title, from, to, events: own, entries: [op] });
    for (const store of pokes) this.storeUnseen(store);
    const last = this.segments.length - 1;
    for (const event of own)
      if (this.h.events.kind(event).id === SYNC) this.synced.set(this.h.events.wide(event, SP_GFN), last);
    this.known.operation = last + 1;
  }

  /** By table: the last operation that synced it. */
  private readonly synced = new Map<number, number>();

  /**
   * A store that no line shows has happened at some time since the entry was read as it was before. If its table was synced in between, the
   * store goes before that: else the sync would not have taken the old entry's spte away, and no fault would tell of the new one.
   */
  private storeUnseen({ gfn, after, address, value }: Store): void {
    const last = this.segments.length - 1;
    const sync = this.synced.get(gfn) ?? -1;
    const segment = this.segments[sync > after ? sync : last];
    segment?.entries.unshift({ host: last, kind: 'host_write', mem: [[address, value]] });
  }
}
