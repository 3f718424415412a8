import { Fragment, type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState } from 'react';
import './splitPane.css';

export interface Pane {
  readonly id: string;
  readonly content: ReactNode;
  /** Width in pixels to begin with; the one pane without takes what is left. */
  readonly size?: number;
  readonly min: number;
}

const KEY_STEP = 16;

/**
 * Columns with handles between them that drag and answer to the arrow keys. Each handle belongs to the sized pane beside it;
 * the pane without a size gives and takes. (The libraries for this weigh more than a tenth of the whole first load.)
 */
export function SplitPane({ panes }: { readonly panes: readonly Pane[] }) {
  const [sizes, setSizes] = useState<Readonly<Record<string, number>>>({});
  const box = useRef<HTMLDivElement>(null);
  const sizeOf = (pane: Pane): number | undefined =>
    pane.size === undefined ? undefined : Math.max(pane.min, sizes[pane.id] ?? pane.size);

  const resize = (pane: Pane, wanted: number): void => {
    const all = box.current?.clientWidth ?? 0;
    const others = panes.reduce((sum, one) => (one.id === pane.id ? sum : sum + (sizeOf(one) ?? one.min)), 0);
    const most = Math.max(pane.min, all - others);
    setSizes({ ...sizes, [pane.id]: Math.round(Math.min(most, Math.max(pane.min, wanted))) });
  };

  const flexible = panes.findIndex((pane) => pane.size === undefined);
  return (
    <div className="ui-split" ref={box}>
      {panes.map((pane, i) => {
        const size = sizeOf(pane);
        // The handle lies on the side that faces the pane which gives and takes.
        const before = i > flexible;
        const handle = size !== undefined && (
          <Handle
            name={pane.id}
            size={size}
            min={pane.min}
            sign={before ? -1 : 1}
            onSize={(to) => resize(pane, to)}
          />
        );
        return (
          <Fragment key={pane.id}>
            {before && handle}
            <div
              className="ui-split-pane"
              style={size === undefined ? { flex: 1, minWidth: pane.min } : { width: size }}
            >
              {pane.content}
            </div>
            {!before && handle}
          </Fragment>
        );
      })}
    </div>
  );
}

interface HandleProps {
  readonly name: string;
  readonly size: number;
  readonly min: number;
  /** 1 when dragging to the right makes the pane wider. */
  readonly sign: 1 | -1;
  readonly onSize: (size: number) => void;
}

function Handle({ name, size, min, sign, onSize }: HandleProps) {
  const grabbed = useRef<{ readonly x: number; readonly size: number }>(undefined);

  const onPointer = (event: PointerEvent): void => {
    if (event.type === 'pointerdown') {
      event.currentTarget.setPointerCapture(event.pointerId);
      grabbed.current = { x: event.clientX, size };
      return;
    }
    const from = grabbed.current;
    if (from === undefined || event.buttons === 0) return;
    onSize(from.size + sign * (event.clientX - from.x));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowRight') onSize(size + sign * KEY_STEP);
    else if (event.key === 'ArrowLeft') onSize(size - sign * KEY_STEP);
    else if (event.key === 'Home') onSize(min);
    else return;
    event.preventDefault();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a separator that moves is a control; <hr> is not
    <div
      className="ui-split-handle"
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={`Resize ${name}`}
      aria-valuenow={size}
      aria-valuemin={min}
      onPointerDown={onPointer}
      onPointerMove={onPointer}
      onKeyDown={onKeyDown}
    />
  );
}
