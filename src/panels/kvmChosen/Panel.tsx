import { useStore } from 'zustand';
import type { Controls } from '../../session/controls';
import { focus } from '../../session/focusing';
import { ChosenCard } from '../../ui/ChosenCard';
import { classNames } from '../../ui/classNames';
import { choosable, FactList } from '../../ui/FactList';
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
  const lines = (facts: readonly Fact[]) => choosable(facts, (to) => focus(session, to));
  return (
    <ChosenCard
      name={chosen.frame}
      kind={chosen.kind}
      whyNot={entity?.includes('[') === true ? () => controls.execute('why-not') : undefined}
      close={() => controls.execute('focus-none')}
    >
      {chosen.spte !== undefined && <Spte spte={chosen.spte} lines={lines} />}
      {chosen.parts.map(({ title, says, facts }) => (
        <section key={title} aria-label={title}>
          <h3>{title}</h3>
          {says !== undefined && <p>{says}</p>}
          <FactList facts={lines(facts)} />
        </section>
      ))}
    </ChosenCard>
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
