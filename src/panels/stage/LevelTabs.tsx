import { type KeyboardEvent, useRef } from 'react';
import { classNames } from '../../ui/classNames';
import type { ColumnKey, ColumnModel } from '../../views/scene/model';

interface LevelTabsProps {
  readonly columns: readonly ColumnModel[];
  readonly selected: ColumnKey;
  readonly shown: ReadonlySet<ColumnKey>;
  readonly onSelect: (column: ColumnKey) => void;
}

/** Where not all levels fit side by side: choose the one to look at; its neighbour comes along. */
export function LevelTabs({ columns, selected, shown, onSelect }: LevelTabsProps) {
  const row = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const at = columns.findIndex((c) => c.key === selected) + by;
    const to = columns[at];
    if (by === 0 || to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onSelect(to.key);
    row.current?.querySelectorAll<HTMLElement>('[role="tab"]')[at]?.focus();
  };
  return (
    <div className="scene-tabs" role="tablist" aria-label="Levels" ref={row} onKeyDown={onKeyDown}>
      {columns.map(({ key }) => (
        <button
          key={key}
          type="button"
          role="tab"
          aria-selected={key === selected}
          tabIndex={key === selected ? 0 : -1}
          className={classNames(key !== selected && shown.has(key) && 'is-neighbour')}
          onClick={() => onSelect(key)}
        >
          {key}
        </button>
      ))}
    </div>
  );
}
