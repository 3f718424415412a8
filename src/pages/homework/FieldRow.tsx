import { useState } from 'react';
import { assertNever } from '../../base';
import { type Mark, pointsText, type SheetExercise } from '../../homework';
import { classNames } from '../../ui/classNames';
import { FieldInput, ticksOf, writtenWrong } from './FieldInput';
import { StageWay } from './StageWay';

interface FieldRowProps {
  readonly one: SheetExercise;
  readonly field: SheetExercise['exercise']['fields'][number];
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** What became of what stands there now; undefined as long as nobody asked. */
  readonly mark: Mark | undefined;
  /** There is a button to check the answers. */
  readonly checks: boolean;
}

/** One thing that is asked, the answer to it, and its mark. */
export function FieldRow({
  one: { number, exercise, key },
  field,
  value,
  onChange,
  mark,
  checks,
}: FieldRowProps) {
  // What cannot be read is said to whoever has gone on, checked or not: nobody shall lose points by a slip of the pen.
  const [left, setLeft] = useState(false);
  const slip = left && mark === undefined ? writtenWrong(field, value) : undefined;
  const shown: Mark | undefined =
    mark ?? (slip === undefined ? undefined : { kind: 'unreadable', given: value, points: 0, says: slip });
  const id = `f${number}-${field.id}`;
  const input = (
    <FieldInput
      id={id}
      field={field}
      value={value}
      onChange={(typed) => {
        setLeft(false);
        onChange(typed);
      }}
      describedBy={shown === undefined ? undefined : `${id}-mark`}
    />
  );
  return (
    <li
      className={classNames('homework-field', shown !== undefined && `is-${shown.kind}`)}
      onBlur={(e) => goesOn(e.relatedTarget, checks) && setLeft(true)}
    >
      {ticksOf(field) === undefined ? (
        <>
          <label htmlFor={id}>{field.label}</label>
          {input}
        </>
      ) : (
        <fieldset>
          <legend>{field.label}</legend>
          {input}
        </fieldset>
      )}
      <span className="homework-points">{pointsText(field.points)}</span>
      {shown !== undefined && shown.kind !== 'missing' && (
        <p className="homework-mark" id={`${id}-mark`}>
          <b>{MARKS[shown.kind]}</b> {why(shown)}{' '}
          {shown.kind !== 'unreadable' && (
            <StageWay
              exercise={exercise}
              to={key.decided[field.id]}
              words="See where it is decided"
              about={field.label}
            />
          )}
        </p>
      )}
    </li>
  );
}

/**
 * Whether somebody who leaves a field is told at once what is wrong with it: whoever goes on to write, or only looks up. Not whoever is
 * about to click: what is told takes room, and would move the button from under the pointer; "Check" tells it as well.
 */
function goesOn(to: EventTarget | null, checks: boolean): boolean {
  if (to === null) return !checks;
  return to instanceof HTMLSelectElement || (to instanceof HTMLInputElement && to.type === 'text');
}

const MARKS: Readonly<Record<Mark['kind'], string>> = {
  right: '✓ Right.',
  wrong: '✗ Not so.',
  unreadable: '? Not understood.',
  missing: '',
};

function why(mark: Mark): string {
  switch (mark.kind) {
    case 'right':
    case 'missing':
      return '';
    case 'wrong':
      return mark.rule;
    case 'unreadable':
      return mark.says;
    default:
      return assertNever(mark);
  }
}
