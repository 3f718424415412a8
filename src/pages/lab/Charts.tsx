import { figure } from '../../base';
import { CHARTS, type Chart, curveOf, type LabResult, totalOf } from '../../lab';
import { Plot, type PlotAxis, type PlotLine, roundTicks } from '../../ui/Plot';

interface Shown {
  readonly letter: 'A' | 'B';
  readonly result: LabResult;
}

/** `1.2M`, `300k`: axes are narrow. */
function short(value: number): string {
  if (value >= 1_000_000) return `${Number((value / 1_000_000).toPrecision(3))}M`;
  if (value >= 1000) return `${Number((value / 1000).toPrecision(3))}k`;
  return String(Number(value.toPrecision(2)));
}

/** What happens over time: a picture for each quantity that happens at all. */
export function Charts({ shown }: { readonly shown: readonly Shown[] }) {
  const happening = CHARTS.filter((chart) => shown.some(({ result }) => (totalOf(result, chart) ?? 0) > 0));
  if (happening.length === 0) return null;
  return (
    <section className="lab-charts" aria-label="Over time">
      <h2>Over time, per 1,000 accesses</h2>
      <div className={`lab-charts-all ${columnsFor(happening.length)}`}>
        {happening.map((chart) => (
          <Picture key={chart.title} chart={chart} shown={shown} />
        ))}
      </div>
    </section>
  );
}

/** As many columns as leave no hole in the last row, where that is possible. */
const columnsFor = (charts: number): string =>
  charts % 3 !== 0 && charts % 2 === 0 ? 'is-by-two' : 'is-by-three';

function Picture({ chart, shown }: { readonly chart: Chart; readonly shown: readonly Shown[] }) {
  const lines = shown.flatMap(({ letter, result }): PlotLine[] => {
    const points = curveOf(result, chart);
    if (points === undefined) return [];
    return [
      {
        name: letter,
        letter,
        tone: letter === 'A' ? 'penumbra' : 'writable',
        ...(letter === 'B' && { dashes: 'long' as const }),
        points,
      },
    ];
  });
  const most = Math.max(...lines.flatMap(({ points }) => points.map(([, rate]) => rate)));
  const ticks = roundTicks(most);
  const length = Math.max(...shown.map(({ result }) => result.windows.at(-1)?.accesses ?? 0));
  const totals = shown.map(({ letter, result }) => {
    const total = totalOf(result, chart);
    return `${letter}: ${total === undefined ? 'not counted' : figure(total)}`;
  });
  const y: PlotAxis = {
    from: 0,
    to: ticks.at(-1) ?? 1,
    scale: 'linear',
    ticks,
    text: short,
    label: '',
  };
  const x: PlotAxis = {
    from: 0,
    to: length,
    scale: 'linear',
    // None at the end: the letters of the lines stand there.
    ticks: [0, 0.25, 0.5, 0.75].map((part) => part * length),
    text: short,
    label: `of ${short(length)} accesses`,
  };
  return (
    <figure className="lab-chart">
      <figcaption>
        <strong>{chart.title}</strong>
        <span>{totals.join('   ')}</span>
        <p>{chart.says}</p>
      </figcaption>
      <Plot
        says={`${chart.title} over time. ${chart.says} In all: ${totals.join(', ')}.`}
        x={x}
        y={y}
        lines={lines}
      />
    </figure>
  );
}
