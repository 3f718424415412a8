import { type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import { readColours } from '../../ui/readColour';
import type { EntityId } from '../../views/scene/entity';
import { frameAt, type MotionFrame } from '../../views/scene/frameAt';
import type { SceneLayout } from '../../views/scene/layoutTypes';
import type { Timeline } from '../../views/scene/timeline';
import { applyMotion } from './applyMotion';
import { drawMotion, TOKENS } from './drawMotion';

interface MotionProps extends Omit<CanvasProps, 'frame'> {
  readonly layout: SceneLayout;
  readonly beat: Timeline;
  /** How far the beat has got, now. */
  readonly fraction: () => number;
  /** What is moved: the scene's own marks are in it. */
  readonly root: RefObject<HTMLElement | null>;
  /** Told which changes have not happened yet. */
  readonly onBefore: (before: ReadonlySet<EntityId>) => void;
}

/** A beat in motion: marks that move or fade, changes that have not happened yet, and what is drawn over all of it. */
export default function Motion({ layout, beat, fraction, root, onBefore, ...canvas }: MotionProps) {
  const { subscribe } = canvas;
  const frame = useCallback(() => frameAt(layout, beat, fraction()), [layout, beat, fraction]);
  useEffect(() => {
    const update = (): void => {
      const now = frame();
      if (root.current !== null) applyMotion(root.current, now);
      onBefore(now.before);
    };
    update();
    return subscribe(update);
  }, [frame, subscribe, root, onBefore]);
  return <MotionCanvas frame={frame} {...canvas} />;
}

interface CanvasProps {
  readonly width: number;
  readonly height: number;
  /** Scene units per CSS pixel are 1 / scale. */
  readonly scale: number;
  /** The picture of this moment; asked for once per drawing. */
  readonly frame: () => MotionFrame;
  /** Calls back whenever the moment has changed; returns how to stop. */
  readonly subscribe: (draw: () => void) => () => void;
  /** A change of scheme means other colours. */
  readonly scheme: string;
}

/** What moves, on a canvas over the marks: thousands of flashes cost no element, and nothing beneath is drawn again. */
function MotionCanvas({ width, height, scale, frame, subscribe, scheme }: CanvasProps) {
  const ref = useRef<HTMLCanvasElement>(null);
  const drawn = useRef(false);
  // Asking for colours and sizing a canvas are dear: once per scheme and size, not per beat.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another scheme, other colours
  const palette = useMemo(() => readColours(document.body, ...TOKENS), [scheme]);
  const ratio = window.devicePixelRatio;
  useLayoutEffect(() => {
    const canvas = ref.current;
    if (canvas === null) return;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }, [width, height]);
  useEffect(() => {
    const context = ref.current?.getContext('2d');
    if (context === null || context === undefined) return;
    const draw = (): void => {
      const now = frame();
      const empty =
        now.token === undefined &&
        now.washes.length === 0 &&
        now.bar === undefined &&
        now.count === undefined;
      if (empty && !drawn.current) return;
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, context.canvas.width, context.canvas.height);
      context.setTransform(ratio * scale, 0, 0, ratio * scale, 0, 0);
      drawMotion(context, now, palette);
      drawn.current = !empty;
    };
    draw();
    return subscribe(draw);
  }, [scale, frame, subscribe, palette]);
  return <canvas ref={ref} style={{ width, height }} />;
}
