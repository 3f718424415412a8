import { useState } from 'react';
import { readRoster, type SheetName, sheetAddress } from '../../homework';
import type { Controls } from '../../session/controls';
import { pageAddress } from '../../session/pages';
import { restOf } from './address';
import { ClassSheets } from './ClassSheets';
import { Handed } from './Handed';
import { SheetHead } from './SheetHead';

interface StaffViewProps {
  readonly controls: Controls;
  readonly sheet: SheetName;
}

/** For course staff: a sheet of their own for each student of a class, and the marks of what was handed in. Nothing leaves the page. */
export function StaffView({ controls, sheet }: StaffViewProps) {
  const [names, setNames] = useState('');
  const roster = names.trim() === '' ? undefined : readRoster(names);
  const students = roster?.kind === 'ok' ? roster.value : undefined;
  return (
    <>
      <SheetHead sheet={sheet} what="for course staff">
        <a href={pageAddress('homework', restOf({ kind: 'sheet', sheet, checks: true }))}>The sheet</a>
        <a href={pageAddress('homework', restOf({ kind: 'key', sheet }))}>Its key</a>
      </SheetHead>
      <section className="homework-exercise" aria-labelledby="staff-class">
        <h2 id="staff-class">A sheet for each student</h2>
        <p>
          With a list of names each student gets a sheet of their own: of the same kind and level, with
          another seed. The list and this sheet’s name make them again, so keep both.
        </p>
        <div className="homework-staff">
          <label>
            Names, one per line (left empty: all have the sheet {sheetAddress(sheet)})
            <textarea
              rows={5}
              value={names}
              spellCheck={false}
              aria-invalid={roster?.kind === 'error'}
              onChange={(e) => setNames(e.target.value)}
            />
          </label>
          {roster?.kind === 'error' && (
            <p role="alert" className="homework-wrong">
              {roster.error}
            </p>
          )}
        </div>
        {students !== undefined && <ClassSheets controls={controls} sheet={sheet} roster={students} />}
      </section>
      <Handed
        controls={controls}
        assigned={{ sheet, ...(students !== undefined && { roster: students }) }}
        blocked={roster?.kind === 'error'}
      />
    </>
  );
}
