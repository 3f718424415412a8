import type { Random } from '../../base';
import type { Pace } from './settings';

/** How many steps whoever was chosen may take before somebody else is. */
export function burst(r: Random, pace: Pace): number {
  switch (pace) {
    case 'fine':
      return 1 + r.below(5);
    case 'mixed':
      return r.chance(0.3) ? 1 + r.below(200) : 1 + r.below(6);
    case 'stalls':
      // Whoever is left behind in the middle of something stays there for long.
      return r.chance(0.5) ? 1 + r.below(40) : 100 + r.below(600);
    case 'whole':
      return 40 + r.below(1200);
    default:
      return pace satisfies never;
  }
}
