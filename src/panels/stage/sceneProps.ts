import { createContext, useContext } from 'react';
import type { EntityId } from '../../views/scene/entity';

/** What every mark of the scene asks its surroundings: what is in focus, which changes have not happened yet, what a click does. */
export interface SceneContext {
  readonly focus: EntityId | undefined;
  /** The one entity in the tab order. */
  readonly stop: EntityId | undefined;
  readonly before: ReadonlySet<EntityId>;
}

export const SceneState = createContext<SceneContext>({
  focus: undefined,
  stop: undefined,
  before: new Set(),
});

export const useScene = (): SceneContext => useContext(SceneState);

/**
 * The attributes of something that can be pointed at: a button with a name, one tab stop for the whole scene. They belong on
 * the rectangle behind its marks, not on a group around them: what is drawn is short, what is said is a sentence, and a
 * control whose visible words are no part of its name cannot be called by them.
 */
export function entityProps(id: EntityId, name: string, scene: SceneContext) {
  return {
    role: 'button',
    tabIndex: scene.stop === id ? 0 : -1,
    'aria-label': name,
    'aria-pressed': scene.focus === id,
    'data-entity': id,
  } as const;
}

/** A group of marks that belong together (a card with its rows), by which a screen reader can tell them apart. */
export const groupProps = (id: EntityId, name: string) =>
  ({ role: 'group', 'aria-label': name, 'data-card': id }) as const;

/** Words that are drawn inside something with a name: the name says them too, and once is enough. */
export const silent = { 'aria-hidden': true } as const;
