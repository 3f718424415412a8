import { figure } from '../../base';
import type { SweepLine } from '../../lab';
import { type PlotAxis, type PlotLine, roundTicks } from '../../ui/Plot';

/** What one value of a knob has come to. */
export interface SweepPoint {
  readonly value: number;
  /** By line; undefined where there is nothing to divide by. */
  readonly ratios: readonly (number | undefined)[];
}

/** Values that lie further apart than this are put on a logarithmic axis. */
const WIDE = 40;
const TONES = ['penumbra', 'writable', 'walk'] as const;

const decades = (from: number, to: number): number[] => {
  const first = Math.floor(Math.log10(from));
  const last = Math.max(first + 1, Math.ceil(Math.log10(to)));
  return Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i));
};

export function sweepAxes(
  points: readonly SweepPoint[],
  lines: readonly SweepLine[],
  labels: { readonly x: string; readonly unit: string },
): { readonly x: PlotAxis; readonly y: PlotAxis } {
  const values = points.map(({ value }) => value);
  const [from, to] = [Math.min(...values), Math.max(...values)];
  const ratios = [
    ...points.flatMap(({ ratios: all }) => all.flatMap((ratio) => ratio ?? [])),
    ...lines.flatMap(({ published }) => published ?? []),
  ];
  const most = Math.max(0, ...ratios);
  const least = Math.min(...ratios.filter((ratio) => ratio > 0));
  // Zero has no place on a logarithmic axis.
  const wide = ratios.every((ratio) => ratio > 0) && most / least > WIDE;
  const ticks = wide ? decades(least, most) : roundTicks(most);
  return {
    x: { from, to, scale: to / from > 5 ? 'log' : 'linear', ticks: values, text: figure, label: labels.x },
    y: {
      from: ticks[0] ?? 0,
      to: ticks.at(-1) ?? 1,
      scale: wide ? 'log' : 'linear',
      ticks,
      text: (value) => figure(Number(value.toPrecision(3))),
      label: labels.unit,
    },
  };
}

/** The counted lines, and a dotted one for each figure that the document gives. */
export function sweepLines(points: readonly SweepPoint[], lines: readonly SweepLine[]): readonly PlotLine[] {
  const [first, last] = [points[0]?.value ?? 0, points.at(-1)?.value ?? 0];
  return lines.flatMap(({ letter, name, published }, nth): PlotLine[] => [
    {
      name,
      letter,
      tone: TONES[nth % TONES.length] ?? 'walk',
      points: points.flatMap(({ value, ratios }) => {
        const ratio = ratios[nth];
        return ratio === undefined ? [] : [[value, ratio] as const];
      }),
    },
    ...(published === undefined
      ? []
      : [
          {
            name: `${name}, as published`,
            letter: `${letter}*`,
            tone: 'quiet' as const,
            dashes: 'dots' as const,
            points: [
              [first, published],
              [last, published],
            ] as const,
          },
        ]),
  ]);
}
