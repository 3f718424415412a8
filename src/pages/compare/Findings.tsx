import { useMemo, useState } from 'react';
import { figure } from '../../base';
import { Plot } from '../../ui/Plot';
import '../../ui/countTable.css';
import type { ApartAt } from '../../views/compare/apart';
import { countable, countsAt, series } from '../../views/compare/counts';
import type { Difference } from '../../views/compare/differences';
import type { Pair } from '../../views/compare/together';
import { Apart } from './Apart';
import { Stale } from './Stale';
import type { Compared } from './useComparison';

interface FindingsProps {
  readonly compared: Compared;
  readonly pair: Pair;
  readonly apart: ApartAt | undefined;
  /** Shows the place at which A and B have come to these cursors. */
  readonly onGo: (a: number, b: number) => void;
}

/** What the two runs come to, held against each other. */
export function Findings({ compared, pair, apart, onGo }: FindingsProps) {
  return (
    <div className="compare-findings">
      <First compared={compared} onGo={onGo} />
      {apart !== undefined && <Apart apart={apart} />}
      <Stale compared={compared} pair={pair} onGo={onGo} />
      <Counts compared={compared} pair={pair} />
    </div>
  );
}

function First({ compared: { differences, stops }, onGo }: Pick<FindingsProps, 'compared' | 'onGo'>) {
  const { first, firstForGuest } = differences;
  const opText = (one: Difference): string =>
    stops.find(({ actor, op }) => actor === one.actor && op === one.op)?.text ?? '';
  const rows = [
    { name: 'First event that differs', one: first, none: 'Event by event, the two runs are the same.' },
    {
      name: 'First that the guest can see',
      one: firstForGuest,
      none: 'The guest cannot tell them apart: the same values, the same faults.',
    },
  ];
  return (
    <section aria-label="Where they part">
      <h2>Where they part</h2>
      {rows.map(({ name, one, none }) => (
        <div key={name} className="compare-first">
          <h3>{name}</h3>
          {one === undefined ? (
            <p className="compare-note">{none}</p>
          ) : (
            <>
              <p className="compare-note">
                In <code>{opText(one)}</code> of vCPU {one.actor}
              </p>
              <dl>
                <dt>A</dt>
                <dd>
                  <Event side={one.a} />
                </dd>
                <dt>B</dt>
                <dd>
                  <Event side={one.b} />
                </dd>
              </dl>
              <button
                type="button"
                className="ui-button is-outline"
                onClick={() => onGo(one.a.cursor, one.b.cursor)}
              >
                Go there
              </button>
            </>
          )}
        </div>
      ))}
    </section>
  );
}

/** What happened, in words, and as the event that a scenario would expect. */
function Event({ side }: { readonly side: Difference['a'] }) {
  if (side.text === undefined) return <p>Nothing more happens in this operation.</p>;
  return (
    <>
      {side.says !== '' && <p>{side.says}</p>}
      <code>{side.text}</code>
    </>
  );
}

function Counts({ compared, pair }: Pick<FindingsProps, 'compared' | 'pair'>) {
  const { left, right, stops } = compared;
  const [a, b] = [left.session.run, right.session.run];
  const [named, setNamed] = useState('steps');
  const counts = useMemo(
    () => (a === undefined || b === undefined ? [] : countsAt(a, b, pair)),
    [a, b, pair],
  );
  const lines = useMemo(
    () => (a === undefined || b === undefined ? undefined : series(a, b, stops, named)),
    [a, b, stops, named],
  );
  const choices = useMemo(() => (a === undefined || b === undefined ? [] : countable(a, b)), [a, b]);
  if (lines === undefined) return null;
  const most = Math.max(1, ...lines.a, ...lines.b);
  const last = Math.max(1, stops.length);
  return (
    <section aria-label="Counters">
      <h2>Counters, up to here</h2>
      <label className="compare-plotted">
        Plotted over the operations
        <select value={named} onChange={(event) => setNamed(event.target.value)}>
          {choices.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <Plot
        says={`${named} over ${figure(stops.length)} operations: A comes to ${figure(lines.a.at(-1) ?? 0)}, B to ${figure(lines.b.at(-1) ?? 0)}.`}
        x={{ from: 0, to: last, scale: 'linear', ticks: [0, last], text: figure, label: 'operations done' }}
        y={{ from: 0, to: most, scale: 'linear', ticks: [0, most], text: figure, label: named }}
        lines={[
          { name: 'A', letter: 'A', tone: 'writable', points: lines.a.map((y, x) => [x, y] as const) },
          {
            name: 'B',
            letter: 'B',
            tone: 'penumbra',
            dashes: 'long',
            points: lines.b.map((y, x) => [x, y] as const),
          },
        ]}
        here={pair.stop}
      />
      <table className="count-table">
        <thead>
          <tr>
            <th scope="col">count</th>
            <th scope="col">A</th>
            <th scope="col">B</th>
            <th scope="col">B − A</th>
          </tr>
        </thead>
        <tbody>
          {counts.map(({ name, says, a: one, b: other }) => (
            <tr key={name} data-tip={says}>
              <th scope="row">{name}</th>
              <td>{one === undefined ? '—' : figure(one)}</td>
              <td>{other === undefined ? '—' : figure(other)}</td>
              <td>{one === undefined || other === undefined ? '' : signed(other - one)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const signed = (value: number): string =>
  value === 0 ? '0' : `${value < 0 ? '−' : '+'}${figure(Math.abs(value))}`;
