import { useEffect, useMemo, useRef } from 'react';
import { type Beside, type LabResult, type PublishedSource, printConfig, runsOf } from '../../lab';
import { pageAddress } from '../../session/pages';
import { Origin } from '../../ui/Origin';
import { CountingControls } from './CountingControls';
import { useCounting } from './counting';
import { SweepSection } from './Sweep';
import { Tables } from './Tables';
import { useSeen } from './useSeen';
import type { Turns } from './useTurns';

interface SourceProps {
  readonly source: PublishedSource;
  readonly begin: () => () => void;
  readonly turns: Turns;
}

/** One document: its figures, what the simulation counts beside them, and how that moves. */
export function Source({ source, begin, turns: { ask, over, present } }: SourceProps) {
  const { id, title, origin, place, about, tables, figures, moves, sweep } = source;
  const runs = useMemo(() => runsOf(source), [source]);
  const counting = useCounting(runs, begin, () => over(id));
  const { results, start, progress } = counting;
  // What is on the screen counts by itself, once; whoever cancels it means it.
  const here = useRef<HTMLElement>(null);
  const seen = useSeen(here);
  const began = useRef(false);
  const wanted = seen && !began.current && runs.some((run) => !results.has(printConfig(run)));
  useEffect(() => {
    if (wanted) ask(id);
  }, [wanted, ask, id]);
  useEffect(() => {
    if (present !== id || began.current) return;
    began.current = true;
    // Whoever has asked for it meanwhile is not made to wait anew: its end is the end of the turn.
    if (progress === undefined) start(true);
  });
  return (
    <section className="published-source" ref={here} aria-labelledby={`published-${id}`}>
      <h2 id={`published-${id}`}>{title}</h2>
      <p className="published-origin">
        <Origin words={origin} />. Figures: {place}.
      </p>
      {about.map((words) => (
        <p key={words}>{words}</p>
      ))}
      {tables !== undefined && <Tables tables={tables} />}
      {runs.length > 0 && (
        <CountingControls of={title} ask={`Count now: ${runs.length} runs`} runs={runs} counting={counting} />
      )}
      {figures.length > 0 && (
        <div className="published-scroll">
          <table>
            <caption>What the document says, and what the simulation counts</caption>
            <thead>
              <tr>
                <th scope="col">Published</th>
                <th scope="col">Of what</th>
                <th scope="col">Counted here, on a made-up workload</th>
              </tr>
            </thead>
            <tbody>
              {figures.map(({ figure, of, cannot, beside }) => (
                <tr key={figure}>
                  <th scope="row">{figure}</th>
                  <td>{of}</td>
                  <td>
                    {cannot !== undefined && (
                      <p className="published-cannot">
                        {beside === undefined ? 'No figure' : 'No figure of this'}. {cannot}
                      </p>
                    )}
                    {beside?.map((one) => (
                      <Counted
                        key={one.says}
                        beside={one}
                        results={results}
                        running={progress !== undefined}
                      />
                    ))}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {moves !== undefined && (
        <div className="published-scroll">
          <table>
            <caption>{moves.says}</caption>
            <thead>
              <tr>
                <th scope="col">With</th>
                <th scope="col">Counted here</th>
              </tr>
            </thead>
            <tbody>
              {moves.rows.map(({ label, beside }) => (
                <tr key={label}>
                  <th scope="row">{label}</th>
                  <td>
                    {beside.map((one) => (
                      <Counted
                        key={one.says}
                        beside={one}
                        results={results}
                        running={progress !== undefined}
                      />
                    ))}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {sweep !== undefined && <SweepSection source={title} sweep={sweep} begin={begin} />}
    </section>
  );
}

interface CountedProps {
  readonly beside: Beside;
  readonly results: ReadonlyMap<string, LabResult>;
  readonly running: boolean;
}

/** A count once its runs are done, and where to do them oneself. */
function Counted({ beside: { says, runs, value }, results, running }: CountedProps) {
  const done = runs.flatMap((run) => results.get(printConfig(run)) ?? []);
  return (
    <p className="published-counted">
      <strong>
        {done.length === runs.length ? value(done) : running ? 'being counted' : 'not counted yet'}
      </strong>
      <span>{says}</span>
      {runs.map((run) => (
        <a key={printConfig(run)} href={pageAddress('lab', printConfig(run))}>
          this run in the lab
        </a>
      ))}
    </p>
  );
}
