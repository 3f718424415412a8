import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from 'react';
import { readColours } from '../../ui/readColour';
import { entityAt, layoutAtlas } from '../../views/scene/atlas';
import { entryName } from '../../views/scene/decode';
import type { EntityId } from '../../views/scene/entity';
import { ownerOf, parseEntity } from '../../views/scene/entity';
import type { SceneModel } from '../../views/scene/model';
import { ATLAS_TOKENS, AtlasPainter, type Camera, drawFocus } from './drawAtlas';
import type { Size } from './useSize';

interface EveryEntryProps {
  readonly model: SceneModel;
  readonly size: Size;
  readonly scheme: string;
  readonly focus: EntityId | undefined;
  readonly onFocus: (id: EntityId | undefined) => void;
}

const CLOSEST = 4;

/** Every entry of every table at once, to look things up: wheel or + and - zoom, dragging or arrows move, a click chooses. */
export default function EveryEntry({ model, size, scheme, focus, onFocus }: EveryEntryProps) {
  const ref = useRef<HTMLCanvasElement>(null);
  const painter = useMemo(() => new AtlasPainter(), []);
  const layout = useMemo(() => layoutAtlas(model, size.w / size.h), [model, size]);
  const whole = Math.min(size.w / layout.size.w, size.h / layout.size.h);
  const [view, setView] = useState<Camera>();
  const centre = { x: (layout.size.w - size.w / whole) / 2, y: (layout.size.h - size.h / whole) / 2 };
  const camera = view ?? { ...centre, zoom: whole };
  const drag = useRef<{ x: number; y: number; moved: boolean }>(undefined);
  const [said, setSaid] = useState('');

  // biome-ignore lint/correctness/useExhaustiveDependencies: another scheme, other colours
  const palette = useMemo(() => readColours(document.body, ...ATLAS_TOKENS), [scheme]);
  useEffect(() => {
    const canvas = ref.current;
    const context = canvas?.getContext('2d', { alpha: false });
    if (canvas === null || context === null || context === undefined) return;
    const ratio = window.devicePixelRatio;
    const w = Math.round(size.w * ratio);
    const h = Math.round(size.h * ratio);
    if (canvas.width !== w || canvas.height !== h) {
      canvas.width = w;
      canvas.height = h;
    }
    painter.draw(context, layout, camera, ratio, palette);
    const block = focus === undefined ? undefined : layout.blocks.find((b) => b.table.id === ownerOf(focus));
    if (block !== undefined && focus !== undefined)
      drawFocus(context, block, parseEntity(focus)?.index ?? -1, camera, ratio, palette);
  }, [painter, layout, camera, palette, size, focus]);

  const toAtlas = (x: number, y: number) => ({
    x: camera.x + x / camera.zoom,
    y: camera.y + y / camera.zoom,
  });
  const zoomAt = (x: number, y: number, by: number): void => {
    const zoom = Math.max(whole * 0.8, Math.min(CLOSEST, camera.zoom * by));
    const at = toAtlas(x, y);
    setView({ x: at.x - x / zoom, y: at.y - y / zoom, zoom });
  };
  const inside = (event: { clientX: number; clientY: number; currentTarget: Element }) => {
    const box = event.currentTarget.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const name = (id: EntityId | undefined): string => {
    const table = id === undefined ? undefined : model.tables.find((t) => t.id === ownerOf(id));
    const index = id === undefined ? -1 : (parseEntity(id)?.index ?? -1);
    return table === undefined ? '' : index < 0 ? table.id : entryName(table, index);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = 60 / camera.zoom;
    const moves: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [-step, 0],
      ArrowRight: [step, 0],
      ArrowUp: [0, -step],
      ArrowDown: [0, step],
    };
    const by = moves[event.key];
    if (by !== undefined) setView({ ...camera, x: camera.x + by[0], y: camera.y + by[1] });
    else if (event.key === '+' || event.key === '=') zoomAt(size.w / 2, size.h / 2, 1.3);
    else if (event.key === '-') zoomAt(size.w / 2, size.h / 2, 1 / 1.3);
    else if (event.key === '0') setView(undefined);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const onPointerMove = (event: PointerEvent): void => {
    const at = inside(event);
    const from = drag.current;
    if (from === undefined) {
      setSaid(name(entityAt(layout, toAtlas(at.x, at.y))));
      return;
    }
    if (Math.abs(at.x - from.x) + Math.abs(at.y - from.y) < 3 && !from.moved) return;
    setView({
      ...camera,
      x: camera.x - (at.x - from.x) / camera.zoom,
      y: camera.y - (at.y - from.y) / camera.zoom,
    });
    drag.current = { ...at, moved: true };
  };
  return (
    <>
      <div
        className="scene-atlas"
        role="application"
        aria-label={`Every entry of ${model.tables.length} tables. Arrows move, plus and minus zoom, 0 shows the whole.`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a map that is moved by keys
        tabIndex={0}
        data-own-keys
        onKeyDown={onKeyDown}
        onWheel={(event) => {
          const { x, y } = inside(event);
          zoomAt(x, y, Math.exp(-event.deltaY / 400));
        }}
        onPointerDown={(event) => {
          drag.current = { ...inside(event), moved: false };
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={onPointerMove}
        onPointerUp={(event) => {
          const at = inside(event);
          if (drag.current?.moved === false) onFocus(entityAt(layout, toAtlas(at.x, at.y)));
          drag.current = undefined;
        }}
      >
        <canvas ref={ref} style={{ width: size.w, height: size.h }} />
      </div>
      <p className="scene-atlas-said" aria-live="polite">
        {said === '' ? 'Every entry of every table' : said}
      </p>
    </>
  );
}
