import { guestAlone, nativeSource } from './native';
import type { SceneSource } from './source';
import { xenSource } from './xen';

/** Every design that has a picture of its own. A new design is one file and one entry here. */
const sources: ReadonlyMap<string, SceneSource> = new Map(
  [nativeSource, xenSource].map((s) => [s.design, s]),
);

/** The source of a design; one without a picture of its own is shown as its guest alone, and says so. */
export const sourceOf = (design: string): SceneSource =>
  sources.get(design) ??
  guestAlone(design, `The ${design} design keeps no tables of its own that could be shown here.`);
