import { useStore } from 'zustand';
import type { Controls } from '../../session/controls';
import { focus } from '../../session/focusing';
import { Badge } from '../../ui/Badge';
import { ChosenCard } from '../../ui/ChosenCard';
import { choosable, FactList } from '../../ui/FactList';
import { chosenXi } from '../../views/xi/chosen';
import { certainty } from '../../views/xi/tags';

/** What XI keeps of what is in focus: an entry and the backlink beside it, a kit, a page and its chain. */
export function XiChosenPanel({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const cursor = useStore(session.store, (s) => s.cursor);
  const entity = useStore(session.store, (s) => s.focus.now?.entity);
  useStore(session.store, (s) => s.version);
  const { run } = session;
  const chosen = run === undefined ? undefined : chosenXi(run, cursor, entity);
  if (chosen === undefined) return null;
  return (
    <ChosenCard
      name={chosen.name}
      kind={chosen.kind}
      whyNot={entity?.includes('[') === true ? () => controls.execute('why-not') : undefined}
      close={() => controls.execute('focus-none')}
    >
      {chosen.parts.map(({ title, tag, says, facts }) => {
        const sure = certainty(tag);
        return (
          <section key={title} aria-label={title}>
            <h3>
              {title} <Badge text={sure.text} tip={sure.says} tone={sure.tone} />
            </h3>
            {says !== undefined && <p>{says}</p>}
            <FactList facts={choosable(facts, (to) => focus(session, to))} />
          </section>
        );
      })}
    </ChosenCard>
  );
}
