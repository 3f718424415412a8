import { useState } from 'react';
import { pointsText, type SheetName, sheetAddress, writeAnswers } from '../../homework';
import type { Controls } from '../../session/controls';
import { Banner } from '../../ui/Banner';
import { Button } from '../../ui/Button';
import { ExerciseView } from './ExerciseView';
import { writtenWrong } from './FieldInput';
import { KeptAside } from './KeptAside';
import { forgetAside, keep, keptFor, type Typed } from './keep';
import { SheetHead } from './SheetHead';
import { useSheet } from './useSheet';

interface SheetProps {
  readonly controls: Controls;
  readonly sheet: SheetName;
  readonly checks: boolean;
}

/** A sheet to be filled in. What is typed stays in this browser until it is handed in. */
export function Sheet({ controls, sheet, checks }: SheetProps) {
  const { session, host } = controls;
  const address = sheetAddress(sheet);
  const made = useSheet(session, sheet);
  const [{ student, typed, aside }, setKept] = useState(() => keptFor(session.keeper, address));
  const [trouble, setTrouble] = useState<string>();
  const [nameless, setNameless] = useState(false);
  const put = (nextStudent: string, nextTyped: Typed): void => {
    setKept({ student: nextStudent, typed: nextTyped, aside });
    setTrouble(keep(session.keeper, address, nextStudent, nextTyped));
  };
  const fields = made.flatMap(({ number, exercise }) =>
    exercise.fields.map(({ id }) => typed[String(number)]?.[id] ?? ''),
  );
  const answered = fields.filter((text) => text.trim() !== '').length;
  const slips = made.flatMap(({ number, exercise }) =>
    exercise.fields.filter(
      (field) => writtenWrong(field, typed[String(number)]?.[field.id] ?? '') !== undefined,
    ),
  ).length;
  const points = made
    .flatMap(({ exercise }) => exercise.fields)
    .reduce((sum, field) => sum + field.points, 0);
  const save = (): void => {
    setNameless(student.trim() === '');
    const name = student
      .trim()
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .toLowerCase();
    host.download(
      `answers${name === '' ? '' : `-${name}`}.json`,
      writeAnswers({ student: student.trim(), sheet, answers: typed }),
    );
  };
  return (
    <>
      <SheetHead sheet={sheet}>
        <label className="homework-name">
          Name
          <input
            type="text"
            value={student}
            autoComplete="name"
            onChange={(e) => put(e.target.value, typed)}
          />
        </label>
        <Button look="outline" onClick={() => window.print()}>
          Print
        </Button>
        <Button look="strong" onClick={save}>
          Save answers
        </Button>
      </SheetHead>
      {nameless && student.trim() === '' && (
        <Banner tone="wrong">
          The file was saved without a name. Type yours and save again: nobody could tell whose answers these
          are.
        </Banner>
      )}
      {trouble !== undefined && <Banner tone="wrong">{trouble}</Banner>}
      {aside !== undefined && (
        <KeptAside
          onSave={() => host.download('homework-kept.json', aside)}
          onForget={() => {
            forgetAside(session.keeper);
            setKept({ student, typed, aside: undefined });
          }}
        />
      )}
      {made.map((one) => (
        <ExerciseView
          key={`${address} ${one.number}`}
          one={one}
          typed={typed[String(one.number)] ?? {}}
          onType={(field, value) =>
            put(student, {
              ...typed,
              [one.number]: { ...typed[String(one.number)], [field]: value },
            })
          }
          checks={checks}
        />
      ))}
      <p className="homework-state" role="status">
        {made.length < sheet.count
          ? `Exercise ${made.length + 1} of ${sheet.count} is being made.`
          : `${answered} of ${fields.length} answers given${slipsText(slips)}, ${pointsText(points)} in all. ${checks ? '' : 'This sheet is marked by whoever gave it to you. '}“Save answers” makes the file to hand in.`}
      </p>
    </>
  );
}

const slipsText = (count: number): string =>
  count === 0 ? '' : ` (${count} of them cannot be read: see there)`;
