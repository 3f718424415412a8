import type { EntityId } from './entity';
import type { Rect } from './layoutTypes';

export type Direction = 'up' | 'down' | 'left' | 'right';

/**
 * Where an arrow key leads from an entity: the nearest one in that direction, distance across counting double, so that
 * up and down stay in their column and left and right cross to the next.
 */
export function neighbour(
  places: ReadonlyMap<EntityId, Rect>,
  from: EntityId,
  direction: Direction,
): EntityId | undefined {
  const here = places.get(from);
  if (here === undefined) return undefined;
  let best: EntityId | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const [id, rect] of places) {
    if (id === from) continue;
    const dx = rect.x - here.x;
    // The head of a card is what its name stands for: compare tops, not middles.
    const dy = rect.y - here.y;
    const across = direction === 'left' || direction === 'right';
    const along = direction === 'left' ? -dx : direction === 'right' ? dx : direction === 'up' ? -dy : dy;
    const off = Math.abs(across ? dy : dx);
    if (across ? along < 12 : along <= 0.5 || off > here.w) continue;
    const distance = along + 2 * off;
    if (distance < least) {
      least = distance;
      best = id;
    }
  }
  return best;
}
