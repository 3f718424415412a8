import { figure } from '../../base';
import type { ProtectionRow } from '../../checker';
import type { RaceState } from '../../session/racing/racing';
import { classNames } from '../../ui/classNames';

interface ProtectionsProps {
  readonly race: RaceState;
  readonly shown: string | undefined;
  readonly onShow: (removed: string | undefined) => void;
}

/** The protection table: each removed in turn, what came of it, and the smallest sets that are still safe. */
export function Protections({ race, shown, onShow }: ProtectionsProps) {
  const { rows, table, job } = race;
  if (rows.length === 0) return null;
  const silent = rows.filter((row) => row.removed !== undefined && dotOf(row) === 'safe');
  const telling = rows.filter((row) => !silent.includes(row));
  const list = (some: readonly ProtectionRow[]) => (
    <ul>
      {some.map((row) => (
        <li key={row.removed?.name ?? ''}>
          <Row
            row={row}
            alone={job?.protections.length === 0}
            shown={row.removed?.name === shown}
            onShow={onShow}
          />
        </li>
      ))}
    </ul>
  );
  const left = job === undefined ? 0 : job.protections.length + 1 - rows.length;
  return (
    <div className="race-table">
      <h3 className="race-head">
        {job?.protections.length === 0 ? 'What was found' : 'Which protections matter here'}
      </h3>
      {list(telling)}
      {silent.length > 0 && (
        <details className="race-silent">
          <summary>
            {silent.length === 1 ? 'One more changes' : `${figure(silent.length)} more change`} nothing in
            this scenario
          </summary>
          {list(silent)}
        </details>
      )}
      {race.running && left > 0 && <p className="race-small">{figure(left)} still to explore.</p>}
      {table !== undefined && job?.protections.length !== 0 && (
        <>
          <h3 className="race-head">Smallest sets that are still safe</h3>
          <Smallest race={race} />
        </>
      )}
    </div>
  );
}

interface RowProps {
  readonly row: ProtectionRow;
  /** There is no protection that could be removed. */
  readonly alone: boolean;
  readonly shown: boolean;
  readonly onShow: (removed: string | undefined) => void;
}

function Row({ row, alone, shown, onShow }: RowProps) {
  return (
    <button
      type="button"
      className={classNames('race-row', shown && 'is-shown')}
      aria-pressed={shown}
      onClick={() => onShow(row.removed?.name)}
    >
      <span className={classNames('race-dot', `is-${dotOf(row)}`)} aria-hidden="true" />
      <span className="race-row-name">{row.removed?.label ?? (alone ? 'as it is' : 'none removed')}</span>
      <span className="race-row-length">{lengthOf(row)}</span>
    </button>
  );
}

function Smallest({ race }: { readonly race: RaceState }) {
  const { table, cancelled, rows } = race;
  if (table === undefined) return null;
  const breaking = rows.flatMap((row) =>
    row.removed !== undefined && dotOf(row) === 'broken' ? [row.removed] : [],
  );
  const { minimal, complete } = table;
  const unsure = cancelled
    ? 'Cancelled before all sets were explored.'
    : 'Some set could not be explored within the bounds: raise them to know.';
  return (
    <>
      {minimal.map((set) => (
        <p className="race-set" key={set.map(({ name }) => name).join()}>
          {set.length === 0
            ? 'None is needed: nothing breaks here with all of them away.'
            : set.map(({ label }) => label).join(' + ')}
          <Unneeded names={breaking.filter(({ name }) => set.every((one) => one.name !== name))} />
        </p>
      ))}
      {minimal.length === 0 && complete && (
        <p className="race-set">
          None: it breaks with every protection it has, so none of them is taken away.
        </p>
      )}
      {!complete && <p className="race-small">{unsure}</p>}
    </>
  );
}

/** Protections whose removal alone breaks something, and that a safe set does without: it breaks only what others begin. */
function Unneeded({ names }: { readonly names: readonly { readonly label: string }[] }) {
  if (names.length === 0) return null;
  const [first, ...more] = names.map(({ label }) => label);
  return (
    <span className="race-small">
      {' '}
      Without {[first, ...more].join(' or ')} alone it does break: that takes another one that is away in this
      set.
    </span>
  );
}

type Dot = 'safe' | 'broken' | 'asked' | 'unknown';

function dotOf({ result }: ProtectionRow): Dot {
  // That something can happen is an answer, and nothing is broken by it.
  if (result.counterexample?.violation?.invariant === 'sometimes') return 'asked';
  switch (result.outcome.kind) {
    case 'holds':
      return 'safe';
    case 'violation':
    case 'deadlock':
    case 'livelock':
      return 'broken';
    default:
      return 'unknown';
  }
}

function lengthOf({ result }: ProtectionRow): string {
  const { outcome, counterexample } = result;
  if (counterexample !== undefined) {
    const steps = `${figure(counterexample.schedule.length)} steps`;
    return counterexample.shortest ? steps : `${steps} or fewer`;
  }
  if (outcome.kind === 'holds') return `${figure(outcome.covered.states)} states`;
  return outcome.kind === 'cancelled' ? 'cancelled' : 'not known';
}
