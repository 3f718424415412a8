import { useStore } from 'zustand';
import type { Controls } from '../../session/controls';
import { focus } from '../../session/focusing';
import { ChosenCard } from '../../ui/ChosenCard';
import { choosable, FactList } from '../../ui/FactList';
import type { Fact } from '../../views/facts';
import { chosenAt } from '../../views/xen/chosen';
import './panel.css';

/** What the hypervisor's books say about the page that is in focus: who holds a shadow, who may write a page. */
export function ChosenPanel({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const cursor = useStore(session.store, (s) => s.cursor);
  const entity = useStore(session.store, (s) => s.focus.now?.entity);
  useStore(session.store, (s) => s.version);
  const { run } = session;
  const chosen = run === undefined ? undefined : chosenAt(run, cursor, entity);
  if (chosen === undefined) return null;
  const lines = (facts: readonly Fact[]) => choosable(facts, (to) => focus(session, to));
  const { title, sum, list } = chosen.heldBy;
  return (
    <ChosenCard
      name={chosen.frame}
      kind={chosen.kind}
      whyNot={entity?.includes('[') === true ? () => controls.execute('why-not') : undefined}
      close={() => controls.execute('focus-none')}
    >
      <p className="chosen-count">
        <strong>{title}</strong> = {sum}
      </p>
      {list.length > 0 && <FactList facts={lines(list)} />}
      <FactList facts={lines(chosen.facts)} />
    </ChosenCard>
  );
}
