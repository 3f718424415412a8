import { useStore } from 'zustand';
import type { Controls } from '../../session/controls';
import { focus } from '../../session/focusing';
import { FactList } from '../../ui/FactList';
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
  const lines = (facts: readonly Fact[]) =>
    facts.map(({ entity: to, ...fact }) => ({
      ...fact,
      choose: to === undefined ? undefined : () => focus(session, to),
    }));
  const { title, sum, list } = chosen.heldBy;
  return (
    <section className="chosen" aria-label="Chosen page">
      <header className="chosen-head">
        <h2>
          <span className="chosen-frame">{chosen.frame}</span> {chosen.kind}
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
      <p className="chosen-count">
        <strong>{title}</strong> = {sum}
      </p>
      {list.length > 0 && <FactList facts={lines(list)} />}
      <FactList facts={lines(chosen.facts)} />
    </section>
  );
}
