import { pointsText, type SheetName, showAnswer, stageLink } from '../../homework';
import type { Controls } from '../../session/controls';
import { Button } from '../../ui/Button';
import { SheetHead } from './SheetHead';
import { useSheet } from './useSheet';

/** The engine's answers to a sheet, and how the run came to them. On an address of its own: the sheet does not lead here. */
export function KeySheet({ controls, sheet }: { readonly controls: Controls; readonly sheet: SheetName }) {
  const made = useSheet(controls.session, sheet);
  return (
    <>
      <SheetHead sheet={sheet} what="key">
        <Button look="outline" onClick={() => window.print()}>
          Print
        </Button>
      </SheetHead>
      {made.map(({ number, exercise, key }) => (
        <section key={number} className="homework-exercise" aria-labelledby={`key-${number}`}>
          <h2 id={`key-${number}`}>
            <span className="homework-number">{number}</span> {exercise.title}
          </h2>
          <dl className="homework-key">
            {exercise.fields.map(({ id, label, type, points }) => (
              <div key={id}>
                <dt>{label}</dt>
                <dd>
                  <b>{showAnswer(type, key.answers[id] ?? '')}</b>
                  <span className="homework-points">{pointsText(points)}</span>
                </dd>
              </div>
            ))}
          </dl>
          <details className="homework-solution">
            <summary>How the run comes to it</summary>
            <ol>
              {key.solution.map((sentence, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a solution never changes
                <li key={i}>{sentence}</li>
              ))}
            </ol>
            <StageWay link={stageLink(exercise)} />
          </details>
        </section>
      ))}
      {made.length < sheet.count && (
        <p className="homework-state" role="status">
          Exercise {made.length + 1} of {sheet.count} is being solved.
        </p>
      )}
    </>
  );
}

function StageWay({ link }: { readonly link: string | undefined }) {
  return link === undefined ? null : (
    <p>
      <a href={link}>Watch it on the stage</a>
    </p>
  );
}
