import type { Anchor, Choice, LoggedEvent, When } from '../kernel';
import { KEYFRAME_STEPS, Keyframes } from '../kernel';
import { GuestPageFault, OperationEnded, OperationStarted, PageFault } from '../machine';
import type { BuiltWorld } from './build';
import { BEAT, BRANCHED, Columns, FAULT, GUEST_FAULT, OP_ENDED, OP_STARTED, VIOLATION } from './columns';
import { AFTER_STEP, ALL_DONE, doneBy, isDue, NOTHING_DONE, type StepDone } from './due';
import { Monitor, type Seen } from './monitor';
import { labelMatches, Progress } from './progress';
import { questionInvariant } from './question';
import type { Scheduler } from './schedulers/scheduler';
import { type StepName, StepTable } from './stepTable';

/** A run that would never end stops here and says so. */
export const STEP_BOUND = 1_000_000;

/** How the recording ended: everybody is done; nobody can run though somebody is not done; the bound was reached. */
export type Ending =
  | { readonly kind: 'open' }
  | { readonly kind: 'done' }
  | { readonly kind: 'deadlock'; readonly actors: readonly string[] }
  | { readonly kind: 'bound'; readonly steps: number };

/**
 * One run: a world, the choices that were made in it, and a cursor. The cursor counts steps taken: at cursor c the store is
 * as it was after step c - 1. Moving the cursor never runs an algorithm again; it moves along the journal.
 */
export class Run {
  readonly columns = new Columns();
  readonly table = new StepTable();
  readonly monitor: Monitor;
  readonly progress = new Progress(this.table);
  readonly keyframes: Keyframes;
  ending: Ending = { kind: 'open' };
  private at = 0;

  constructor(
    readonly built: BuiltWorld,
    private readonly scheduler: Scheduler,
    private readonly bound = STEP_BOUND,
  ) {
    const { question } = built.spec;
    // That something can happen is no fault of the run in which it does.
    const asked =
      question === undefined || question.quantifier === 'sometimes' ? [] : [questionInvariant(question)];
    this.monitor = new Monitor(built.world, [...built.design.invariants, ...asked]);
    this.keyframes = new Keyframes(built.world.store);
  }

  get world() {
    return this.built.world;
  }

  get store() {
    return this.built.world.store;
  }

  /** Steps recorded. */
  get length(): number {
    return this.columns.length;
  }

  get cursor(): number {
    return this.at;
  }

  get violations(): readonly Seen[] {
    return this.monitor.seen;
  }

  // ---- recording -----------------------------------------------------------------------------------------------

  /** Records up to `more` further steps, or to the end. Leaves the cursor at the end of the record. */
  extend(more = this.bound): Ending {
    this.seek(this.length);
    const until = this.length + more;
    while (this.ending.kind === 'open') {
      if (this.length >= this.bound) this.ending = { kind: 'bound', steps: this.length };
      else if (this.length >= until) break;
      else {
        const choice = this.scheduler.next(this.world, this.progress);
        if (choice === undefined) this.finish();
        else this.take(choice);
      }
    }
    if (this.ending.kind !== 'open' && this.length > 0) {
      this.mark(this.length - 1, BEAT);
      // The tail of a run is where people look most: it gets a keyframe of its own.
      this.keyframes.capture();
    }
    return this.ending;
  }

  private finish(): void {
    const stuck = this.world.actors.filter((a) => a.kind !== 'worker' && (a.thread?.alive ?? false));
    if (stuck.length === 0 && this.length > 0) this.watch(this.length - 1, ['end'], ALL_DONE);
    this.ending =
      stuck.length === 0 ? { kind: 'done' } : { kind: 'deadlock', actors: stuck.map((a) => a.name) };
  }

  private take(choice: Choice): void {
    const { world, columns, table } = this;
    const { store, events } = world;
    const number = table.nextOf(world, choice.actor);
    const eventsBefore = events.mark;
    const i = columns.push(choice.actor, number, store.mark, eventsBefore);
    if (i > 0 && columns.actor[i - 1] !== choice.actor) this.mark(i - 1, BEAT);
    world.step(choice.actor, choice.branch ?? 0);
    columns.branch[i] = world.branchTaken;
    this.at = i + 1;

    let flags = table.name(number).step?.beat === true ? BEAT : 0;
    let op = Math.max(0, this.progress.operation(choice.actor));
    events.scan(eventsBefore, events.mark, (type, _actor, at) => {
      if (type === OperationStarted) {
        flags |= OP_STARTED;
        op = events.argument(at + 1);
      } else if (type === OperationEnded) flags |= OP_ENDED | BEAT;
      else if (type === PageFault) flags |= FAULT;
      else if (type === GuestPageFault) flags |= GUEST_FAULT;
    });
    columns.op[i] = op;
    this.progress.record(choice.actor, op, number, (flags & OP_STARTED) !== 0, (flags & OP_ENDED) !== 0);
    this.mark(i, flags);
    this.watch(i, AFTER_STEP, doneBy(events, eventsBefore, events.mark));
    if ((i + 1) % KEYFRAME_STEPS === 0) this.keyframes.capture();
  }

  private watch(i: number, whens: readonly When[], done: StepDone): void {
    const { monitor, built } = this;
    let appeared = 0;
    for (const when of whens)
      if (monitor.watches(when) && isDue(when, done, built)) appeared += monitor.check(when, i);
    if (appeared > 0) this.mark(i, VIOLATION);
  }

  private mark(i: number, flags: number): void {
    this.columns.flags[i] = (this.columns.flags[i] as number) | flags;
  }

  /** Marks a moment at which somebody chose another way: shown on the lanes. */
  markBranch(cursor: number): void {
    if (cursor > 0) this.mark(cursor - 1, BRANCHED);
  }

  /** Makes a moment the end of a beat: somebody is to stop there, and nobody is carried past it. */
  endBeat(cursor: number): void {
    if (cursor > 0 && cursor <= this.length) this.mark(cursor - 1, BEAT);
  }

  // ---- moving --------------------------------------------------------------------------------------------------

  /** Journal position at a cursor. */
  journalAt(cursor: number): number {
    return cursor < this.length ? this.columns.journal.at(cursor) : this.store.recorded;
  }

  private eventsAt(cursor: number): number {
    return cursor < this.length ? this.columns.events.at(cursor) : this.world.events.mark;
  }

  /** Puts the store to any recorded moment. Out-of-range cursors go to the nearest end. */
  seek(cursor: number): void {
    const to = Math.max(0, Math.min(this.length, Math.trunc(cursor)));
    if (to === this.at) return;
    const mark = this.journalAt(to);
    // A neighbour is nearer along the journal than any keyframe can be.
    if (Math.abs(to - this.at) <= 64) this.store.seek(mark);
    else this.keyframes.seek(mark);
    this.at = to;
  }

  /** Evaluates something at another moment and comes back. */
  peek<T>(cursor: number, use: () => T): T {
    const here = this.at;
    this.seek(cursor);
    try {
      return use();
    } finally {
      this.seek(here);
    }
  }

  // ---- reading the record --------------------------------------------------------------------------------------

  actorOf(step: number): number {
    return this.columns.actor[step] as number;
  }

  nameOf(step: number): StepName {
    return this.table.name(this.columns.step[step] as number);
  }

  opOf(step: number): number {
    return this.columns.op[step] as number;
  }

  flagsOf(step: number): number {
    return this.columns.flags[step] as number;
  }

  /** Events of the steps in [from, to), in order; of some kinds only, if they are given: the others cost next to nothing. */
  eventsIn(from: number, to: number, kinds?: ReadonlySet<string>): LoggedEvent[] {
    const out: LoggedEvent[] = [];
    for (let i = Math.max(0, from); i < Math.min(to, this.length); i++) {
      const a = this.eventsAt(i);
      const b = this.eventsAt(i + 1);
      if (a !== b) for (const event of this.world.events.read(a, b, i, kinds)) out.push(event);
    }
    return out;
  }

  /** What the step before a cursor did that invariants wait for. */
  doneAt(cursor: number): StepDone {
    if (cursor <= 0) return NOTHING_DONE;
    const done = doneBy(this.world.events, this.eventsAt(cursor - 1), this.eventsAt(cursor));
    return { ...done, last: cursor === this.length && this.ending.kind === 'done' };
  }

  /** Writes of the steps in [from, to), oldest first. */
  writesIn(
    from: number,
    to: number,
    visit: (cell: number, old: number, now: number, mark: number) => void,
  ): void {
    this.store.writes(this.journalAt(from), this.journalAt(to), visit);
  }

  /** The step that made the journal record at `mark`. */
  stepOfMark(mark: number): number {
    let lo = 0;
    let hi = this.length - 1;
    while (lo < hi) {
      const mid = (lo + hi + 1) >> 1;
      if (this.columns.journal.at(mid) <= mark) lo = mid;
      else hi = mid - 1;
    }
    return lo;
  }

  choices(from = 0, to = this.length): Choice[] {
    const out: Choice[] = [];
    for (let i = from; i < to; i++) {
      const branch = this.columns.branch[i] as number;
      out.push(branch === 0 ? { actor: this.actorOf(i) } : { actor: this.actorOf(i), branch });
    }
    return out;
  }

  // ---- beats ---------------------------------------------------------------------------------------------------

  /** The beat that ends at or after `cursor`: cursors [from, to], `to` being after its last step. */
  beatAround(cursor: number): { from: number; to: number } {
    let to = Math.max(cursor, Math.min(1, this.length));
    while (to < this.length && (this.flagsOf(to - 1) & BEAT) === 0) to++;
    let from = Math.max(0, to - 1);
    while (from > 0 && (this.flagsOf(from - 1) & BEAT) === 0) from--;
    return { from, to };
  }

  /** Cursor after the next beat. */
  beatAfter(cursor: number): number {
    let to = Math.min(cursor + 1, this.length);
    while (to < this.length && (this.flagsOf(to - 1) & BEAT) === 0) to++;
    return to;
  }

  /** Cursor before the beat that ends here, or before the part of it that has been taken. */
  beatBefore(cursor: number): number {
    let from = Math.max(0, cursor - 1);
    while (from > 0 && (this.flagsOf(from - 1) & BEAT) === 0) from--;
    return from;
  }

  /** The nearest cursor after (or before) the given one whose last step carries any of the flags; undefined if there is none. */
  nextFlag(cursor: number, flags: number, direction: 1 | -1): number | undefined {
    for (let i = direction === 1 ? cursor : cursor - 2; i >= 0 && i < this.length; i += direction) {
      if ((this.flagsOf(i) & flags) !== 0) return i + 1;
    }
    return undefined;
  }

  // ---- anchors -------------------------------------------------------------------------------------------------

  /** The moment a cursor stands at, named by the step just taken; undefined before the first step. */
  anchorAt(cursor: number): Anchor | undefined {
    if (cursor <= 0 || cursor > this.length) return undefined;
    const step = cursor - 1;
    const actor = this.actorOf(step);
    const op = this.opOf(step);
    const number = this.columns.step[step] as number;
    let nth = 0;
    for (let i = step - 1; i >= 0; i--) {
      if (this.columns.actor[i] !== actor) continue;
      if (this.columns.op[i] !== op) break;
      if (this.columns.step[i] === number) nth++;
    }
    return { actor, op, label: this.table.label(number), nth };
  }

  /**
   * The cursor an anchor names. Where it does not exist (a step was renamed, the run went another way) the nearest one:
   * the last earlier occurrence of that label in the operation, else the operation's end, else the hint.
   */
  find(anchor: Anchor, hint = 0): { cursor: number; exact: boolean } {
    let occurrence = 0;
    let nearest = -1;
    let last = -1;
    for (let i = 0; i < this.length; i++) {
      if (this.actorOf(i) !== anchor.actor) continue;
      const op = this.opOf(i);
      if (op < anchor.op) continue;
      if (op > anchor.op) break;
      if (anchor.label === 'start') return { cursor: i + 1, exact: true };
      last = i + 1;
      if (anchor.label === 'done') {
        if ((this.flagsOf(i) & OP_ENDED) !== 0) return { cursor: i + 1, exact: true };
      } else if (labelMatches(this.nameOf(i).label, anchor.label)) {
        if (occurrence++ === anchor.nth) return { cursor: i + 1, exact: true };
        nearest = i + 1;
      }
    }
    const cursor = nearest >= 0 ? nearest : last >= 0 ? last : Math.min(hint, this.length);
    return { cursor, exact: false };
  }

  /** Bytes held: journal, events, columns, keyframes. */
  get bytes(): number {
    return this.store.journalBytes + this.world.events.bytes + this.columns.bytes + this.keyframes.bytes;
  }
}
