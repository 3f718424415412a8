import { assertNever } from '../../base';
import type { Motion } from './model';

/** A motion with its share of the beat: fractions from 0 to 1. */
export interface Span {
  readonly motion: Motion;
  readonly from: number;
  readonly to: number;
}

export interface Timeline {
  /** How long the beat wants to last at 1×, in milliseconds. */
  readonly ms: number;
  readonly spans: readonly Span[];
}

/** One beat at 1× where nothing asks for more. */
const BEAT = 420;
/** However much happens in it, nobody waits longer for a beat. */
const LONGEST = 2600;
const SEARCH_LONGEST = 1500;

function lasts(motion: Motion): number {
  switch (motion.kind) {
    case 'travel':
      return 260;
    case 'read':
      return 120;
    case 'change':
      return 220;
    case 'search':
      // 40 ms for each entry read, batched so that a whole shadow takes no longer than a person listens.
      return Math.min(SEARCH_LONGEST, 120 + 40 * motion.reads.length);
    case 'compare':
      return Math.min(1200, 160 + 20 * motion.all.length);
    case 'swap':
      return 420;
    case 'appear':
      return 160;
    case 'vanish':
      return 140;
    default:
      return assertNever(motion, 'motion');
  }
}

/** Changes that happen together are shown together; a walk is shown one leg after the other. */
const together = (a: Motion, b: Motion): boolean =>
  a.kind === b.kind &&
  (a.kind === 'change' || a.kind === 'swap' || a.kind === 'appear' || a.kind === 'vanish');

/** Gives each motion of a beat its share, in order. Pure: any frame of the beat can be asked for. */
export function timeline(motions: readonly Motion[]): Timeline {
  const starts: { motion: Motion; at: number; ms: number }[] = [];
  let now = 0;
  let before: Motion | undefined;
  let groupAt = 0;
  for (const motion of motions) {
    const ms = lasts(motion);
    const at: number = before !== undefined && together(before, motion) ? groupAt : now;
    starts.push({ motion, at, ms });
    groupAt = at;
    now = Math.max(now, at + ms);
    before = motion;
  }
  const total = Math.max(now, 1);
  // A short motion does not fill its beat: the rest of the beat is rest.
  const length = Math.max(BEAT, total);
  const spans = starts.map(({ motion, at, ms }) => ({ motion, from: at / length, to: (at + ms) / length }));
  return { ms: Math.min(LONGEST, length), spans };
}
