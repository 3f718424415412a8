import { type CSSProperties, type KeyboardEvent, type MouseEvent, useMemo, useRef, useState } from 'react';
import type { EntityId } from '../../views/scene/entity';
import { ownerOf } from '../../views/scene/entity';
import type { SceneLayout } from '../../views/scene/layoutTypes';
import type { SceneModel } from '../../views/scene/model';
import { type Direction, neighbour } from '../../views/scene/neighbour';
import { Holding, Lines } from './Lines';
import { Fixups, Frames, Stacks } from './MemoryColumn';
import { PenumbraItems } from './Penumbra';
import { SceneState } from './sceneProps';
import './stage.css';
import { Backdrop, Words } from './Surroundings';
import { TableCard } from './TableCard';

interface SceneProps {
  readonly model: SceneModel;
  readonly layout: SceneLayout;
  readonly focus: EntityId | undefined;
  readonly onFocus: (id: EntityId | undefined) => void;
  /** Changes that have not happened yet at the present fraction of the beat. */
  readonly before: ReadonlySet<EntityId>;
}

const ARROWS: Readonly<Record<string, Direction>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
};

/** The picture: pure marks from a model and its layout. Motion is drawn over it, by a layer of its own. */
export function Scene({ model, layout, focus, onFocus, before }: SceneProps) {
  const { size, m } = layout;
  const [stopAt, setStop] = useState<EntityId>();
  const byKeyboard = useRef(false);
  const first = layout.cards[0]?.table.id ?? layout.frames[0]?.frame.id;
  // Tables that a column has no room for have a place, that of the stack that counts them, but no mark of their own.
  const reachable = useMemo(() => {
    const places = new Map(layout.places);
    for (const stack of layout.stacks) for (const id of stack.tables) places.delete(id);
    return places;
  }, [layout]);
  const wanted = stopAt ?? focus;
  const stop = wanted !== undefined && reachable.has(wanted) ? wanted : first;
  const context = useMemo(() => ({ focus, stop, before }), [focus, stop, before]);

  const entityOf = (target: EventTarget): EntityId | undefined =>
    (target as Element).closest('[data-entity]')?.getAttribute('data-entity') ?? undefined;
  const onClick = (event: MouseEvent): void => {
    byKeyboard.current = false;
    onFocus(entityOf(event.target));
  };
  // Arrows belong to the scene only for somebody who came here by keyboard: after a click they step through time as ever.
  const onKeyDown = (event: KeyboardEvent<SVGSVGElement>): void => {
    const id = entityOf(event.target);
    if (id === undefined || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.key === 'Enter' || event.key === ' ') onFocus(id);
    else if (event.key === 'Escape') {
      onFocus(undefined);
      return;
    } else {
      const direction = byKeyboard.current ? ARROWS[event.key] : undefined;
      const to = direction === undefined ? undefined : neighbour(reachable, id, direction);
      if (direction === undefined) return;
      if (to !== undefined) {
        setStop(to);
        const escaped = CSS.escape(to);
        event.currentTarget.querySelector<SVGElement>(`[data-entity="${escaped}"]`)?.focus();
      }
    }
    event.preventDefault();
    event.stopPropagation();
  };

  const style = {
    '--mono-size': `${m.mono}px`,
    '--title-size': `${m.title}px`,
    '--small-size': `${m.small}px`,
  } as CSSProperties;
  return (
    <SceneState value={context}>
      {/* biome-ignore lint/a11y/useSemanticElements: a group of marks in a picture, not of form fields */}
      <svg
        className="scene-picture"
        role="group"
        aria-label="The stage: guest tables above, shadow tables below"
        width="100%"
        height="100%"
        viewBox={`0 0 ${size.w} ${size.h}`}
        style={style}
        onClick={onClick}
        onKeyDown={onKeyDown}
        onPointerDown={() => {
          byKeyboard.current = false;
        }}
        onFocus={(event) => {
          if (event.target.matches(':focus-visible')) byKeyboard.current = true;
          setStop(entityOf(event.target));
        }}
      >
        <Backdrop layout={layout} />
        <Lines links={layout.links} derivations={layout.derivations} />
        <Words layout={layout} tabbed={layout.tabs} />
        {layout.cards.map((card) => (
          // A guest page may be a table of two levels: then it has two cards.
          <TableCard
            key={`${card.table.id} ${card.table.level}`}
            card={card}
            m={m}
            wrong={wrongOf(model, card.table.id)}
          />
        ))}
        <Frames frames={layout.frames} m={m} />
        <Stacks stacks={layout.stacks} horizon={layout.band.horizon} />
        <PenumbraItems items={layout.penumbra} m={m} />
        <Fixups fixups={layout.fixups} m={m} />
        <Holding references={layout.references} tag={layout.tag} />
      </svg>
    </SceneState>
  );
}

/** Names of the broken invariants that name this table or an entry of it, two at most. */
function wrongOf(model: SceneModel, table: EntityId): string {
  const names = new Set<string>();
  for (const [id, { invariant }] of model.wrong) if (ownerOf(id) === table) names.add(invariant);
  return [...names].slice(0, 2).join(', ');
}
