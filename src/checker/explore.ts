import { BreadthFirst, type BreadthFirstOptions } from './breadthFirst';
import { DepthFirst, type DepthFirstOptions } from './depthFirst';
import type { Covered, Outcome } from './outcome';
import type { Search } from './search';
import type { Subject } from './subject';
import { Anew } from './touched/anew';

/** How many states lie between two reports: well under a tenth of a second's work. */
const REPORT_EVERY = 8192;

/** Told how far the exploration has come; `stop` ends it. */
export type Report = (covered: Covered) => 'go-on' | 'stop';

function finish(search: Search, report: Report | undefined): Outcome {
  for (;;) {
    const outcome = search.advance(REPORT_EVERY);
    if (outcome !== undefined) return outcome;
    if (report?.(search.covered) === 'stop') return search.cancel();
  }
}

/** For a verdict. */
export function depthFirst(subject: Subject, options: DepthFirstOptions = {}): Search {
  const { contention } = subject;
  const begin = (): Search => new DepthFirst(subject, options);
  if (contention === undefined || options.fuse !== true) return begin();
  return new Anew(subject, contention, begin);
}

/** For the shortest way to break it. */
export function breadthFirst(subject: Subject, options: BreadthFirstOptions = {}): Search {
  const { contention } = subject;
  const begin = (): Search => new BreadthFirst(subject, options);
  if (contention === undefined || options.fuse !== true) return begin();
  return new Anew(subject, contention, begin);
}

/** Does everything hold? Depth-first: fast and small, but a schedule it finds may be long. The world is left in its first state. */
export function verify(subject: Subject, options: DepthFirstOptions = {}, report?: Report): Outcome {
  return finish(depthFirst(subject, options), report);
}

/** The shortest way to break it: breadth-first. The world is left in its first state. */
export function shortest(subject: Subject, options: BreadthFirstOptions = {}, report?: Report): Outcome {
  return finish(breadthFirst(subject, options), report);
}
