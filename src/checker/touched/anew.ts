import type { Covered, Outcome } from '../outcome';
import type { Search } from '../search';
import type { Subject } from '../subject';
import { Watch } from '../watch';
import type { Contention } from './contention';
import { NotedMoves } from './notedMoves';
import { rehearse } from './rehearse';

/** How many states are visited before it is asked whether more is known. Doubles. */
const FIRST_SLICE = 256;
/** Once more is known, a pass goes on till it has this many times the states, for what else there is to learn. */
const LEARN_ON = 2;

/**
 * Explores, and begins anew as long as an exploration has learnt of uses of cells that it did not know of when it began: steps
 * that it took for unseen may not have been. The last one knew everything from its beginning, so it left nothing out.
 */
export class Anew implements Search {
  private search: Search;
  private known = -1;
  private slice = FIRST_SLICE;
  private learntAt = 0;
  private outcome: Outcome | undefined;

  constructor(
    subject: Subject,
    private readonly contention: Contention,
    private readonly begin: () => Search,
  ) {
    const { events } = subject.world;
    const { recording } = events;
    const watch = new Watch(subject);
    events.recording = watch.needsEvents;
    if (!contention.rehearsed)
      rehearse(subject.world, contention, new NotedMoves(subject.world, watch, contention, 'eager'));
    contention.rehearsed = true;
    events.recording = recording;
    this.search = this.started();
  }

  private started(): Search {
    this.contention.places.refresh();
    this.known = this.contention.grown;
    return this.begin();
  }

  /** Whether more is known than when the present exploration began. */
  private get learnt(): boolean {
    if (this.contention.places.refresh()) this.known = -1;
    return this.known !== this.contention.grown;
  }

  get covered(): Covered {
    return this.search.covered;
  }

  advance(states: number): Outcome | undefined {
    for (let left = states; this.outcome === undefined && left > 0; ) {
      const slice = Math.min(left, this.slice);
      this.slice *= 2;
      left -= slice;
      const outcome = this.search.advance(slice);
      // Also what breaks is found again: its schedule is spelled out by moves, which are shorter by now.
      if (!this.learnt || outcome?.kind === 'bound') this.outcome = outcome;
      else this.learn(outcome !== undefined);
    }
    return this.outcome;
  }

  cancel(): Outcome {
    this.outcome ??= this.search.cancel();
    return this.outcome;
  }

  private learn(over: boolean): void {
    const { states } = this.search.covered;
    if (this.learntAt === 0) this.learntAt = states;
    if (!over && states < LEARN_ON * this.learntAt) return;
    this.search.cancel();
    this.learntAt = 0;
    this.slice = FIRST_SLICE;
    this.search = this.started();
  }
}
