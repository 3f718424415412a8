import { ownerOf } from './entity';
import type { ColumnKey, Motion, SceneModel } from './model';

function entityOf(motion: Motion): string | undefined {
  switch (motion.kind) {
    case 'travel':
      return motion.to;
    case 'search':
      return motion.hits.at(-1) ?? motion.reads.at(-1);
    case 'compare':
      return motion.table;
    case 'swap':
      return motion.items[0];
    default:
      return motion.at;
  }
}

/** The column where the beat's last motion takes place: what a narrow screen must show. Undefined when nothing moves. */
export function actionColumn(model: SceneModel): ColumnKey | undefined {
  for (const motion of model.motions.toReversed()) {
    const id = entityOf(motion);
    if (id === undefined) continue;
    const owner = ownerOf(id);
    const table = model.tables.find((t) => t.id === owner) ?? model.penumbra.find((p) => p.id === owner);
    if (table !== undefined) return table.column;
    if (model.frames.some((f) => f.id === owner)) return 'mem';
  }
  return undefined;
}
