import { classNames } from '../../ui/classNames';
import type { RaceRow, RaceView } from '../../views/race/race';

interface LanesProps {
  readonly view: RaceView;
  /** What is wrong at the end. */
  readonly said: string;
}

/** A counterexample from top to bottom: a lane for each actor, and beside them the words all of them see. */
export function Lanes({ view, said }: LanesProps) {
  const { actors, words, rows } = view;
  return (
    // What scrolls is reached by the keyboard.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
    <section className="race-lanes" aria-label="Counterexample" tabIndex={0}>
      <table>
        <thead>
          <tr>
            {actors.map(({ index, name, does }) => (
              <th key={index} scope="col" className="race-lane-head">
                {name} <span>{does}</span>
              </th>
            ))}
            {words.map((word) => (
              <th key={word} scope="col" className="race-word-head">
                {word}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.from} row={row} view={view} />
          ))}
        </tbody>
      </table>
      <p className="race-end">{said}</p>
    </section>
  );
}

function Row({ row, view }: { readonly row: RaceRow; readonly view: RaceView }) {
  const changed = row.words.some((word) => word.changed);
  return (
    <tr className={classNames(changed && 'is-changed')}>
      {view.actors.map(({ index }) => (
        <td key={index} className="race-lane">
          {index === row.actor && (
            <div
              className={classNames(
                'race-step',
                `is-${row.lane}`,
                row.breaks && 'is-breaking',
                row.avoidable && 'is-avoidable',
              )}
            >
              {row.avoidable && (
                <strong className="race-mark">The last choice that could have avoided it</strong>
              )}
              {row.before.length > 0 && <Before said={row.before} />}
              {row.said}
            </div>
          )}
        </td>
      ))}
      {row.words.map(({ text, changed: isNew }, i) => (
        <td key={view.words[i]} className={classNames('race-word', isNew && 'is-new')}>
          {text}
        </td>
      ))}
    </tr>
  );
}

/** What the actor did on the way there: read by whoever wants to. */
function Before({ said }: { readonly said: readonly string[] }) {
  return (
    <details className="race-before">
      <summary>{said.length === 1 ? 'one beat before' : `${said.length} beats before`}</summary>
      {said.map((sentence, i) => (
        // The same sentence may come twice; the list never changes.
        // biome-ignore lint/suspicious/noArrayIndexKey: a fixed list
        <p key={i}>{sentence}</p>
      ))}
    </details>
  );
}
