import { useRef } from 'react';
import { classNames } from '../../ui/classNames';
import type { RaceRow, RaceView } from '../../views/race/race';
import { Turns } from './Turns';

interface LanesProps {
  readonly view: RaceView;
  /** What is wrong at the end, or otherwise to be said of it. */
  readonly said?: string;
  /** `found`: the end is what was looked for; nothing is wrong with it. */
  readonly tone?: 'wrong' | 'found' | 'plain';
  readonly label?: string;
  /** Somebody wants to go on by hand from before a row. */
  readonly onSteer?: (row: RaceRow) => void;
}

/** A schedule from top to bottom: a lane for each vCPU, and beside them, row by row, the words all of them see. */
export function Lanes({ view, said, tone = 'wrong', label = 'Counterexample', onSteer }: LanesProps) {
  const { actors, words, rows } = view;
  const table = useRef<HTMLTableElement>(null);
  return (
    // What scrolls is reached by the keyboard.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
    <section className={`race-lanes is-${tone}`} aria-label={label} tabIndex={0}>
      <div className="race-lanes-sheet">
        <table ref={table}>
          <thead>
            <tr>
              {actors.map(({ index, name, does }) => (
                <th key={index} scope="col" className="race-lane-head" rowSpan={2}>
                  {name} <span>{does}</span>
                </th>
              ))}
              {words.length > 0 && (
                <th scope="colgroup" className="race-words-head" colSpan={words.length}>
                  Memory, as all vCPUs see it
                </th>
              )}
            </tr>
            <tr>
              {words.map((word) => (
                <th key={word} scope="col" className="race-word-head">
                  {word}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row key={row.from} row={row} view={view} onSteer={onSteer} />
            ))}
          </tbody>
        </table>
        <Turns table={table} rows={rows} />
      </div>
      {said !== undefined && <p className="race-end">{said}</p>}
    </section>
  );
}

interface RowProps {
  readonly row: RaceRow;
  readonly view: RaceView;
  readonly onSteer: LanesProps['onSteer'];
}

function Row({ row, view, onSteer }: RowProps) {
  const changed = row.words.some((word) => word.changed);
  return (
    <tr className={classNames(changed && 'is-changed')}>
      {view.actors.map(({ index }) => (
        <td key={index} className="race-lane">
          {index === row.column && <Step row={row} onSteer={onSteer} />}
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

function Step({ row, onSteer }: Pick<RowProps, 'row' | 'onSteer'>) {
  return (
    <div
      className={classNames(
        'race-step',
        `is-${row.lane}`,
        row.breaks && 'is-breaking',
        row.avoidable && 'is-avoidable',
      )}
      data-turn={row.column}
    >
      {row.avoidable && <strong className="race-mark">The last choice that could have avoided it</strong>}
      {row.missed && <strong className="race-mark">Here what was removed is missed</strong>}
      {row.before.length > 0 && <Before said={row.before} />}
      {row.said}
      {onSteer !== undefined && (
        <button
          type="button"
          className="race-steer"
          aria-label={`Steer by hand from before step ${row.from + 1}`}
          onClick={() => onSteer(row)}
        >
          Steer from here
        </button>
      )}
    </div>
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
