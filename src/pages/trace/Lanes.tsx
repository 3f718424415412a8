import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { figure } from '../../base';
import { Legend } from '../../panels/lanes/Legend';
import { useSize } from '../../panels/stage/useSize';
import type { Controls } from '../../session/controls';
import type { LaneOverview } from '../../trace';
import { IconButton } from '../../ui/Button';
import { readColours } from '../../ui/readColour';
import { typeScale } from '../../ui/typeScale';
import { useScheme } from '../../ui/useScheme';
import type { TraceDesk } from './desk';
import './lanes.css';

/** CSS pixels, where the page's type has its usual size. */
const PITCH = 22;
const TICK = 13;
const MARKS = 10;
/** Fewer events than this are not spread over the whole width. */
const CLOSEST = 40;

interface Span {
  readonly from: number;
  readonly to: number;
}

/** What each vCPU does over the whole trace or a part of it; dragging goes through time. */
export function Lanes({ controls, desk }: { readonly controls: Controls; readonly desk: TraceDesk }) {
  const scheme = useScheme(useStore(controls.session.store, (s) => s.scheme));
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const scale = typeScale();
  const size = useSize(box);
  const opened = useStore(desk.store, (s) => s.opened);
  const event = useStore(desk.store, (s) => s.event);
  const total = opened?.events ?? 1;
  const [span, setSpan] = useState<Span>({ from: 0, to: total });
  const [lanes, setLanes] = useState<readonly LaneOverview[]>([]);
  const width = size?.w ?? 0;
  const names = [...(opened?.lanes ?? []), 'others'];
  const vcpus = names.length - 1;
  const shown = useMemo(
    () => lanes.filter((lane, i) => i < vcpus || lane.runs.some((run) => run >= 0)),
    [lanes, vcpus],
  );

  useEffect(() => setSpan({ from: 0, to: total }), [total]);

  // What is looked at stays in sight when the view is a part of the trace.
  useEffect(() => {
    setSpan((now) => {
      if (event >= now.from && event < now.to) return now;
      const length = now.to - now.from;
      const from = Math.min(Math.max(0, Math.round(event - length / 2)), Math.max(0, total - length));
      return { from, to: from + length };
    });
  }, [event, total]);

  useEffect(() => {
    if (width === 0) return;
    let wanted = true;
    desk
      .ask({ what: 'overview', from: span.from, to: span.to, parts: width })
      .then((got) => {
        if (wanted) setLanes(got);
      })
      .catch(() => undefined); // the trace was closed
    return () => {
      wanted = false;
    };
  }, [desk, span, width]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme decides the colours that are read
  useEffect(() => {
    const element = canvas.current;
    if (element === null || width === 0) return;
    draw(element, shown, width, scale);
  }, [shown, width, scale, scheme]);

  const at = (e: PointerEvent): number => {
    const rect = e.currentTarget.getBoundingClientRect();
    const x = Math.min(Math.max(0, e.clientX - rect.left), rect.width - 1);
    return span.from + Math.floor((x / rect.width) * (span.to - span.from));
  };
  const zoom = (by: number): void => {
    const length = Math.min(
      total,
      Math.max(Math.min(CLOSEST, total), Math.round((span.to - span.from) * by)),
    );
    const from = Math.min(Math.max(0, Math.round(event - length / 2)), total - length);
    setSpan({ from, to: from + length });
  };
  const onKeyDown = (e: KeyboardEvent): void => {
    if (e.key === '+') zoom(0.5);
    else if (e.key === '-') zoom(2);
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  const place = ((event + 0.5 - span.from) / (span.to - span.from)) * 100;
  return (
    <div className="trace-lanes">
      <ul className="trace-lanes-names" style={{ paddingTop: MARKS * scale }}>
        {shown.map((_, i) => (
          <li key={names[i]} style={{ height: PITCH * scale }}>
            {names[i]}
          </li>
        ))}
      </ul>
      <div
        className="trace-track"
        ref={box}
        role="slider"
        tabIndex={0}
        aria-label="Event"
        aria-valuemin={1}
        aria-valuemax={total}
        aria-valuenow={event + 1}
        aria-valuetext={`event ${figure(event + 1)} of ${figure(total)}`}
        style={{ height: (MARKS + shown.length * PITCH) * scale }}
        onKeyDown={onKeyDown}
        onPointerDown={(e) => {
          e.currentTarget.setPointerCapture(e.pointerId);
          desk.go(at(e));
        }}
        onPointerMove={(e) => {
          if (e.currentTarget.hasPointerCapture(e.pointerId)) desk.go(at(e));
        }}
      >
        <canvas ref={canvas} />
        {place >= 0 && place <= 100 && <i className="trace-cursor" style={{ left: `${place}%` }} />}
      </div>
      <div className="trace-lanes-foot">
        <Legend shows={(kind) => kind !== 'drain'} />
        <span>
          <IconButton icon="minus" label="Zoom out" keys="-" onClick={() => zoom(4)} />
          <IconButton icon="plus" label="Zoom in" keys="+" onClick={() => zoom(0.25)} />
          <IconButton icon="whole" label="The whole trace" onClick={() => setSpan({ from: 0, to: total })} />
        </span>
      </div>
    </div>
  );
}

/** A rectangle per run of pixels of one colour, and a mark above where something stands out. */
function draw(canvas: HTMLCanvasElement, lanes: readonly LaneOverview[], room: number, scale: number): void {
  const height = MARKS + lanes.length * PITCH;
  const width = room / scale;
  const ratio = devicePixelRatio * scale;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${room}px`;
  canvas.style.height = `${height * scale}px`;
  const context = canvas.getContext('2d');
  if (context === null) return;
  const colours = readColours(
    canvas,
    '--lane-guest',
    '--lane-walk',
    '--lane-hypervisor',
    '--lane-resync',
    '--hairline',
    '--wrong',
    '--penumbra-strong',
  );
  const fills = [
    colours['--lane-guest'],
    colours['--lane-walk'],
    colours['--lane-hypervisor'],
    colours['--lane-resync'],
  ];
  context.scale(ratio, ratio);
  lanes.forEach(({ runs, marks }, row) => {
    const top = MARKS + row * PITCH + (PITCH - TICK) / 2;
    const part = width / runs.length;
    context.fillStyle = colours['--hairline'];
    context.fillRect(0, Math.round(top + TICK / 2), width, 1);
    for (let from = 0; from < runs.length; ) {
      const run = runs[from] ?? -1;
      let to = from + 1;
      while (to < runs.length && runs[to] === run) to++;
      if (run >= 0) {
        context.fillStyle = fills[run] ?? '';
        const gap = part > 4 ? 1 : 0;
        if (gap === 0) context.fillRect(from * part, top, (to - from) * part, TICK);
        else for (let i = from; i < to; i++) context.fillRect(i * part, top, part - gap, TICK);
      }
      from = to;
    }
    marks.forEach((bits, i) => {
      // What a vCPU marks stands just above its own lane: unsync as a dot, faults and zaps as a dash.
      if ((bits & 0b0110) === 0) return;
      context.fillStyle = (bits & 2) !== 0 ? colours['--penumbra-strong'] : colours['--wrong'];
      context.fillRect(i * part, top - 4, Math.max(2, part - 1), 2);
    });
  });
}
