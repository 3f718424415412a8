import type { SceneModel } from './model';

/** What is taken from a scene while it must not tell something. Arrives after the first picture, in which nobody is asked. */
let veil = (model: SceneModel): SceneModel => model;

export const supplyVeil = (later: (model: SceneModel) => SceneModel): void => {
  veil = later;
};

export const veiled = (model: SceneModel): SceneModel => veil(model);
