import { useStore } from 'zustand';
import { figure } from '../../base';
import type { Controls } from '../../session/controls';
import { Badge } from '../../ui/Badge';
import { decisionsAt, decisionsTag } from '../../views/xi/decisions';
import { certainty } from '../../views/xi/tags';
import './panel.css';

/** The decision table of XI's page-fault exit, with the rows that have decided the last fault. */
export function XiFaultsPanel({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const cursor = useStore(session.store, (s) => s.cursor);
  useStore(session.store, (s) => s.version);
  const { run } = session;
  const rows = run === undefined ? undefined : decisionsAt(run, cursor);
  if (rows === undefined) return null;
  const { text, says, tone } = certainty(decisionsTag);
  return (
    <section className="faults stack" aria-label="Decision table">
      <section aria-label="Rows">
        <h2>
          What a page fault is for <Badge text={text} tip={says} tone={tone} />
        </h2>
        <p>
          XI had a decision table; its rows are not known. These are read from top to bottom, once the path’s
          entries are up to date. Lit: what decided the last fault.
        </p>
        <ol className="faults-rows">
          {rows.map(({ row, when, action, count, now }) => (
            <li key={row} aria-current={now ? 'step' : undefined}>
              <span>{row}</span>
              <div>
                <p>{when}</p>
                <p className="faults-then">{action}</p>
              </div>
              <span>{figure(count)}×</span>
            </li>
          ))}
        </ol>
      </section>
    </section>
  );
}
