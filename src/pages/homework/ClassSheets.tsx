import { useMemo, useState } from 'react';
import { classTable, classText, type SheetName, sheetAddress, sheetOf } from '../../homework';
import type { Controls } from '../../session/controls';
import { pageAddress } from '../../session/pages';
import { Button } from '../../ui/Button';
import { restOf } from './address';

interface ClassSheetsProps {
  readonly controls: Controls;
  readonly sheet: SheetName;
  readonly roster: readonly string[];
}

/** Who has which sheet: to be mailed, or put on a course's page. */
export function ClassSheets({ controls, sheet, roster }: ClassSheetsProps) {
  const { host } = controls;
  const [checks, setChecks] = useState(false);
  const [said, setSaid] = useState('');
  const table = useMemo(() => classTable(sheet, roster, checks), [sheet, roster, checks]);
  const text = classText(table, host.address());
  const copy = async (): Promise<void> =>
    setSaid((await host.copy(text)) ? 'Copied.' : 'This browser does not let the page copy: save the table.');
  return (
    <>
      <label className="homework-tick">
        <input type="checkbox" checked={checks} onChange={(e) => setChecks(e.target.checked)} />
        Students may check their answers
      </label>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long table is scrolled by keys as well */}
      <div className="homework-table homework-long" tabIndex={0}>
        <table>
          <caption>
            {roster.length} {roster.length === 1 ? 'student' : 'students'}
          </caption>
          <thead>
            <tr>
              <th scope="col">student</th>
              <th scope="col">sheet</th>
              <th scope="col">key</th>
            </tr>
          </thead>
          <tbody>
            {table.students.map(({ student, sheet: own, address }) => (
              <tr key={student}>
                <th scope="row">{student}</th>
                <td>
                  <a href={address}>{own}</a>
                </td>
                <td>
                  <a
                    href={pageAddress('homework', restOf({ kind: 'key', sheet: sheetOf(sheet, student) }))}
                    aria-label={`The key of ${student}’s sheet`}
                  >
                    key
                  </a>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="homework-ways">
        <Button look="outline" onClick={() => void copy()}>
          Copy the table
        </Button>
        <Button
          look="outline"
          onClick={() => host.download(`class-${fileName(sheet)}.csv`, text, 'text/csv')}
        >
          Save the table
        </Button>
        <span role="status">{said}</span>
      </div>
    </>
  );
}

const fileName = (sheet: SheetName): string => sheetAddress(sheet).replaceAll('/', '-');
