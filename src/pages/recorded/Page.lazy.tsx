import { useEffect, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import { type Recorded, readRecorded } from '../../oracle/recordedText';
import type { Controls } from '../../session/controls';
import { openCase, openedCases } from '../../session/recorded/opened';
import { fetchRecordings } from '../../session/recorded/samples';
import { Button } from '../../ui/Button';
import './recorded.css';

interface Row {
  readonly key: string;
  readonly text: string;
  readonly from: string;
  readonly recorded: Recorded | undefined;
  readonly error: string | undefined;
}

const SYSTEMS = { kvm: 'Linux 6.1, KVM', xen: 'Xen 4.17' } as const;

function rowOf(text: string, key: string, from: string): Row {
  const read = readRecorded(text);
  return read.kind === 'ok'
    ? { key, text, from, recorded: read.value, error: undefined }
    : { key, text, from, recorded: undefined, error: read.error };
}

/** What the recorder let a guest program do, if it says so. */
const features = ({ c }: Recorded): string =>
  'features' in c && Array.isArray(c.features) ? c.features.join(', ') : '';

const matches = (row: Row, words: readonly string[]): boolean => {
  const { recorded } = row;
  const text = [
    recorded?.c.name,
    recorded?.c.mode,
    recorded && SYSTEMS[recorded.system],
    recorded && features(recorded),
  ]
    .join(' ')
    .toLowerCase();
  return words.every((word) => text.includes(word));
};

function Cases({ rows, onOpen }: { readonly rows: readonly Row[]; readonly onOpen: (row: Row) => void }) {
  return (
    <ul className="recorded-list">
      {rows.map((row) => (
        <li key={row.key}>
          {row.recorded === undefined ? (
            <p className="recorded-wrong">
              {row.from}: {row.error}.
            </p>
          ) : (
            <>
              <div>
                <strong>{row.recorded.c.name}</strong>
                <span>
                  {SYSTEMS[row.recorded.system]}, mode {row.recorded.c.mode}, {row.recorded.c.ops.length}{' '}
                  operations
                  {features(row.recorded) === '' ? '' : `: ${features(row.recorded)}`}
                </span>
              </div>
              <Button
                look="outline"
                onClick={() => onOpen(row)}
                aria-label={`Put on stage: ${row.recorded.c.name}`}
              >
                Put on stage
              </Button>
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

/** Recorded cases to choose from: those of a file that was opened, and those that come with the page. */
export default function RecordedPage({ controls }: { readonly controls: Controls; readonly rest: string }) {
  const { session } = controls;
  const opened = useStore(openedCases(session), (s) => s.opened);
  const [samples, setSamples] = useState<readonly Row[]>();
  const [failed, setFailed] = useState<string>();
  const [wanted, setWanted] = useState('');

  useEffect(() => {
    const done = session.frames.begin('recordings');
    fetchRecordings()
      .then(
        ({ kvm, xen }) =>
          setSamples([...kvm, ...xen].map((line, i) => rowOf(line, `sample ${i}`, `sample ${i + 1}`))),
        (error: unknown) => setFailed(error instanceof Error ? error.message : String(error)),
      )
      .finally(done);
  }, [session]);

  const own = useMemo(
    () => opened?.lines.map(({ text, line }) => rowOf(text, `line ${line}`, `Line ${line}`)),
    [opened],
  );
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = (rows: readonly Row[]): readonly Row[] => rows.filter((row) => matches(row, words));
  const open = (row: Row): void =>
    openCase(session, controls.sources, row.text, row.recorded?.c.name ?? row.from);

  return (
    <main className="recorded">
      <h2>Recorded on real machines</h2>
      <p>
        Guest programs that ran on a real Linux and a real Xen, with everything that these did for them. Put
        one on stage: the tab “Recording” holds the machine against the simulation, operation by operation.
        Drop a file of cases here to choose from your own.
      </p>
      <input
        type="search"
        aria-label="Search the cases"
        placeholder="Search by name, mode or feature"
        value={wanted}
        onChange={(event) => setWanted(event.target.value)}
      />
      {own !== undefined && opened !== undefined && (
        <section aria-label={opened.name}>
          <h3>
            {opened.name}: {own.length} cases
          </h3>
          <Cases rows={shown(own)} onOpen={open} />
        </section>
      )}
      <section aria-label="Samples">
        <h3>Samples that come with this page</h3>
        {failed !== undefined && (
          <p className="recorded-wrong">They could not be fetched: {failed}. Reload the page.</p>
        )}
        {samples === undefined && failed === undefined && <p>The samples are being fetched.</p>}
        {samples !== undefined && shown(samples).length === 0 && (
          <p>No case has all of these words. Try fewer.</p>
        )}
        {samples !== undefined && <Cases rows={shown(samples)} onOpen={open} />}
      </section>
    </main>
  );
}
