import { Button } from '../../ui/Button';
import type { RaceRow, RaceView } from '../../views/race/race';

interface CompareProps {
  readonly bad: RaceView;
  readonly good: RaceView;
  /** The step up to which both are the same. */
  readonly at: number;
  /** Somebody wants to go on by hand from a step of the safe one. */
  readonly onSteer: (from: number) => void;
}

/** The nearest schedule that is safe beside the counterexample, from where they part. */
export function Compare({ bad, good, at, onSteer }: CompareProps) {
  return (
    <section className="race-compare" aria-label="The nearest schedule that is safe">
      <h3 className="race-head">The same up to step {at}. Then:</h3>
      <div className="race-both">
        <Side title="What breaks" view={bad} from={at} />
        <Side title="The nearest schedule that is safe" view={good} from={at} />
      </div>
      <Button onClick={() => onSteer(at)}>Steer by hand from where they part</Button>
    </section>
  );
}

function Side({
  title,
  view,
  from,
}: {
  readonly title: string;
  readonly view: RaceView;
  readonly from: number;
}) {
  const rows = view.rows.filter((row) => row.to > from);
  return (
    <div>
      <h4 className="race-side-title">{title}</h4>
      <ol className="race-steps">
        {rows.map((row) => (
          <Step
            key={row.from}
            row={row}
            name={view.actors.find(({ index }) => index === row.column)?.name ?? ''}
          />
        ))}
      </ol>
    </div>
  );
}

function Step({ row, name }: { readonly row: RaceRow; readonly name: string }) {
  return (
    <li>
      {!row.said.includes(name) && <span className="race-who">{name} </span>}
      {row.said}
      {row.before.length > 0 && (
        <span className="race-quiet">
          {' '}
          ({row.before.length === 1 ? 'one beat' : `${row.before.length} beats`} before)
        </span>
      )}
    </li>
  );
}
