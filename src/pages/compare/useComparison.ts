import { useCallback, useEffect, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import type { Result } from '../../base';
import type { LinkState } from '../../permalink';
import { sideOf } from '../../session/comparing';
import type { Controls } from '../../session/controls';
import { type Differences, differencesOf } from '../../views/compare/differences';
import { type StaleMeter, staleMeter } from '../../views/compare/stale';
import { type Pair, pairsOf, type Stop, stopsOf } from '../../views/compare/together';

/** Runs are compared no further than this: the meter reads tables at every step of both. */
const MOST_METERED = 20_000;

export interface Compared {
  readonly left: Controls;
  readonly right: Controls;
  readonly stops: readonly Stop[];
  readonly pairs: readonly Pair[];
  readonly differences: Differences;
  readonly stale: { readonly a: StaleMeter; readonly b: StaleMeter };
}

/** A side built for a link; the same link gives the same side as long as the page is open. */
export function useSide(
  controls: Controls,
  link: LinkState | undefined,
): Result<Controls, string> | undefined {
  return useMemo(() => (link === undefined ? undefined : sideOf(controls, link)), [controls, link]);
}

/** Whether a side's run has been recorded to its end. */
const useRecorded = (side: Controls): boolean =>
  useStore(side.session.store, (s) => s.ending.kind !== 'open');

/** Everything that is known of two runs together; undefined while one of them is still being recorded. */
export function useCompared(page: Controls, left: Controls, right: Controls): Compared | undefined {
  const done = [useRecorded(left), useRecorded(right)].every((one) => one);
  useEffect(() => (done ? undefined : page.session.frames.begin('comparing')), [page, done]);
  return useMemo(() => {
    const [a, b] = [left.session.run, right.session.run];
    if (!done || a === undefined || b === undefined) return undefined;
    const stops = stopsOf(a, b);
    return {
      left,
      right,
      stops,
      pairs: pairsOf(a, b, stops),
      differences: differencesOf(a, b, stops),
      stale: { a: staleMeter(a, MOST_METERED), b: staleMeter(b, MOST_METERED) },
    };
  }, [left, right, done]);
}

/** The place that is shown: both sides follow it. */
export function usePlace(
  { left, right, pairs }: Compared,
  from: number,
): { readonly place: number; readonly go: (place: number) => void } {
  const last = pairs.length - 1;
  const within = useCallback((place: number) => Math.max(0, Math.min(last, place)), [last]);
  const [place, setPlace] = useState(() => within(from));
  const pair = pairs[place];
  useEffect(() => {
    if (pair === undefined) return;
    left.session.jump(pair.a);
    right.session.jump(pair.b);
  }, [left, right, pair]);
  const go = useCallback((to: number) => setPlace(within(to)), [within]);
  return { place, go };
}
