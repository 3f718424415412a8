import { pointsText, type SheetExercise, type SheetName, showAnswer } from '../../homework';
import type { Controls } from '../../session/controls';
import { Button } from '../../ui/Button';
import { SheetHead } from './SheetHead';
import { Solution } from './Solution';
import { StageWay } from './StageWay';
import { useSheet } from './useSheet';

/** The engine's answers to a sheet, and how the run came to them. On an address of its own: the sheet does not lead here. */
export function KeySheet({ controls, sheet }: { readonly controls: Controls; readonly sheet: SheetName }) {
  const made = useSheet(controls.session, sheet);
  const points = made
    .flatMap(({ exercise }) => exercise.fields)
    .reduce((sum, field) => sum + field.points, 0);
  return (
    <>
      <SheetHead sheet={sheet} what="key">
        <Button look="outline" onClick={() => window.print()}>
          Print
        </Button>
      </SheetHead>
      {made.map((one) => (
        <KeyOf key={one.number} one={one} />
      ))}
      <p className="homework-state" role="status">
        {made.length < sheet.count
          ? `Exercise ${made.length + 1} of ${sheet.count} is being solved.`
          : `${pointsText(points)} in all.`}
      </p>
    </>
  );
}

function KeyOf({ one: { number, exercise, key } }: { readonly one: SheetExercise }) {
  return (
    <section className="homework-exercise" aria-labelledby={`key-${number}`}>
      <h2 id={`key-${number}`}>
        <span className="homework-number">{number}</span> {exercise.title}
        <span className="homework-points">
          {pointsText(exercise.fields.reduce((sum, { points }) => sum + points, 0))}
        </span>
      </h2>
      <dl className="homework-key">
        {exercise.fields.map(({ id, label, type, points }) => (
          <div key={id}>
            <dt>{label}</dt>
            <dd>
              <b className="homework-answer">{showAnswer(type, key.answers[id] ?? '')}</b>
              <span className="homework-points">{pointsText(points)}</span>
              <StageWay exercise={exercise} to={key.decided[id]} words="Where?" about={label} />
            </dd>
          </div>
        ))}
      </dl>
      <Solution exercise={exercise} told={key.solution} />
    </section>
  );
}
