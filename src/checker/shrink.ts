import type { Choice } from '../kernel';
import type { Schedule } from './outcome';

/** Consecutive choices of one actor. */
interface Turn {
  readonly actor: number;
  readonly choices: readonly Choice[];
}

/** A schedule cut where another actor goes on. */
export function turnsOf(schedule: Schedule): Turn[] {
  const turns: { actor: number; choices: Choice[] }[] = [];
  for (const choice of schedule) {
    const last = turns.at(-1);
    if (last !== undefined && last.actor === choice.actor) last.choices.push(choice);
    else turns.push({ actor: choice.actor, choices: [choice] });
  }
  return turns;
}

/** How often another actor goes on. */
export const switchesOf = (schedule: Schedule): number => Math.max(0, turnsOf(schedule).length - 1);

/**
 * The same choices in an order with fewer changes of actor, for as long as one is found that still does it (`does`: a schedule
 * taken again finds the same). A turn is joined with an earlier or a later one of its actor, whole or what can be moved of it.
 */
export function shrinkSwitches(schedule: Schedule, does: (schedule: Schedule) => boolean): Schedule {
  let best = schedule;
  for (let again = true; again; ) {
    again = false;
    for (const candidate of joined(turnsOf(best))) {
      if (switchesOf(candidate) >= switchesOf(best) || !does(candidate)) continue;
      best = candidate;
      again = true;
      break;
    }
  }
  return best;
}

/** Every order in which one turn stands right beside another one of its actor. */
function* joined(turns: readonly Turn[]): Generator<Schedule> {
  for (let i = 0; i < turns.length; i++) {
    for (let j = i + 1; j < turns.length; j++) {
      if (turns[i]?.actor !== turns[j]?.actor) continue;
      const before = turns.slice(0, i);
      const between = turns.slice(i + 1, j);
      const after = turns.slice(j + 1);
      const pair = [turns[i] as Turn, turns[j] as Turn];
      yield flat([...before, ...pair, ...between, ...after]);
      yield flat([...before, ...between, ...pair, ...after]);
      break;
    }
  }
}

const flat = (turns: readonly Turn[]): Schedule => turns.flatMap(({ choices }) => choices);
