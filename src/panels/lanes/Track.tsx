import { type PointerEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import type { Controls } from '../../session/controls';
import { notesOf } from '../../session/notes';
import { goTo } from '../../session/stepping';
import { readColours } from '../../ui/readColour';
import { useScheme } from '../../ui/useScheme';
import { type Lanes, type Span, shifted, zoomed } from '../../views/lanes';
import { momentWords } from '../../views/moment';
import { drawTrack, laneScale, type TrackColours, trackHeight } from './draw';
import { trackKey } from './keys';

interface TrackProps {
  readonly controls: Controls;
  readonly lanes: Lanes;
  readonly span: Span;
  readonly onSpan: (span: Span) => void;
  /** Names of actors and locks, for those who do not see them. */
  readonly label: string;
}

/** The ticks and, above them, the scrubber: drag or arrow keys move along the run, the wheel and + and − zoom. */
export function Track({ controls, lanes, span, onSpan, label }: TrackProps) {
  const { session } = controls;
  const cursor = useStore(session.store, (s) => s.cursor);
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const scheme = useScheme(useStore(controls.session.store, (s) => s.scheme));
  const scale = laneScale();
  const height = trackHeight(lanes) * scale;
  const colours = useRef<{ readonly of: string; readonly set: TrackColours }>(undefined);

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    setWidth(element.clientWidth);
    return () => observer.disconnect();
  }, []);

  const { run } = session;
  useEffect(() => {
    const element = canvas.current;
    const parent = box.current;
    if (element === null || parent === null || width === 0 || run === undefined) return;
    const draw = (): void => {
      const ratio = window.devicePixelRatio;
      element.width = Math.round(width * ratio);
      element.height = Math.round(height * ratio);
      const context = element.getContext('2d');
      if (context === null) return;
      context.scale(ratio * scale, ratio * scale);
      const notes = notesOf(run).map((note) => note.cursor);
      if (colours.current?.of !== scheme) colours.current = { of: scheme, set: coloursOf(parent) };
      drawTrack(context, lanes, notes, span, width / scale, colours.current.set);
    };
    session.frames.draw(draw);
    return () => session.frames.cancel(draw);
  }, [lanes, span, width, height, scale, run, session, scheme]);

  const stepAt = useCallback(
    (clientX: number): number => {
      const area = box.current?.getBoundingClientRect();
      if (area === undefined || area.width === 0) return 0;
      return span.from + ((clientX - area.left) / area.width) * (span.to - span.from);
    },
    [span],
  );

  const scrub = (event: PointerEvent): void => {
    if (event.type === 'pointerdown') event.currentTarget.setPointerCapture(event.pointerId);
    else if (event.buttons === 0) return;
    goTo(session, Math.round(stepAt(event.clientX)));
  };

  // React listens to the wheel passively; zooming must keep the page from scrolling.
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault();
      const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey;
      if (sideways) {
        const by =
          (event.deltaX || event.deltaY) * ((span.to - span.from) / Math.max(1, element.clientWidth));
        onSpan(shifted(span, lanes.length, by));
      } else onSpan(zoomed(span, lanes.length, 1.0015 ** event.deltaY, stepAt(event.clientX)));
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [span, lanes, onSpan, stepAt]);

  const share = (cursor - span.from) / (span.to - span.from);
  const words = run === undefined ? undefined : momentWords(run, cursor);
  return (
    <div
      ref={box}
      className="track"
      style={{ height }}
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={lanes.length}
      aria-valuenow={cursor}
      aria-valuetext={
        words === undefined
          ? undefined
          : `step ${cursor} of ${lanes.length}, ${words.actor}: ${words.caption}`
      }
      onPointerDown={scrub}
      onPointerMove={scrub}
      onKeyDown={(event) => {
        if (trackKey(controls, span, onSpan, event.key, event.shiftKey)) event.preventDefault();
      }}
    >
      <canvas ref={canvas} style={{ width, height }} />
      <div className="track-future" style={{ left: `${Math.min(1, Math.max(0, share)) * 100}%` }} />
      {share >= 0 && share <= 1 && <div className="track-cursor" style={{ left: `${share * 100}%` }} />}
    </div>
  );
}

function coloursOf(element: Element): TrackColours {
  const c = readColours(
    element,
    '--lane-guest',
    '--lane-walk',
    '--lane-hypervisor',
    '--lane-resync',
    '--lane-hardware',
    '--lane-drain',
    '--lane-idle',
    '--hairline',
    '--quiet',
    '--wrong',
    '--penumbra-strong',
    '--walk-line',
    '--control-line',
  );
  return {
    kinds: {
      guest: c['--lane-guest'],
      walk: c['--lane-walk'],
      hypervisor: c['--lane-hypervisor'],
      resync: c['--lane-resync'],
      hardware: c['--lane-hardware'],
      drain: c['--lane-drain'],
      idle: c['--lane-idle'],
    },
    line: c['--hairline'],
    lock: c['--control-line'],
    wrong: c['--wrong'],
    fault: c['--quiet'],
    branch: c['--penumbra-strong'],
    note: c['--walk-line'],
  };
}
