import { type ReactNode, useCallback, useMemo, useRef, useState } from 'react';
import { classNames } from '../../ui/classNames';
import { Fetched, type Waiting } from '../../ui/Fetched';
import { actionColumn } from '../../views/scene/action';
import type { EntityId } from '../../views/scene/entity';
import { layoutScene, zoomOf } from '../../views/scene/layout';
import type { Rect } from '../../views/scene/layoutTypes';
import type { ColumnKey, SceneModel } from '../../views/scene/model';
import { timeline } from '../../views/scene/timeline';
import { LevelTabs } from './LevelTabs';
import { Scene } from './Scene';
import type { Size } from './useSize';

interface StageViewProps {
  readonly model: SceneModel;
  readonly size: Size;
  /** Presenter mode draws the same scene larger. */
  readonly scale: number;
  readonly focus: EntityId | undefined;
  readonly onFocus: (id: EntityId | undefined) => void;
  /** How far the beat has got, now; and how to be told when that changes. */
  readonly fraction: () => number;
  readonly subscribe: (changed: () => void) => () => void;
  readonly scheme: string;
  /** What stands in the place of the store buffers, where the machine has any. */
  readonly buffers?: ReactNode;
  /** What stands below the tables where there is no lower half. */
  readonly beneath?: ReactNode;
  /** Told when a part of the stage is on its way. */
  readonly waiting?: Waiting;
}

const NONE: ReadonlySet<EntityId> = new Set();
const NOBODY: Waiting = { begin: () => () => undefined };

// The picture comes first, what moves over it right after.
const loadMotion = () => import('./Motion.lazy');
// What is seen only when somebody points or asks.
const loadEvery = () => import('./EveryEntry.lazy');
const loadChains = () => import('./ChainArcs.lazy');
const loadTip = () => import('./EntryTip.lazy');

/** A scene at its size, with its motion over it. Knows no run and no session, so that any model can be looked at. */
export function StageView({
  model,
  size,
  scale: wanted,
  focus,
  onFocus,
  fraction,
  subscribe,
  scheme,
  buffers,
  beneath,
  waiting = NOBODY,
}: StageViewProps) {
  const root = useRef<HTMLDivElement>(null);
  const { column, choose } = useColumn(model);
  const scale = wanted * zoomOf(model, size.w / wanted, size.h / wanted);
  const layout = useMemo(() => {
    const keep = focus === undefined ? NONE : new Set([focus]);
    return layoutScene(model, { w: size.w / scale, h: size.h / scale, column, keep });
  }, [model, size, scale, column, focus]);
  const beat = useMemo(() => timeline(model.motions), [model]);
  const [before, setBefore] = useState(NONE);
  const onBefore = useCallback(
    (now: ReadonlySet<EntityId>) => setBefore((old) => (sameSet(old, now) ? old : now)),
    [],
  );

  const [pointed, setPointed] = useState<EntityId>();
  const entityAt = (target: EventTarget): EntityId | undefined =>
    (target as Element).closest?.('[data-entity]')?.getAttribute('data-entity') ?? undefined;
  const [every, setEvery] = useState(false);
  const [tips, setTips] = useState(false);
  if (pointed !== undefined && !tips) setTips(true);
  const shown = useMemo(() => new Set(layout.columns.map((c) => c.column.key)), [layout]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only watches what its marks, which are buttons, are told
    <div
      className="scene"
      ref={root}
      onPointerOver={(event) =>
        setPointed(event.pointerType === 'touch' ? undefined : entityAt(event.target))
      }
      onPointerLeave={() => setPointed(undefined)}
      onFocus={(event) =>
        setPointed(event.target.matches(':focus-visible') ? entityAt(event.target) : undefined)
      }
      onBlur={() => setPointed(undefined)}
    >
      <Scene model={model} layout={layout} focus={focus} onFocus={onFocus} before={before} />
      <Fetched
        load={loadMotion}
        props={{
          ...{ layout, beat, fraction, subscribe, root, onBefore },
          ...{ width: size.w, height: size.h, scale, scheme },
        }}
        frames={waiting}
      />
      {model.chains !== undefined && (
        <Fetched
          load={loadChains}
          props={{ model, layout, beat, focus, fraction, subscribe }}
          frames={waiting}
        />
      )}
      {layout.buffers !== undefined && buffers !== undefined && (
        <div className="scene-buffers" style={placed(layout.buffers, scale)}>
          {buffers}
        </div>
      )}
      {layout.beneath !== undefined && beneath !== undefined && (
        <div className="scene-beneath" style={placed(layout.beneath, scale)}>
          {beneath}
        </div>
      )}
      {layout.tabs && <LevelTabs columns={model.columns} selected={column} shown={shown} onSelect={choose} />}
      {every && <Fetched load={loadEvery} props={{ model, size, scheme, focus, onFocus }} frames={waiting} />}
      <button
        type="button"
        className={classNames('scene-mode', layout.tabs && 'at-foot')}
        aria-pressed={every}
        aria-label="Every entry"
        data-tip="Every entry of every table"
        onClick={() => setEvery(!every)}
      >
        <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
          <path
            fill="currentColor"
            d="M2 3h3v2H2zm4.5 0h3v2h-3zM11 3h3v2h-3zM2 7h3v2H2zm4.5 0h3v2h-3zM11 7h3v2h-3zM2 11h3v2H2zm4.5 0h3v2h-3zM11 11h3v2h-3z"
          />
        </svg>
      </button>
      {tips && !every && (
        <Fetched load={loadTip} props={{ model, layout, scale, entity: pointed }} frames={waiting} />
      )}
    </div>
  );
}

/** A rectangle of the picture as one of the page, where what is in it is drawn at the picture's scale. */
const placed = ({ x, y, w, h }: Rect, scale: number) => ({
  left: x * scale,
  top: y * scale,
  width: w,
  height: h,
  transform: `scale(${scale})`,
  transformOrigin: '0 0',
});

/** On a narrow stage: the column a person chose, until the next beat plays in another one. */
function useColumn(model: SceneModel): { column: ColumnKey; choose: (column: ColumnKey) => void } {
  const [chosen, setChosen] = useState<{ readonly model: SceneModel; readonly column: ColumnKey }>();
  const [followed, setFollowed] = useState<ColumnKey>('L1');
  const action = actionColumn(model);
  // Memory is in sight beside L1 anyway: a walk's last leg does not turn the page.
  const wanted = action === undefined || (action === 'mem' && followed === 'L1') ? followed : action;
  if (wanted !== followed) setFollowed(wanted);
  return {
    column: chosen?.model === model ? chosen.column : wanted,
    choose: (column) => {
      setChosen({ model, column });
      setFollowed(column);
    },
  };
}

function sameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  if (a.size !== b.size) return false;
  for (const one of a) if (!b.has(one)) return false;
  return true;
}
