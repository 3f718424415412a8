import type { Choice, World } from '../kernel';
import { Cells } from './cells';
import type { Moves } from './moves';
import { packedActor, packedBranch, unpackChoice } from './packedChoice';

/**
 * The states of a breadth-first exploration as a tree: of each, its parent and the move that led from there. State 0 is the
 * first. Keeps the world in one of them and moves it to another.
 */
export class Tree {
  private readonly parents = new Cells();
  private readonly choices = new Cells();
  /** The way from the first state to the present one: states by number, and the journal's mark in each. */
  private readonly way = new Cells();
  private readonly marks = new Cells();
  private depth = 0;
  /** Scratch: the new part of a way, last state first. */
  private readonly ahead = new Cells();

  constructor(
    private readonly world: World,
    private readonly moves: Moves,
  ) {
    this.parents.push(-1);
    this.choices.push(0);
    this.way.set(0, 0);
    this.marks.set(0, world.store.mark);
  }

  get bytes(): number {
    return this.parents.bytes + this.choices.bytes;
  }

  /** Adds a state under the number it comes in. */
  add(parent: number, choice: number): void {
    this.parents.push(parent);
    this.choices.push(choice);
  }

  /** A shorter way to a state that nothing has been expanded from yet. */
  reparent(state: number, parent: number, choice: number): void {
    this.parents.set(state, parent);
    this.choices.set(state, choice);
  }

  /** The moves that lead from the first state to this one. */
  schedule(state: number): Choice[] {
    const out: Choice[] = [];
    for (let s = state; s > 0; s = this.parents.get(s)) out.push(unpackChoice(this.choices.get(s)));
    return out.reverse();
  }

  /** The state the world is in. */
  get here(): number {
    return this.way.get(this.depth);
  }

  private depthOf(state: number): number {
    let depth = 0;
    for (let s = state; s > 0; s = this.parents.get(s)) depth++;
    return depth;
  }

  /** Puts the world into a state. */
  goTo(state: number): void {
    const { world, way, marks, ahead, parents, choices } = this;
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
    const eventsBefore = world.events.mark;
    for (let i = many - 1; i >= 0; i--) {
      const next = ahead.get(i);
      const choice = choices.get(next);
      this.moves.take(packedActor(choice), packedBranch(choice));
      depth++;
      way.set(depth, next);
      marks.set(depth, world.store.mark);
    }
    world.events.truncate(eventsBefore);
    this.depth = depth;
  }
}
