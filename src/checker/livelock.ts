import { ensure } from '../base';
import type { Choice } from '../kernel';
import type { Cells } from './cells';
import type { Edges } from './edges';
import { unpackChoice } from './packedChoice';

/** States from which no schedule comes to an end. */
export interface Livelock {
  /** The first such state, by number. */
  readonly from: number;
  /** From there to the cycle, and once round it. */
  readonly stem: readonly Choice[];
  readonly cycle: readonly Choice[];
}

/**
 * Looks for a state out of which nothing leads to an end, though everybody can always go on. An unlucky schedule alone is no
 * livelock: a spin lock can be spun on for ever, but some schedule lets its holder go on.
 */
export function findLivelock(edges: Edges, ends: Cells, states: number): Livelock | undefined {
  const alive = reachingAnEnd(edges, ends, states);
  const from = alive.indexOf(0);
  return from < 0 ? undefined : roundFrom(edges, from);
}

/** Marks the states that can reach an end. Most steps lead to later states, so going backwards settles nearly all at once. */
function reachingAnEnd(edges: Edges, ends: Cells, states: number): Uint8Array {
  const alive = new Uint8Array(states);
  for (let i = 0; i < ends.length; i++) alive[ends.get(i)] = 1;
  for (let changed = true; changed; ) {
    changed = false;
    for (let state = states - 1; state >= 0; state--) {
      if (alive[state] === 1) continue;
      for (let edge = edges.from(state); edge < edges.to(state); edge++) {
        if (alive[edges.target(edge)] === 0) continue;
        alive[state] = 1;
        changed = true;
        break;
      }
    }
  }
  return alive;
}

/** Any way on from a state that has no end ahead comes round in the end. */
function roundFrom(edges: Edges, from: number): Livelock {
  const place = new Map<number, number>();
  const choices: Choice[] = [];
  let state = from;
  for (;;) {
    const before = place.get(state);
    if (before !== undefined) return { from, stem: choices.slice(0, before), cycle: choices.slice(before) };
    place.set(state, choices.length);
    const edge = edges.from(state);
    ensure(edge < edges.to(state), 'a state without steps is an end or a deadlock, which was told before');
    choices.push(unpackChoice(edges.choice(edge)));
    state = edges.target(edge);
  }
}
