import type { Choice, World } from '../kernel';
import { Cells } from './cells';
import { unpackChoice } from './packedChoice';

/**
 * The states of a breadth-first exploration as a tree: of each, its parent, the move that led from there, and what that move
 * wrote. State 0 is the first. Keeps the world in one of them and moves it to another: back by the journal to where the ways
 * part, forward by writing again what was written. No step is taken twice.
 */
export class Tree {
  private readonly parents = new Cells();
  private readonly choices = new Cells();
  /** Where the writes of each state's move begin, in pairs of cell and value; a count comes first. */
  private readonly writesAt = new Cells();
  private readonly writes = new Cells();
  /** The way from the first state to the present one: states by number, and the journal's mark in each. */
  private readonly way = new Cells();
  private readonly marks = new Cells();
  private depth = 0;
  /** Scratch: the new part of a way, last state first. */
  private readonly ahead = new Cells();

  constructor(private readonly world: World) {
    this.parents.push(-1);
    this.choices.push(0);
    this.writesAt.push(0);
    this.writes.push(0);
    this.way.set(0, 0);
    this.marks.set(0, world.store.mark);
  }

  get bytes(): number {
    return this.parents.bytes + this.choices.bytes + this.writesAt.bytes + this.writes.bytes;
  }

  /** The state the world was put into last. */
  get here(): number {
    return this.way.get(this.depth);
  }

  /** Adds a state under the number it comes in: the world has just made a move to it from `here`. */
  add(choice: number): void {
    this.parents.push(this.here);
    this.choices.push(choice);
    this.writesAt.push(this.written());
  }

  /** A shorter way to a state that nothing has been expanded from yet: the world has just made a move to it from `here`. */
  reparent(state: number, choice: number): void {
    this.parents.set(state, this.here);
    this.choices.set(state, choice);
    this.writesAt.set(state, this.written());
  }

  /** Keeps what has been written since `here`. Returns where. */
  private written(): number {
    const { writes } = this;
    const at = writes.length;
    writes.push(0);
    const { store } = this.world;
    store.writes(this.marks.get(this.depth), store.mark, (cell, _old, now) => {
      writes.push(cell);
      writes.push(now);
    });
    writes.set(at, writes.length - at - 1);
    return at;
  }

  /** The moves that lead from the first state to this one. */
  schedule(state: number): Choice[] {
    const out: Choice[] = [];
    for (let s = state; s > 0; s = this.parents.get(s)) out.push(unpackChoice(this.choices.get(s)));
    return out.reverse();
  }

  private depthOf(state: number): number {
    let depth = 0;
    for (let s = state; s > 0; s = this.parents.get(s)) depth++;
    return depth;
  }

  /** Puts the world into a state. */
  goTo(state: number): void {
    const { world, way, marks, ahead, parents } = this;
    let depth = this.depthOf(state);
    let many = 0;
    let s = state;
    // Up from the target until the way we stand on is met.
    while (depth > this.depth || way.get(depth) !== s) {
      ahead.set(many++, s);
      s = parents.get(s);
      depth--;
    }
    world.store.undo(marks.get(depth));
    for (let i = many - 1; i >= 0; i--) {
      const next = ahead.get(i);
      this.write(next);
      depth++;
      way.set(depth, next);
      marks.set(depth, world.store.mark);
    }
    this.depth = depth;
  }

  private write(state: number): void {
    const { writes } = this;
    const { store } = this.world;
    const at = this.writesAt.get(state);
    const end = at + 1 + writes.get(at);
    for (let i = at + 1; i < end; i += 2) store.set(writes.get(i), writes.get(i + 1));
  }
}
