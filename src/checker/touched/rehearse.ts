import { Random } from '../../base';
import type { World } from '../../kernel';
import type { Contention } from './contention';
import type { NotedMoves } from './notedMoves';

const RUNS = 40;
/** After so many that told nothing new it ends. */
const ENOUGH = 6;
const MOST_STEPS = 2000;
const SEED = 20_080_620;
/** In percent: how likely another actor goes on after a move. Runs alternate between long turns and short ones. */
const SWITCHES = [8, 50] as const;

/**
 * Runs some schedules at random, so that most of who uses what is known before an exploration begins: then it seldom has to begin
 * anew. Leaves the world as it was.
 */
export function rehearse(world: World, contention: Contention, moves: NotedMoves): void {
  const { store, events } = world;
  const eventsBefore = events.mark;
  const { mark } = store;
  const draw = new Random(SEED);
  const count = world.actors.length;
  let idle = 0;
  for (let run = 0; run < RUNS && idle < ENOUGH; run++) {
    const known = contention.grown;
    let actor = draw.below(count);
    for (let steps = 0; steps < MOST_STEPS && moves.violation === undefined; steps += moves.length) {
      if (draw.below(100) < (SWITCHES[run % SWITCHES.length] as number)) actor = draw.below(count);
      let tried = 0;
      while (tried < count && !moves.take(actor, draw.below(8))) {
        actor = (actor + 1) % count;
        tried++;
      }
      if (tried === count) break;
    }
    store.undo(mark);
    events.truncate(eventsBefore);
    moves.first();
    idle = contention.places.refresh() || contention.grown !== known ? 0 : idle + 1;
  }
}
