import { type ComponentType, lazy } from 'react';
import type { Frames } from '../session/frame';

let begin: (what: string) => () => void = () => () => undefined;

/** Who is told that something is on its way: the page is not idle until it has arrived. Called once, at the start. */
export function reportFetches(frames: Frames): void {
  begin = (what) => frames.begin(what);
}

/** Runs an import and reports it. */
export async function fetchPart<T>(what: string, load: () => Promise<T>): Promise<T> {
  const arrived = begin(what);
  try {
    return await load();
  } finally {
    arrived();
  }
}

/** A component in a chunk of its own, fetched when it is first drawn. */
export function fetched<P>(what: string, load: () => Promise<{ readonly default: ComponentType<P> }>) {
  return lazy(() => fetchPart(what, load));
}
