import { useMemo, useState } from 'react';
import { assertNever } from '../../base';
import { type Mark, markExercise, pointsText, type SheetExercise, stageLink } from '../../homework';
import { Button } from '../../ui/Button';
import { classNames } from '../../ui/classNames';
import { Blocks } from './Blocks';
import { FieldInput, ticksOf } from './FieldInput';
import { StageWay } from './StageWay';

interface ExerciseViewProps {
  readonly one: SheetExercise;
  readonly typed: Readonly<Record<string, string>>;
  readonly onType: (field: string, value: string) => void;
  readonly checks: boolean;
}

/** One exercise of a sheet: what is given, what is asked, and what became of the answers once they were checked. */
export function ExerciseView({ one, typed, onType, checks }: ExerciseViewProps) {
  // Marks are of what stood there when somebody asked, not of what is being typed since.
  const [checked, setChecked] = useState<Readonly<Record<string, string>>>();
  const marked = checked === undefined ? undefined : markExercise(one, checked);
  const { number, exercise } = one;
  const of = exercise.fields.reduce((sum, { points }) => sum + points, 0);
  const link = useMemo(() => (checks ? stageLink(exercise) : undefined), [checks, exercise]);
  return (
    <section className="homework-exercise" aria-labelledby={`exercise-${number}`}>
      <h2 id={`exercise-${number}`}>
        <span className="homework-number">{number}</span> {exercise.title}
        <span className="homework-points">{pointsText(of)}</span>
      </h2>
      <Blocks blocks={exercise.prompt} />
      <ol className="homework-fields">
        {exercise.fields.map((field) => {
          const id = `f${number}-${field.id}`;
          const mark = marked?.fields.find((f) => f.field.id === field.id)?.mark;
          const stale = checked !== undefined && (checked[field.id] ?? '') !== (typed[field.id] ?? '');
          const shown = stale ? undefined : mark;
          const ticked = ticksOf(field) !== undefined;
          return (
            <li
              key={field.id}
              className={classNames('homework-field', shown !== undefined && `is-${shown.kind}`)}
            >
              {ticked ? (
                <fieldset>
                  <legend>{field.label}</legend>
                  <FieldInput
                    id={id}
                    field={field}
                    value={typed[field.id] ?? ''}
                    onChange={(value) => onType(field.id, value)}
                    describedBy={shown === undefined ? undefined : `${id}-mark`}
                  />
                </fieldset>
              ) : (
                <>
                  <label htmlFor={id}>{field.label}</label>
                  <FieldInput
                    id={id}
                    field={field}
                    value={typed[field.id] ?? ''}
                    onChange={(value) => onType(field.id, value)}
                    describedBy={shown === undefined ? undefined : `${id}-mark`}
                  />
                </>
              )}
              <span className="homework-points">{pointsText(field.points)}</span>
              {shown !== undefined && shown.kind !== 'missing' && (
                <p className="homework-mark" id={`${id}-mark`}>
                  <b>{MARKS[shown.kind]}</b> {why(shown)}{' '}
                  {shown.kind !== 'unreadable' && (
                    <StageWay
                      exercise={exercise}
                      to={one.key.decided[field.id]}
                      words="See where it is decided"
                      about={field.label}
                    />
                  )}
                </p>
              )}
            </li>
          );
        })}
      </ol>
      {checks && (
        <div className="homework-ways">
          <Button look="outline" onClick={() => setChecked(typed)}>
            Check
          </Button>
          {link !== undefined && <a href={link}>Watch it on the stage</a>}
          <p className="homework-sum" role="status">
            {marked !== undefined &&
              `${marked.points} of ${pointsText(marked.of)}${missingText(marked.fields.filter(({ mark }) => mark.kind === 'missing').length)}`}
          </p>
        </div>
      )}
    </section>
  );
}

const MARKS: Readonly<Record<Mark['kind'], string>> = {
  right: '✓ Right.',
  wrong: '✗ Not so.',
  unreadable: '? Not understood.',
  missing: '',
};

const missingText = (count: number): string =>
  count === 0 ? '' : `, ${count} ${count === 1 ? 'answer is' : 'answers are'} missing`;

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
