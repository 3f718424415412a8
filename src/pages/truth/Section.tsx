import { figure } from '../../base';
import { type TruthSection, type TruthTable, uncovered } from '../../oracle/truth';
import '../../ui/countTable.css';

function Table({ title, rows }: TruthTable) {
  return (
    <table className="count-table truth-table">
      <caption>{title}</caption>
      <tbody>
        {rows.map(({ name, count }) => (
          <tr key={name} className={count === 0 ? 'is-none' : undefined}>
            <th scope="row">{name}</th>
            <td>{count === 0 ? 'none' : figure(count)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function List({ title, items }: { readonly title: string; readonly items: readonly string[] }) {
  if (items.length === 0) return null;
  return (
    <div className="truth-list">
      <h4>{title}</h4>
      <ul>
        {items.map((item) => (
          <li key={item}>{item}</li>
        ))}
      </ul>
    </div>
  );
}

/** How many agree; where nothing was run for the page, only how many there are. */
function Score({ section: { unit, passed, failed, onlyCounted } }: { readonly section: TruthSection }) {
  if (onlyCounted === true)
    return (
      <p className="truth-score">
        <strong>{figure(passed)}</strong> {unit}, run by the tests
      </p>
    );
  return (
    <p className="truth-score">
      <strong>
        {figure(passed)} of {figure(passed + failed)}
      </strong>{' '}
      {unit} {failed === 0 ? 'agree' : `agree; ${figure(failed)} do not`}
    </p>
  );
}

interface SectionProps {
  readonly section: TruthSection;
  /** The same section as checked here and now, once it is. */
  readonly again: TruthSection | undefined;
}

/** Whether checking again found what the tests did. Names of what failed are told, not compared. */
const sameFound = (section: TruthSection, again: TruthSection): boolean =>
  again.passed === section.passed &&
  again.failed === section.failed &&
  JSON.stringify(again.tables) === JSON.stringify(section.tables) &&
  (section.onlyCounted === true || JSON.stringify(again.deviations) === JSON.stringify(section.deviations));

/** One thing that was checked: against what, how, with what outcome, and what it does not cover. */
export function Section({ section, again }: SectionProps) {
  const { id, title, against, how, tables, deviations, leftOut } = section;
  const zero = uncovered(section);
  const differs = again !== undefined && !sameFound(section, again);
  return (
    <section className="truth-section" aria-labelledby={`truth-${id}`} id={`section-${id}`}>
      <header>
        <h3 id={`truth-${id}`}>{title}</h3>
        <Score section={section} />
      </header>
      <p className="truth-against">
        <span>Against</span> {against}.
      </p>
      <p>
        {how} {(id === 'kvm' || id === 'xen') && <a href="#/recorded">Put a recorded case on stage.</a>}
      </p>
      {again !== undefined && (
        <p className={differs ? 'truth-again is-different' : 'truth-again'} role="status">
          {differs
            ? `Checked again here: ${figure(again.passed)} of ${figure(again.passed + again.failed)} agree, which is not what the tests found.`
            : `Checked again here: the same ${figure(again.passed)}, and the same counts.`}
        </p>
      )}
      {again !== undefined && again.failed > 0 && again.deviations.length > 0 && (
        <List title="What failed here" items={again.deviations.map(({ name }) => name)} />
      )}
      <div className="truth-tables">
        {tables.map((table) => (
          <Table key={table.title} {...table} />
        ))}
      </div>
      <List title="Not covered by any case" items={zero} />
      <List
        title="Known deviations, and how often they were met"
        items={deviations.map(({ name, count }) => `${name}: ${figure(count)}`)}
      />
      <List title="Recorded, but not compared" items={leftOut} />
    </section>
  );
}
