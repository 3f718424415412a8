import type { SceneModel } from '../scene/model';
import type { Apart } from './states';

/**
 * A scene in which the guest's entries that the other run does not have like this are marked as different. `machineFrame`: where
 * a guest frame lies in this run.
 */
export function marked(
  model: SceneModel,
  apart: readonly Apart[],
  machineFrame: (gfn: number) => number,
): SceneModel {
  if (apart.length === 0) return model;
  return {
    ...model,
    tables: model.tables.map((table) => {
      const here = table.side === 'guest' ? apart.filter(({ gfn }) => machineFrame(gfn) === table.frame) : [];
      if (here.length === 0) return table;
      const notes = new Map(table.notes);
      for (const { index } of here) notes.set(index, { ...notes.get(index), stale: true });
      return { ...table, notes };
    }),
  };
}
