import { useId, useMemo, useState } from 'react';
import { figure } from '../../base';
import {
  type Knob,
  type LabConfig,
  type LabResult,
  printConfig,
  type Sweep,
  type SweepLine,
} from '../../lab';
import { pageAddress } from '../../session/pages';
import { Plot } from '../../ui/Plot';
import { CountingControls } from './CountingControls';
import { useCounting } from './counting';
import { type SweepPoint, sweepAxes, sweepLines } from './sweepPlot';

interface SweepProps {
  readonly source: string;
  readonly sweep: Sweep;
  readonly begin: () => () => void;
}

/** One knob of the made-up workload, chosen by the reader, turned through its values. */
export function SweepSection({ source, sweep, begin }: SweepProps) {
  const id = useId();
  const [name, setName] = useState(sweep.knobs[0]?.name ?? '');
  const knob = sweep.knobs.find((one) => one.name === name) ?? sweep.knobs[0];
  if (knob === undefined) return null;
  return (
    <section className="published-sweep" aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>{sweep.says}</h3>
      <p className="published-knob">
        <label htmlFor={id}>The knob</label>
        <select id={id} value={name} onChange={(event) => setName(event.target.value)}>
          {sweep.knobs.map((one) => (
            <option key={one.name} value={one.name}>
              {one.label}
            </option>
          ))}
        </select>
      </p>
      <Turned key={knob.name} source={source} sweep={sweep} knob={knob} begin={begin} />
    </section>
  );
}

interface TurnedProps extends SweepProps {
  readonly knob: Knob;
}

function Turned({ source, sweep, knob, begin }: TurnedProps) {
  const runs = useMemo(() => knob.values.map((value) => knob.run(value)), [knob]);
  const counting = useCounting(runs, begin);
  const points = pointsOf(knob, runs, sweep, counting.results);
  return (
    <>
      <CountingControls
        of={`${source}: ${knob.label}`}
        ask={`Count with ${list(knob.values.map(figure))}`}
        runs={runs}
        counting={counting}
      />
      {points.length > 0 && <Picture sweep={sweep} knob={knob} points={points} results={counting.results} />}
    </>
  );
}

const list = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

function pointsOf(
  { values }: Knob,
  runs: readonly LabConfig[],
  { lines, times }: Sweep,
  results: ReadonlyMap<string, LabResult>,
): readonly SweepPoint[] {
  return values.flatMap((value, nth) => {
    const run = runs[nth];
    const result = run === undefined ? undefined : results.get(printConfig(run));
    if (result === undefined) return [];
    const ratios = lines.map(({ parts }) => {
      const [part, whole] = parts(result);
      return whole === 0 ? undefined : (times * part) / whole;
    });
    return [{ value, ratios }];
  });
}

interface PictureProps {
  readonly sweep: Sweep;
  readonly knob: Knob;
  readonly points: readonly SweepPoint[];
  readonly results: ReadonlyMap<string, LabResult>;
}

function Picture({ sweep, knob, points, results }: PictureProps) {
  const { lines, unit } = sweep;
  const { x, y } = sweepAxes(points, lines, { x: knob.label, unit });
  const said = lines.map(({ letter, name, published }) =>
    published === undefined
      ? `${letter}: ${name}`
      : `${letter}: ${name} (${letter}*: published, ${published} ${unit})`,
  );
  return (
    <div className="published-turned">
      {points.length > 1 && (
        <figure>
          <Plot says={`${sweep.says}. ${said.join('. ')}.`} x={x} y={y} lines={sweepLines(points, lines)} />
          <figcaption>{said.join('. ')}.</figcaption>
        </figure>
      )}
      <div className="published-scroll">
        <table>
          <caption>{knob.label}: counted</caption>
          <thead>
            <tr>
              <th scope="col">{knob.label}</th>
              {lines.map(({ letter, name }) => (
                <th key={letter} scope="col">
                  {letter}: {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {points.map(({ value, ratios }) => (
              <tr key={value}>
                <th scope="row">
                  <a href={pageAddress('lab', printConfig(knob.run(value)))}>{figure(value)}</a>
                </th>
                {lines.map((line, nth) => (
                  <td key={line.letter}>
                    {words(ratios[nth], unit, line, results.get(printConfig(knob.run(value))))}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function words(
  ratio: number | undefined,
  unit: string,
  line: SweepLine,
  result: LabResult | undefined,
): string {
  if (ratio === undefined || result === undefined) return 'nothing of the kind has happened';
  const [part, whole] = line.parts(result);
  const value = `${figure(Number(ratio.toPrecision(3)))} ${unit}`.trim();
  return `${value} (${figure(part)} ${unit === '%' ? 'of' : 'for'} ${figure(whole)})`;
}
