import { useStore } from 'zustand';
import type { Controls } from '../../session/controls';
import { focus } from '../../session/focusing';
import { classNames } from '../../ui/classNames';
import { FactList } from '../../ui/FactList';
import type { Fact } from '../../views/facts';
import { type ChosenKvm, chosenKvm } from '../../views/kvm/chosen';
import './panel.css';

/** What KVM's books say about what is in focus: an spte bit by bit, a page and its role, a frame and its reverse map. */
export function KvmChosenPanel({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const cursor = useStore(session.store, (s) => s.cursor);
  const entity = useStore(session.store, (s) => s.focus.now?.entity);
  useStore(session.store, (s) => s.version);
  const { run } = session;
  const chosen = run === undefined ? undefined : chosenKvm(run, cursor, entity);
  if (chosen === undefined) return null;
  const lines = (facts: readonly Fact[]) =>
    facts.map(({ entity: to, ...fact }) => ({
      ...fact,
      choose: to === undefined ? undefined : () => focus(session, to),
    }));
  return (
    <section className="kvm-chosen" aria-label="Chosen page">
      <header className="kvm-chosen-head">
        <h2>
          <code>{chosen.frame}</code> {chosen.kind}
        </h2>
        <span>
          {entity?.includes('[') === true && (
            <button type="button" onClick={() => controls.execute('why-not')}>
              Why not?
            </button>
          )}
          <button type="button" onClick={() => controls.execute('focus-none')}>
            Close
          </button>
        </span>
      </header>
      {chosen.spte !== undefined && <Spte spte={chosen.spte} lines={lines} />}
      {chosen.parts.map(({ title, says, facts }) => (
        <section key={title} aria-label={title}>
          <h3>{title}</h3>
          {says !== undefined && <p>{says}</p>}
          <FactList facts={lines(facts)} />
        </section>
      ))}
    </section>
  );
}

interface SpteProps {
  readonly spte: NonNullable<ChosenKvm['spte']>;
  readonly lines: (facts: readonly Fact[]) => React.ComponentProps<typeof FactList>['facts'];
}

function Spte({ spte, lines }: SpteProps) {
  return (
    <section aria-label="Entry">
      <h3>
        Entry <code>{spte.name}</code>
      </h3>
      <p>
        <code>{spte.value}</code>
      </p>
      {spte.bits.length > 0 && (
        <table className="kvm-bits">
          <tbody>
            {spte.bits.map(({ bits, name, value, says }) => (
              <tr key={bits} className={classNames(value === '0' && 'is-clear')}>
                <td>{bits}</td>
                <th scope="row">{name}</th>
                <td className="kvm-bits-value">{value}</td>
                <td>{says}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p className={classNames('kvm-bits-says', spte.odd && 'is-odd')}>{spte.says}</p>
      <FactList facts={lines(spte.facts)} />
    </section>
  );
}
