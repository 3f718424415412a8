import type { TraceEvents } from './events';
import { frameOf, quadrantOf, shadowIndex } from './geometry';
import { History } from './history';
import { kindNamed, offsetOf } from './kinds';
import type { LaneState } from './laneState';
import { type Life, Lives } from './lives';
import { PAGE, roleInvalid, roleLevel } from './pageText';
import { LIFE, MMIO_HI } from './places';

const SP = offsetOf('kvm_mmu_get_page', 'sp');
const CREATED = offsetOf('kvm_mmu_get_page', 'created');
const S_GFN = offsetOf('kvm_mmu_set_spte', 'gfn');
const S_SPTE = offsetOf('kvm_mmu_set_spte', 'spte');
const S_LEVEL = offsetOf('kvm_mmu_set_spte', 'level');
const S_AT = offsetOf('kvm_mmu_set_spte', 'at');
const M_GFN = offsetOf('mark_mmio_spte', 'gfn');
const SYNC = kindNamed('kvm_mmu_sync_page').id;
const UNSYNC = kindNamed('kvm_mmu_unsync_page').id;

/** Presence, rights and KVM's own bits of an spte that leads to another shadow page. */
const LINK_BITS = 0x807;

/** KVM's side of a trace: which shadow pages are alive, how they are linked, and which sptes have been set in them. */
export class ShadowSide {
  readonly lives = new Lives();
  readonly sptes = new History();
  /** Sptes set in a page that the trace does not let one find. */
  unplaced = 0;
  /** In which page an spte was set, by event. */
  private readonly places = new Map<number, number>();
  private readonly parents = new Map<number, [parent: number, index: number][]>();
  private lastEnded: { readonly gfn: number; readonly role: number; readonly event: number } | undefined;

  constructor(private readonly events: TraceEvents) {}

  /** A page is got: made, or found again. Gives it if it is a root, and not one on the way of a fault. */
  getPage(event: number, state: LaneState): Life | undefined {
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
      return life;
    }
    state.path.set(level, life);
    const parent = this.lifeAt(state, level + 1);
    if (parent !== undefined && state.walk !== undefined)
      this.link(parent, shadowIndex(level + 1, state.walk.address), life, event);
    return undefined;
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
  linkPath(event: number, state: LaneState): void {
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

  setSpte(event: number, state: LaneState): void {
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

  markMmio(event: number, state: LaneState): void {
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

  syncOrUnsync(event: number, kind: number): void {
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

  zap(event: number): void {
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
}
