import { useEffect, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import { decodedUri, figure } from '../../base';
import { type Recorded, readRecorded } from '../../oracle/recordedText';
import { type RecordedWords, recordedWords } from '../../oracle/recordedWords';
import type { Controls } from '../../session/controls';
import { openCase, openedCases } from '../../session/recorded/opened';
import { fetchRecordings } from '../../session/recorded/samples';
import { Button } from '../../ui/Button';
import { PageHead } from '../../ui/PageHead';
import './recorded.css';

interface Row {
  readonly key: string;
  readonly text: string;
  readonly from: string;
  readonly recorded: Recorded | undefined;
  readonly said: RecordedWords | undefined;
  readonly error: string | undefined;
}

const SYSTEMS = { kvm: 'Linux 6.1, KVM', xen: 'Xen 4.17' } as const;

function rowOf(text: string, key: string, from: string): Row {
  const read = readRecorded(text);
  return read.kind === 'ok'
    ? { key, text, from, recorded: read.value, said: recordedWords(read.value), error: undefined }
    : { key, text, from, recorded: undefined, said: undefined, error: read.error };
}

const matches = (row: Row, words: readonly string[]): boolean => {
  const { recorded, said } = row;
  if (recorded === undefined || said === undefined) return words.length === 0;
  const text = [recorded.c.name, SYSTEMS[recorded.system], said.guest, ...said.counts, ...said.shows]
    .join(' ')
    .toLowerCase();
  return words.every((word) => text.includes(word));
};

interface CasesProps {
  readonly rows: readonly Row[];
  readonly onOpen: (row: Row) => void;
  /** Each says which system it is of: nothing above them does. */
  readonly named?: boolean;
}

function Cases({ rows, onOpen, named = false }: CasesProps) {
  return (
    <ul className="recorded-list">
      {rows.map((row) => (
        <li key={row.key}>
          {row.recorded === undefined || row.said === undefined ? (
            <p className="recorded-wrong">
              {row.from}: {row.error}.
            </p>
          ) : (
            <>
              <div>
                <strong>{row.said.title}</strong>
                <span>
                  {named && `${SYSTEMS[row.recorded.system]}: `}
                  {row.said.guest}
                  {row.said.counts.map((count) => `, ${count}`)} <code>{row.recorded.c.name}</code>
                </span>
              </div>
              <Button
                look="outline"
                onClick={() => onOpen(row)}
                aria-label={`Put on stage: ${row.said.title} (${row.recorded.c.name})`}
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

const NONE = 'No case has all of these words. Try fewer.';

const lengthOf = ({ recorded }: Row): number => recorded?.c.ops.length ?? 0;

const howMany = (shown: number, of: number): string =>
  shown === of
    ? `${figure(of)} ${of === 1 ? 'case' : 'cases'}`
    : `${figure(shown)} of ${figure(of)} ${of === 1 ? 'case' : 'cases'}`;

/** Recorded cases to choose from: those of a file that was opened, and those that come with the page. */
export default function RecordedPage({
  controls,
  rest,
}: {
  readonly controls: Controls;
  readonly rest: string;
}) {
  const { session } = controls;
  const opened = useStore(openedCases(session), (s) => s.opened);
  const [samples, setSamples] = useState<readonly Row[]>();
  const [failed, setFailed] = useState<string>();
  const [wanted, setWanted] = useState('');

  // An address may say what to look for: `#/recorded/32-bit dirty`.
  useEffect(() => setWanted(decodedUri(rest)), [rest]);

  useEffect(() => {
    const done = session.frames.begin('recordings');
    fetchRecordings()
      .then(
        ({ kvm, xen }) =>
          setSamples(
            [...kvm, ...xen]
              .map((line, i) => rowOf(line, `sample ${i}`, `sample ${i + 1}`))
              .sort((a, b) => lengthOf(a) - lengthOf(b)),
          ),
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
  const empty = (rows: readonly Row[]): boolean => words.length > 0 && shown(rows).length === 0;

  return (
    <main className="recorded">
      <PageHead title="Recorded on real machines">
        Guest programs that ran on a real Linux and a real Xen, with everything that these did for them. Put
        one on stage: the tab “Recording” holds the machine against the simulation, operation by operation.
        For cases of your own, open a file of them or drop it here: JSON, one case per line, packed or not.
      </PageHead>
      <div className="recorded-find">
        <input
          type="search"
          aria-label="Search the cases"
          placeholder="Search: invlpg, 32-bit, dirty log, Xen…"
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
        />
        <Button look="outline" onClick={() => controls.execute('open-file')}>
          Open a file…
        </Button>
      </div>
      {own !== undefined && opened !== undefined && (
        <section aria-label={opened.name}>
          <h3>
            {opened.name}: {howMany(shown(own).length, own.length)}
          </h3>
          {empty(own) && <p>{NONE}</p>}
          <Cases rows={shown(own)} onOpen={open} named />
        </section>
      )}
      {failed !== undefined && (
        <p className="recorded-wrong">The samples could not be fetched: {failed}. Reload the page.</p>
      )}
      {samples === undefined && failed === undefined && <p>The samples are being fetched.</p>}
      {samples !== undefined && empty(samples) && <p>{NONE}</p>}
      {(Object.keys(SYSTEMS) as (keyof typeof SYSTEMS)[]).map((system) => {
        const of = samples?.filter(({ recorded }) => recorded?.system === system) ?? [];
        const found = shown(of);
        return found.length === 0 ? null : (
          <section key={system} aria-label={SYSTEMS[system]}>
            <h3>
              {SYSTEMS[system]}: {howMany(found.length, of.length)} that come with this page, the shortest
              first
            </h3>
            <Cases rows={found} onOpen={open} />
          </section>
        );
      })}
    </main>
  );
}
