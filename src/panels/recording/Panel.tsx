import { useStore } from 'zustand';
import type { EntryReport } from '../../oracle/recordedReport';
import type { Controls } from '../../session/controls';
import { cursorOf, entryAt, stagedCase } from '../../session/recorded/comparison';
import { goTo } from '../../session/stepping';
import './panel.css';

const SYSTEMS = { kvm: 'Linux 6.1', xen: 'Xen 4.17' } as const;

interface ColumnProps {
  readonly title: string;
  readonly recorded: readonly string[];
  readonly simulated: readonly string[];
  /** Nothing that is compared differs: the recording stands for both, with what it holds beyond that. */
  readonly agrees: boolean;
}

/** One kind of thing, once where both agree, else both. */
function Column({ title, recorded, simulated, agrees }: ColumnProps) {
  const equal = recorded.length === simulated.length && recorded.every((line, i) => line === simulated[i]);
  const same = agrees || equal;
  if (agrees && recorded.length === 0) return null;
  if (recorded.length === 0 && simulated.length === 0) return null;
  const list = (lines: readonly string[], other: readonly string[]) => (
    <ol>
      {lines.length === 0 && <li className="recording-none">nothing</li>}
      {lines.map((line, i) => (
        // Lines may be the same text: their place tells them apart.
        // biome-ignore lint/suspicious/noArrayIndexKey: the list of one operation never changes
        <li key={i} className={same || other.includes(line) ? undefined : 'is-other'}>
          {line}
        </li>
      ))}
    </ol>
  );
  return (
    <div className="recording-kind">
      <h3>{title}</h3>
      {same ? (
        list(recorded, simulated)
      ) : (
        <div className="recording-both">
          <div>
            <h4>Recorded</h4>
            {list(recorded, simulated)}
          </div>
          <div>
            <h4>Simulated</h4>
            {list(simulated, recorded)}
          </div>
        </div>
      )}
    </div>
  );
}

function Details({ report }: { readonly report: EntryReport }) {
  const { recorded, simulated, differences } = report;
  const agrees = differences.length === 0;
  const results = [recorded.result, simulated.result].every((text) => text === '')
    ? [[], []]
    : [[recorded.result], [simulated.result]];
  return (
    <div className="recording-details">
      {differences.length > 0 && (
        <ul className="recording-differences">
          {differences.map(({ what, expected, got }) => (
            <li key={what}>
              <strong>{what}</strong>: recorded {expected}, simulated {got}
            </li>
          ))}
        </ul>
      )}
      <Column title="Result" recorded={results[0] ?? []} simulated={results[1] ?? []} agrees={agrees} />
      <Column title="Events" recorded={recorded.events} simulated={simulated.events} agrees={agrees} />
      <Column
        title="Guest words changed"
        recorded={recorded.memory}
        simulated={simulated.memory}
        agrees={agrees}
      />
      <Column
        title="Shadow changes"
        recorded={recorded.shadow}
        simulated={simulated.shadow}
        agrees={agrees}
      />
    </div>
  );
}

/** What the real machine was recorded doing, beside what the simulation does: operation by operation, each leads to its moment. */
export function RecordingPanel({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const text = useStore(session.store, (s) => s.text);
  const cursor = useStore(session.store, (s) => s.cursor);
  useStore(session.store, (s) => s.version);
  const { run } = session;
  const staged = stagedCase(text);
  if (staged === undefined || run === undefined) return null;
  if (staged.reports.kind === 'error')
    return <p className="recording">This case cannot be replayed: {staged.reports.error}.</p>;
  const reports = staged.reports.value;
  const wrong = reports.filter(({ differences }) => differences.length > 0).length;
  const here = entryAt(run, staged.places, cursor);
  const entries = staged.recorded.c.ops.length;
  return (
    <section className="recording" aria-label="Recording">
      <h2>Recorded on {SYSTEMS[staged.recorded.system]}</h2>
      <p className="recording-sum" role="status">
        {wrong === 0
          ? `All ${reports.length} operations agree with the recording.`
          : `${wrong} of ${reports.length} operations differ from the recording.`}
        {reports.length < entries &&
          ` The other ${entries - reports.length} come after one that went astray and cannot be compared.`}
      </p>
      <ol className="recording-list">
        {reports.map((report, i) => {
          const agrees = report.differences.length === 0;
          const place = staged.places[i];
          return (
            <li key={report.where}>
              <button
                type="button"
                aria-current={i === here ? 'step' : undefined}
                onClick={() => {
                  if (place === undefined) return;
                  // A long run may not have been recorded that far yet.
                  if (run.ending.kind === 'open') run.extend();
                  goTo(session, cursorOf(run, place));
                }}
              >
                <span
                  className={agrees ? 'recording-tick' : 'recording-cross'}
                  role="img"
                  aria-label={agrees ? 'agrees' : 'differs'}
                >
                  {agrees ? '✓' : '✗'}
                </span>
                <span className="recording-where">{report.where}</span>
                <span className="recording-says">{report.says}</span>
              </button>
              {(i === here || !agrees) && <Details report={report} />}
            </li>
          );
        })}
      </ol>
    </section>
  );
}
