import { useState } from 'react';
import { figure } from '../../base';
import {
  type CostMeans,
  type Geometry,
  mostReads,
  onLog,
  pathOfMost,
  SHADOW_COUNTS,
} from '../../views/xen/removalCost';

const W = 300;
const H = 139;
const LEFT = 34;
const BOTTOM = 25;
const TOP = 6;
const RIGHT = 6;

/** How each line is told from the others without its colour: dashes, and a letter at its end. */
const LINES: readonly { readonly means: CostMeans; readonly name: string; readonly letter: string }[] = [
  { means: 'search', name: 'search', letter: 'S' },
  { means: 'hint', name: 'hint', letter: 'H' },
  { means: 'guess', name: 'guesses', letter: 'G' },
  { means: 'fixup', name: 'fixups', letter: 'F' },
  { means: 'backlink', name: 'backlinks', letter: 'B' },
];

const FIRST = SHADOW_COUNTS[0] ?? 1;
const LAST = SHADOW_COUNTS.at(-1) ?? 1024;
const x = (shadows: number): number => LEFT + onLog(shadows, FIRST, LAST) * (W - LEFT - RIGHT - 10);

/** Reads at most, against the number of L1 shadows: only the full search grows. Both axes double evenly. */
export function CostPlot({ geometry }: { readonly geometry: Geometry }) {
  const [power, setPower] = useState(5);
  const shadows = SHADOW_COUNTS[power] ?? LAST;
  const top = LAST * geometry.entries;
  const y = (reads: number): number => H - BOTTOM - onLog(reads, 1, top) * (H - BOTTOM - TOP);
  const last = mostReads(geometry, LAST);
  const here = mostReads(geometry, shadows);
  return (
    <section aria-label="With more shadows" className="removal-plot">
      <h2>With {figure(shadows)} L1 shadows, at most</h2>
      <svg viewBox={`0 0 ${W} ${H}`} role="img" aria-label={said(shadows, here)}>
        {[1, 64, 4096, 262_144]
          .filter((reads) => reads <= top)
          .map((reads) => (
            <g key={reads}>
              <line className="removal-grid" x1={LEFT} x2={W - RIGHT} y1={y(reads)} y2={y(reads)} />
              <text className="removal-tick" x={LEFT - 5} y={y(reads)} dy=".35em" textAnchor="end">
                {short(reads)}
              </text>
            </g>
          ))}
        {[1, 32, 1024].map((n) => (
          <text key={n} className="removal-tick" x={x(n)} y={H - 5} textAnchor="middle">
            {figure(n)}
          </text>
        ))}
        <line className="removal-here" x1={x(shadows)} x2={x(shadows)} y1={TOP} y2={H - BOTTOM} />
        {LINES.map(({ means, letter }) => {
          // Fixups and backlinks cost the same for a page: the letters stand apart where the lines do not.
          const apart = means === 'fixup' ? 7 : 0;
          return (
            <g key={means} className={`removal-line of-${means}`}>
              <path d={pathOfMost(geometry, means, x, y)} />
              <circle cx={x(shadows)} cy={y(here.get(means) ?? 1)} r="3" />
              <text x={x(LAST) + 3 + apart} y={y(last.get(means) ?? 1)} dy=".35em">
                {letter}
              </text>
            </g>
          );
        })}
      </svg>
      <label className="removal-slider">
        L1 shadows
        <input
          type="range"
          min={0}
          max={SHADOW_COUNTS.length - 1}
          value={power}
          aria-valuetext={`${figure(shadows)} L1 shadows`}
          onChange={(event) => setPower(Number(event.target.value))}
        />
      </label>
      <dl className="removal-figures">
        {LINES.map(({ means, name, letter }) => (
          <div key={means} className={`removal-line of-${means}`}>
            <dt>
              <b>{letter}</b> {name}
            </dt>
            <dd>{figure(here.get(means) ?? 0)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

const short = (n: number): string => (n >= 1024 ? `${figure(Math.round(n / 1024))}k` : figure(n));

const said = (shadows: number, reads: ReadonlyMap<CostMeans, number>): string =>
  `Entries read at most with ${figure(shadows)} L1 shadows: ${LINES.map(({ means, name }) => `${name} ${figure(reads.get(means) ?? 0)}`).join(', ')}`;
