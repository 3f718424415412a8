import { useMemo, useState } from 'react';
import { markExercise, pointsText, type SheetExercise, stageLink } from '../../homework';
import { Button } from '../../ui/Button';
import { Blocks } from './Blocks';
import { FieldRow } from './FieldRow';

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
  const missing = marked?.fields.filter(({ mark }) => mark.kind === 'missing').length ?? 0;
  return (
    <section className="homework-exercise" aria-labelledby={`exercise-${number}`}>
      <h2 id={`exercise-${number}`}>
        <span className="homework-number">{number}</span> {exercise.title}
        <span className="homework-points">{pointsText(of)}</span>
      </h2>
      <Blocks blocks={exercise.prompt} />
      <ol className="homework-fields">
        {exercise.fields.map((field) => {
          const stale = (checked?.[field.id] ?? '') !== (typed[field.id] ?? '');
          return (
            <FieldRow
              key={field.id}
              one={one}
              field={field}
              value={typed[field.id] ?? ''}
              onChange={(value) => onType(field.id, value)}
              checks={checks}
              mark={stale ? undefined : marked?.fields.find((f) => f.field.id === field.id)?.mark}
            />
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
            {marked !== undefined && `${marked.points} of ${pointsText(marked.of)}${missingText(missing)}`}
          </p>
        </div>
      )}
    </section>
  );
}

const missingText = (count: number): string =>
  count === 0 ? '' : `, ${count} ${count === 1 ? 'answer is' : 'answers are'} missing`;
