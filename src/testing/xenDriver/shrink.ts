import type { GuestOp } from '../../machine';
import { type Played, replay, type Stop } from './play';
import type { DriverWorld } from './settings';

type Programs = readonly (readonly GuestOp[])[];

/** A run as small as it could be made that still goes wrong in the same way. */
export interface Shrunk {
  readonly programs: Programs;
  readonly played: Played;
}

/** Runs that a shrinking may take: it is a help for people, not a proof that nothing smaller exists. */
const TRIES = 600;

/** In what way a run went wrong: the invariants that broke first, or the kind of trouble. */
export const wrongIn = ({ violations, trouble }: Played): string =>
  violations.length > 0
    ? [...new Set(violations.map((v) => v.invariant))].sort().join(' ')
    : (trouble ?? '').slice(0, 40);

/** Leaves out a stretch of an actor's program, and brings the stops along. */
function without(programs: Programs, stops: readonly Stop[], actor: number, from: number, to: number) {
  const kept = programs.map((program, a) =>
    a === actor ? program.filter((_, i) => i < from || i >= to) : program,
  );
  const moved = stops.flatMap((stop): Stop[] => {
    if (stop.actor !== actor || stop.op < from) return [stop];
    return stop.op < to ? [] : [{ ...stop, op: stop.op - (to - from) }];
  });
  return { programs: kept, stops: moved };
}

/** Delta debugging: stretches of the programs are left out, long ones first, as long as the run still goes wrong in the same way. */
export function shrink(w: DriverWorld, programs: Programs, played: Played): Shrunk {
  const wanted = wrongIn(played);
  let best: Shrunk = { programs, played };
  let tries = 0;
  const attempt = (smaller: Programs, stops: readonly Stop[]): boolean => {
    if (tries++ >= TRIES) return false;
    const again = replay(w, smaller, stops);
    if (wrongIn(again) !== wanted) return false;
    best = { programs: smaller, played: again };
    return true;
  };
  // What an actor had not begun when it broke was never needed.
  const reached = programs.map((program, actor) =>
    program.slice(0, 1 + Math.max(-1, ...played.stops.filter((s) => s.actor === actor).map((s) => s.op))),
  );
  attempt(reached, played.stops);
  const longest = (): number => Math.max(...best.programs.map((program) => program.length));
  for (let size = Math.ceil(longest() / 2); size >= 1 && tries < TRIES; size = Math.floor(size / 2)) {
    for (let actor = 0; actor < programs.length; actor++) {
      for (let from = (best.programs[actor]?.length ?? 0) - size; from > -size; from -= size) {
        const start = Math.max(0, from);
        const next = without(best.programs, best.played.stops, actor, start, from + size);
        attempt(next.programs, next.stops);
      }
    }
    if (size > 1) continue;
    // Fewer changes of who runs: a stop that is not needed is left out.
    for (let i = best.played.stops.length - 1; i >= 0; i--)
      attempt(
        best.programs,
        best.played.stops.filter((_, k) => k !== i),
      );
  }
  return best;
}
