import type { Choice, Touch, Violation, World } from '../kernel';
import type { Watch } from './watch';

/**
 * How far one move goes:
 * - `steps`: one step, as on the stage.
 * - `eager`: a step and whatever follows it that nobody else can see. Fewest states; for verdicts.
 * - `lazy`: steps that nobody else can see and the first one after them that somebody can. No step is taken before it
 *   matters, so a schedule of fewest steps among these is a schedule of fewest steps at all; for shortest counterexamples.
 */
export type Fusing = 'steps' | 'eager' | 'lazy';

/** A cycle of steps that nobody sees must not go on for ever in one move. */
const LONGEST = 4096;

/** Of each kind of step, whether nobody else can see it being taken. */
export type Hidden = Readonly<Record<Touch, boolean>>;

/** What explorations go by: moves of one step of an actor, or of several that are fused. */
export interface MoveMaker {
  readonly fusing: Fusing;
  /** Whether it evaluates invariants itself, at every step: then `violation` says what the last move broke, at its last step. */
  readonly judges: boolean;
  readonly violation: Violation | undefined;
  /** Steps of the last move. */
  readonly length: number;
  /** Among how many branches the last move could choose. */
  readonly branches: number;
  /** The last move was an occasion at which an invariant may be evaluated. */
  readonly noticed: boolean;
  /** Makes a move if the actor can go at all, and says whether it did. */
  take(actor: number, branch: number): boolean;
  /** The choices of single steps that a list of moves stands for. The world is moved along. */
  spell(moves: Iterable<Choice>): Choice[];
}

/** Moves that go as far as steps declare that nobody sees. */
export class Moves implements MoveMaker {
  readonly judges = false;
  readonly violation = undefined;
  length = 1;
  branches = 1;
  noticed = false;
  /**
   * Private steps nobody sees; nor locked ones, unless an invariant looks after every step, for that one may look at what a
   * lock protects. Buffered ones may be taken earlier (nobody sees the tail of the buffer), but not later, for what has
   * drained in between could have been theirs: so not in lazy moves.
   */
  readonly hidden: Hidden;
  /** Choices of single steps, while somebody listens. */
  private trace: Choice[] | undefined;

  constructor(
    private readonly world: World,
    private readonly watch: Watch,
    readonly fusing: Fusing,
  ) {
    this.hidden = { private: true, locked: !watch.looksAlways, buffered: fusing !== 'lazy', racy: false };
  }

  take(actor: number, branch: number): boolean {
    const { world, fusing, watch } = this;
    if (fusing === 'lazy') return this.takeLazily(actor, branch);
    watch.begin();
    if (!world.tryStep(actor, branch)) return false;
    this.length = 1;
    this.branches = world.branches;
    this.noticed = watch.occasion;
    if (this.trace !== undefined) this.note(actor);
    if (fusing === 'eager' && !this.noticed) this.goOn(actor);
    return true;
  }

  spell(moves: Iterable<Choice>): Choice[] {
    const spelled: Choice[] = [];
    this.trace = spelled;
    for (const { actor, branch = 0 } of moves) this.take(actor, branch);
    this.trace = undefined;
    return spelled;
  }

  private note(actor: number): void {
    const { branchTaken } = this.world;
    this.trace?.push(branchTaken === 0 ? { actor } : { actor, branch: branchTaken });
  }

  /** Takes what follows and nobody sees, as long as it asks nothing and no invariant is evaluated at it. */
  private goOn(actor: number): void {
    const { world, hidden } = this;
    const thread = world.actors[actor]?.thread;
    if (thread === undefined) return;
    const { store, events } = world;
    while (this.length < LONGEST && thread.alive && hidden[thread.touch] && thread.enabled) {
      const { mark, hashLo, hashHi } = store;
      const eventsBefore = events.mark;
      this.watch.begin();
      world.step(actor);
      if (world.branches > 1 || this.watch.occasion) {
        store.undoTo(mark, hashLo, hashHi);
        events.truncate(eventsBefore);
        return;
      }
      this.length++;
      if (this.trace !== undefined) this.note(actor);
    }
  }

  /** Takes steps that nobody sees up to and including one that somebody may see. The branch is that of the one step that asks. */
  private takeLazily(actor: number, branch: number): boolean {
    const { world, hidden } = this;
    const thread = world.actors[actor]?.thread;
    const { store, events } = world;
    this.length = 0;
    this.branches = 1;
    for (;;) {
      const unseen = thread !== undefined && hidden[thread.touch];
      const { mark, hashLo, hashHi } = store;
      const eventsBefore = events.mark;
      this.watch.begin();
      // Who waits stays where it waits, or is not moved at all: others may be waiting for what it has done so far.
      if (!world.tryStep(actor, branch)) return this.length > 0;
      if (world.branches > 1) {
        if (this.branches > 1) {
          store.undoTo(mark, hashLo, hashHi);
          events.truncate(eventsBefore);
          return true;
        }
        this.branches = world.branches;
      }
      this.length++;
      if (this.trace !== undefined) this.note(actor);
      this.noticed = this.watch.occasion;
      if (!unseen || this.noticed || this.length >= LONGEST) return true;
    }
  }
}
