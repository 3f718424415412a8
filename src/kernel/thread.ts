import { ensure } from '../base';
import { type Procedure, procedureById, type Step, type Touch } from './procedure';
import type { Region, Store } from './store';
import type { World } from './world';

/**
 * Frame header: the procedure's id in one cell; in another the next step, the slot of the caller that takes the result, and
 * where the frame below begins (counted from the stack's first cell). Two cells, not four: every call and return writes them.
 */
const HEADER = 2;
const PROC = 0;
const STATE = 1;
const PC_MASK = 0xfff;
const INTO_SHIFT = 12;
const INTO_MASK = 0xff;
const BELOW_SHIFT = 20;
const STACK_CELLS = 512;

/**
 * An actor's stack, in the store: what it runs, where it stands, and its local variables. A step is given its thread and
 * uses it to read and write locals, to go to a label, to call, to return, to emit and to count.
 */
export class Thread {
  private readonly stack: Region;
  private readonly top: number;
  /** Base of the frame the present step runs in; valid while a step runs and for its caption. */
  private frame = 0;
  private current: Procedure | undefined;
  /** The part that the current procedure works on. */
  private currentPart: unknown;
  /** Procedures that it has met, each with its part: a world's parts are added once. */
  private readonly met = new Map<number, { readonly procedure: Procedure; readonly part: unknown }>();
  private moved = false;
  /** Set while a caption is being made: locals of a frame that the step itself gave up are read from the journal. */
  private lookback: ((cell: number) => number) | undefined;

  constructor(
    readonly world: World,
    readonly actor: number,
    readonly store: Store,
    name: string,
  ) {
    this.stack = store.region(`stack of ${name}`, STACK_CELLS);
    this.top = this.stack.base;
  }

  /** True while the actor has something left to run. */
  get alive(): boolean {
    return this.store.get(this.top) !== 0;
  }

  /** The cell that says where the innermost frame begins. */
  get topCell(): number {
    return this.top;
  }

  /** Just behind the last cell that the stack uses: what lies beyond is zero. */
  get stackEnd(): number {
    const fb = this.frameBase;
    return fb === 0 ? this.top + 1 : fb + HEADER + this.lookup(this.store.get(fb + PROC)).slots.length;
  }

  /** Where every procedure on the stack stands, as one number; 0 when there is none. Locals have no part in it. */
  get place(): number {
    const { cells } = this.store;
    let hash = 0;
    for (let fb = cells[this.top] as number; fb !== 0; ) {
      const state = cells[fb + STATE] as number;
      hash = Math.imul(hash ^ (cells[fb + PROC] as number), 0x01000193) ^ (state & PC_MASK);
      hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) | 1;
      const distance = state >>> BELOW_SHIFT;
      fb = distance === 0 ? 0 : this.top + distance;
    }
    return hash;
  }

  /** Base cell of the innermost frame; 0 when there is none. */
  get frameBase(): number {
    return this.store.get(this.top);
  }

  /** A local variable of the innermost frame, between two steps. */
  local(slot: number): number {
    return this.store.get(this.frameBase + HEADER + slot);
  }

  setLocal(slot: number, value: number): void {
    this.store.set(this.frameBase + HEADER + slot, value);
  }

  /** Whether the step with this number of this procedure is next. */
  at(procedure: Procedure<never>, pc: number): boolean {
    const fb = this.frameBase;
    if (fb === 0 || this.store.get(fb + PROC) !== procedure.id) return false;
    return (this.store.get(fb + STATE) & PC_MASK) === pc;
  }

  /** The step the actor would take next. */
  get next(): { procedure: Procedure; step: Step<unknown>; pc: number } | undefined {
    const fb = this.store.get(this.top);
    if (fb === 0) return undefined;
    const procedure = this.lookup(this.store.get(fb + PROC));
    const state = this.store.get(fb + STATE);
    const pc = state & PC_MASK;
    return { procedure, step: procedure.steps[pc] as Step<unknown>, pc };
  }

  private lookup(id: number): Procedure {
    if (this.current !== undefined && this.current.id === id) return this.current;
    let found = this.met.get(id);
    if (found === undefined) {
      const procedure = procedureById(id);
      found = { procedure, part: this.world.part(procedure.part) };
      this.met.set(id, found);
    }
    this.current = found.procedure;
    this.currentPart = found.part;
    return found.procedure;
  }

  /** Whether the next step may be taken now. */
  get enabled(): boolean {
    const fb = this.store.get(this.top);
    if (fb === 0) return false;
    const procedure = this.lookup(this.store.get(fb + PROC));
    const step = procedure.steps[this.store.get(fb + STATE) & PC_MASK] as Step<unknown>;
    if (step.when === undefined) return true;
    this.frame = fb;
    return step.when(this, this.currentPart);
  }

  /** What the next step would touch; `racy` when there is none, or it does not say. */
  get touch(): Touch {
    const fb = this.store.get(this.top);
    if (fb === 0) return 'racy';
    const procedure = this.lookup(this.store.get(fb + PROC));
    const { touch = 'racy' } = procedure.steps[this.store.get(fb + STATE) & PC_MASK] as Step<unknown>;
    if (typeof touch === 'string') return touch;
    this.frame = fb;
    return touch(this, this.currentPart);
  }

  /** Takes the next step if it may be taken now, and says whether it did: `enabled` and `step` in one. */
  tryStep(): boolean {
    const fb = this.store.get(this.top);
    if (fb === 0) return false;
    const procedure = this.lookup(this.store.get(fb + PROC));
    const state = this.store.get(fb + STATE);
    const step = procedure.steps[state & PC_MASK] as Step<unknown>;
    this.frame = fb;
    if (step.when !== undefined && !step.when(this, this.currentPart)) return false;
    this.take(procedure, step, state);
    return true;
  }

  /** Takes the next step. The caller has checked `enabled`. */
  step(): void {
    const fb = this.store.get(this.top);
    const procedure = this.lookup(this.store.get(fb + PROC));
    const state = this.store.get(fb + STATE);
    this.frame = fb;
    this.take(procedure, procedure.steps[state & PC_MASK] as Step<unknown>, state);
  }

  private take(procedure: Procedure, step: Step<unknown>, state: number): void {
    const fb = this.frame;
    this.moved = false;
    step.run(this, this.currentPart);
    if (this.moved) return;
    if ((state & PC_MASK) + 1 < procedure.steps.length) this.store.set(fb + STATE, state + 1);
    else this.pop();
  }

  /** Starts a procedure on an empty stack. */
  start(procedure: Procedure<never>, ...args: number[]): void {
    ensure(!this.alive, `actor ${this.actor} is idle when started`);
    this.push(procedure, this.top + 1, 0, 0, args);
  }

  private push(
    procedure: Procedure<never>,
    base: number,
    below: number,
    into: number,
    args: readonly number[],
  ): void {
    const size = HEADER + procedure.slots.length;
    // Every call comes by here: words are made only where they are needed.
    if (into > INTO_MASK || procedure.steps.length > PC_MASK)
      ensure(false, `${procedure.name} fits a frame header`);
    if (base + size > this.top + STACK_CELLS)
      ensure(false, `stack of actor ${this.actor} holds ${procedure.name}`);
    const { store } = this;
    store.set(base + PROC, procedure.id);
    const distance = below === 0 ? 0 : below - this.top;
    store.set(base + STATE, (distance << BELOW_SHIFT) | (into << INTO_SHIFT));
    for (let i = 0; i < args.length; i++) store.set(base + HEADER + i, args[i] as number);
    store.set(this.top, base);
  }

  /** Base of the frame below; 0 if there is none. */
  private below(frame: number): number {
    const distance = this.store.get(frame + STATE) >>> BELOW_SHIFT;
    return distance === 0 ? 0 : this.top + distance;
  }

  /**
   * Gives the frame up. Its cells go back to zero, so that two states differ only in what is alive. The top goes first: in
   * the journal it stands between what the step did and what was cleared behind it.
   */
  private pop(): void {
    const { store, frame } = this;
    const procedure = this.lookup(store.get(frame + PROC));
    const below = this.below(frame);
    store.set(this.top, below);
    for (let i = HEADER + procedure.slots.length - 1; i >= 0; i--) store.set(frame + i, 0);
    this.moved = true;
  }

  // ---- what a step may use -------------------------------------------------------------------------------------

  /** A local variable. */
  get(slot: number): number {
    const cell = this.frame + HEADER + slot;
    return this.lookback === undefined ? (this.store.cells[cell] as number) : this.lookback(cell);
  }

  set(slot: number, value: number): void {
    this.store.set(this.frame + HEADER + slot, value);
  }

  /** Goes to a label of the same procedure. */
  goto(label: string): void {
    const procedure = this.lookup(this.store.get(this.frame + PROC));
    const pc = procedure.labels.get(label);
    if (pc === undefined) throw new Error(`${procedure.name} has no label ${label}`);
    const cell = this.frame + STATE;
    this.store.set(cell, (this.store.get(cell) & ~PC_MASK) | pc);
    this.moved = true;
  }

  /** Calls a procedure; afterwards the step below this one is next. Results go into slots `into`, `into + 1`, … of the caller. */
  call(procedure: Procedure<never>, args: readonly number[], into = 0): void {
    this.callThen(undefined, procedure, args, into);
  }

  /** Calls a procedure; afterwards the step with this label is next. */
  callThen(label: string | undefined, procedure: Procedure<never>, args: readonly number[], into = 0): void {
    const { store, frame } = this;
    const here = this.lookup(store.get(frame + PROC));
    if (label === undefined) store.set(frame + STATE, store.get(frame + STATE) + 1);
    else this.goto(label);
    if ((store.get(frame + STATE) & PC_MASK) >= here.steps.length)
      ensure(false, `${here.name}: a call is followed by a step`);
    this.push(procedure, frame + HEADER + here.slots.length, frame, into, args);
    this.moved = true;
  }

  /** Returns to the caller with results. */
  ret(...results: number[]): void {
    const { store, frame } = this;
    const into = (store.get(frame + STATE) >>> INTO_SHIFT) & INTO_MASK;
    const below = this.below(frame);
    this.pop();
    if (below !== 0)
      for (let i = 0; i < results.length; i++) store.set(below + HEADER + into + i, results[i] as number);
  }

  /** Frames from the outermost to the innermost: procedure, next step, locals by name. For panels. */
  frames(): { procedure: Procedure; pc: number; locals: Record<string, number> }[] {
    const out: { procedure: Procedure; pc: number; locals: Record<string, number> }[] = [];
    for (let fb = this.store.get(this.top); fb !== 0; fb = this.below(fb)) {
      const procedure = procedureById(this.store.get(fb + PROC));
      const locals = Object.fromEntries(
        procedure.slots.map((name, i) => [name, this.store.get(fb + HEADER + i)]),
      );
      out.unshift({ procedure, pc: this.store.get(fb + STATE) & PC_MASK, locals });
    }
    return out;
  }

  /**
   * Evaluates something about a step that has been taken, with its locals as they were at its end. `frame` is the base of
   * the frame the step ran in, `read` looks a cell up (through the journal where the frame is gone).
   */
  recall<T>(frame: number, read: (cell: number) => number, use: (t: Thread) => T): T {
    const before = this.frame;
    this.frame = frame;
    this.lookback = read;
    try {
      return use(this);
    } finally {
      this.frame = before;
      this.lookback = undefined;
    }
  }

  /** Where the cells of a frame lie: its header and its locals. */
  extent(frame: number, procedure: Procedure): { from: number; to: number } {
    return { from: frame, to: frame + HEADER + procedure.slots.length };
  }
}
