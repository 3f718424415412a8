import { line } from 'd3-shape';
import './plot.css';

export interface PlotLine {
  /** What the line is, said to those who listen. */
  readonly name: string;
  /** Drawn at its end: lines are told apart without their colours. */
  readonly letter: string;
  readonly tone: 'walk' | 'penumbra' | 'dirty' | 'writable' | 'wrong' | 'quiet';
  readonly dashes?: 'dots' | 'long';
  readonly points: readonly (readonly [number, number])[];
}

export interface PlotAxis {
  /** Smallest and largest value; for `log`, above 0. */
  readonly from: number;
  readonly to: number;
  readonly scale: 'log' | 'linear';
  readonly ticks: readonly number[];
  readonly text: (value: number) => string;
  /** Said beside the axis. */
  readonly label: string;
}

interface PlotProps {
  /** All that the picture shows, in a sentence. */
  readonly says: string;
  readonly x: PlotAxis;
  readonly y: PlotAxis;
  readonly lines: readonly PlotLine[];
  /** A value of x that is pointed at. */
  readonly here?: number;
  /** Bars under the lines, for values that were counted one by one. */
  readonly marks?: readonly { readonly at: readonly [number, number]; readonly letter: string }[];
}

const W = 300;
const H = 154;
const LEFT = 42;
const RIGHT = 16;
const TOP = 20;
const BOTTOM = 28;

/** Round figures from 0 to at least `most`, four or five of them: ticks of a linear axis. */
export function roundTicks(most: number): readonly number[] {
  if (most <= 0) return [0, 1];
  const rough = most / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * power).find((size) => size >= rough) ?? rough;
  return Array.from({ length: Math.ceil(most / step) + 1 }, (_, i) => i * step);
}

const share = ({ from, to, scale }: PlotAxis, value: number): number => {
  const inside = Math.min(Math.max(value, Math.min(from, to)), Math.max(from, to));
  if (from === to) return 0;
  return scale === 'log' ? Math.log(inside / from) / Math.log(to / from) : (inside - from) / (to - from);
};

/** Lines over two axes. Whatever it shows must also be said in figures beside it. */
export function Plot({ says, x, y, lines, here, marks = [] }: PlotProps) {
  const px = (value: number): number => LEFT + share(x, value) * (W - LEFT - RIGHT);
  const py = (value: number): number => H - BOTTOM - share(y, value) * (H - BOTTOM - TOP);
  const path = line<readonly [number, number]>()
    .x(([a]) => px(a))
    .y(([, b]) => py(b));
  return (
    <svg className="ui-plot" viewBox={`0 0 ${W} ${H}`} role="img" aria-label={says}>
      <text className="ui-plot-label" x={2} y={10}>
        {y.label}
      </text>
      <text className="ui-plot-label" x={W - RIGHT} y={H - 3} textAnchor="end">
        {x.label}
      </text>
      {y.ticks.map((tick) => (
        <g key={tick}>
          <line className="ui-plot-grid" x1={LEFT} x2={W - RIGHT} y1={py(tick)} y2={py(tick)} />
          <text className="ui-plot-tick" x={LEFT - 5} y={py(tick)} dy=".35em" textAnchor="end">
            {y.text(tick)}
          </text>
        </g>
      ))}
      {x.ticks.map((tick) => (
        <text key={tick} className="ui-plot-tick" x={px(tick)} y={H - BOTTOM + 12} textAnchor="middle">
          {x.text(tick)}
        </text>
      ))}
      {here !== undefined && (
        <line className="ui-plot-here" x1={px(here)} x2={px(here)} y1={TOP} y2={H - BOTTOM} />
      )}
      {lines.map(({ name, letter, tone, dashes, points }, nth) => {
        const last = points.at(-1) ?? [x.to, y.from];
        return (
          <g key={name} className={`ui-plot-line is-${tone}${dashes === undefined ? '' : ` has-${dashes}`}`}>
            <path d={path([...points]) ?? ''} />
            {here !== undefined && <circle cx={px(here)} cy={py(valueAt(points, here))} r="3" />}
            <text x={px(last[0]) + 4} y={apart(lines, nth, py)} dy=".35em">
              {letter}
            </text>
          </g>
        );
      })}
      {marks.map(({ at: [a, b], letter }) => (
        <text
          key={`${a} ${letter}`}
          className="ui-plot-mark"
          x={px(a)}
          y={py(b)}
          dy=".35em"
          textAnchor="middle"
        >
          {letter}
        </text>
      ))}
    </svg>
  );
}

/** Where a line's letter goes: at its end, but not on top of the one before it. */
function apart(lines: readonly PlotLine[], nth: number, py: (value: number) => number): number {
  const end = (i: number): number => py(lines[i]?.points.at(-1)?.[1] ?? 0);
  let y = end(nth);
  for (let i = 0; i < nth; i++) if (Math.abs(end(i) - y) < 9) y = end(i) + (y < end(i) ? -10 : 10);
  return y;
}

/** The value of a line at a place: of its nearest point to the left, or the first. */
function valueAt(points: PlotLine['points'], here: number): number {
  let found = points[0]?.[1] ?? 0;
  for (const [a, b] of points) if (a <= here) found = b;
  return found;
}
