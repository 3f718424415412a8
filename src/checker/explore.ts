import { BreadthFirst, type BreadthFirstOptions } from './breadthFirst';
import { DepthFirst, type DepthFirstOptions } from './depthFirst';
import type { Covered, Outcome } from './outcome';
import type { Subject } from './subject';

/** How many states lie between two reports: well under a tenth of a second's work. */
const REPORT_EVERY = 8192;

/** Told how far the exploration has come; `stop` ends it. */
export type Report = (covered: Covered) => 'go-on' | 'stop';

interface Search {
  readonly covered: Covered;
  advance(states: number): Outcome | undefined;
  /** Ends it where it stands and puts the world back to its first state. */
  cancel(): Outcome;
}

function finish(search: Search, report: Report | undefined): Outcome {
  for (;;) {
    const outcome = search.advance(REPORT_EVERY);
    if (outcome !== undefined) return outcome;
    if (report?.(search.covered) === 'stop') return search.cancel();
  }
}

/** Does everything hold? Depth-first: fast and small, but a schedule it finds may be long. The world is left in its first state. */
export function verify(subject: Subject, options: DepthFirstOptions = {}, report?: Report): Outcome {
  return finish(new DepthFirst(subject, options), report);
}

/** The shortest way to break it: breadth-first. The world is left in its first state. */
export function shortest(subject: Subject, options: BreadthFirstOptions = {}, report?: Report): Outcome {
  return finish(new BreadthFirst(subject, options), report);
}
