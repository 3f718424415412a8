import { guestAlone, nativeSource } from './native';
import type { SceneSource } from './source';
import { xenSource } from './xen';

/** Every design that has a picture of its own: those that the first picture may be of; others are supplied as they arrive. */
const sources = new Map<string, SceneSource>([nativeSource, xenSource].map((s) => [s.design, s]));

/** Adds the picture of a design that is fetched later. */
export const supplySource = (source: SceneSource): void => {
  sources.set(source.design, source);
};

/** The source of a design; one without a picture of its own is shown as its guest alone, and says so. */
export const sourceOf = (design: string): SceneSource =>
  sources.get(design) ??
  guestAlone(design, `The ${design} design keeps no tables of its own that could be shown here.`);
