import { type DragEvent, useState } from 'react';
import { type AnswersFile, type Assigned, reportTable, sheetAddress } from '../../homework';
import type { Controls } from '../../session/controls';
import { Button } from '../../ui/Button';
import { MarksTable } from './MarksTable';
import { useMarking } from './useMarking';

interface HandedProps {
  readonly controls: Controls;
  readonly assigned: Assigned;
  /** The list of names cannot be read: nobody's own sheet is known. */
  readonly blocked: boolean;
}

const NO_FILES: readonly AnswersFile[] = [];

/** Marks the files that students have handed in, as `npm run grade` does. */
export function Handed({ controls, assigned, blocked }: HandedProps) {
  const { session, host } = controls;
  const [files, setFiles] = useState(NO_FILES);
  const [only, setOnly] = useState(true);
  const marked = useMarking(session, blocked ? NO_FILES : files, only ? assigned : undefined);
  const take = async (list: FileList | null): Promise<void> => {
    const chosen = [...(list ?? [])];
    if (chosen.length === 0) return;
    setFiles(
      await Promise.all(
        chosen.map(async (file): Promise<AnswersFile> => {
          try {
            return { file: file.name, text: await file.text() };
          } catch (error) {
            return { file: file.name, text: undefined, why: (error as Error).message };
          }
        }),
      ),
    );
  };
  const drop = (e: DragEvent): void => {
    e.preventDefault();
    void take(e.dataTransfer.files);
  };
  const waiting = marked !== undefined && marked.done < files.length;
  const name = sheetAddress(assigned.sheet).replaceAll('/', '-');
  return (
    <section
      className="homework-exercise"
      aria-labelledby="staff-marks"
      onDragOver={(e) => e.preventDefault()}
      onDrop={drop}
    >
      <h2 id="staff-marks">Mark what was handed in</h2>
      <p>
        Choose all files at once, or drop them here. They stay in this page. On a terminal{' '}
        <code>
          npm run grade -- *.json --sheet {sheetAddress(assigned.sheet)}
          {assigned.roster !== undefined && ' --class names.txt'}
        </code>{' '}
        gives the same report.
      </p>
      <div className="homework-staff">
        <label>
          Files of answers
          <input
            type="file"
            multiple
            accept=".json,application/json"
            // A file that was put right is chosen under the name it had.
            onClick={(e) => {
              e.currentTarget.value = '';
            }}
            onChange={(e) => void take(e.target.files)}
          />
        </label>
        <label className="homework-tick">
          <input type="checkbox" checked={only} onChange={(e) => setOnly(e.target.checked)} />
          Only answers to {assigned.roster === undefined ? 'this sheet' : 'each student’s own sheet'} count
        </label>
      </div>
      {blocked && files.length > 0 && (
        <p className="homework-wrong">The list of names cannot be read: put it right, and marking goes on.</p>
      )}
      {marked !== undefined && (
        <>
          <MarksTable report={marked.report} />
          {marked.problems.length > 0 && (
            <>
              <h3>Somebody should look at this</h3>
              <ul className="homework-problems">
                {marked.problems.map((one) => (
                  <li key={one}>{one}</li>
                ))}
              </ul>
            </>
          )}
          <div className="homework-ways">
            <Button
              look="outline"
              disabled={waiting}
              onClick={() => host.download(`marks-${name}.csv`, reportTable(marked.report), 'text/csv')}
            >
              Save as a table
            </Button>
            <Button
              look="outline"
              disabled={waiting}
              onClick={() =>
                host.download(
                  `marks-${name}.json`,
                  `${JSON.stringify(marked.report, null, 2)}\n`,
                  'application/json',
                )
              }
            >
              Save the whole report
            </Button>
          </div>
        </>
      )}
      <p role="status" className="homework-small">
        {marked !== undefined &&
          `${marked.done} of ${files.length} ${files.length === 1 ? 'file' : 'files'} marked.`}
      </p>
    </section>
  );
}
