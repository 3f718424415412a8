import { useStore } from 'zustand';
import type { Controls } from '../../session/controls';
import { Sparkbar } from '../../ui/Sparkbar';
import { costsAt, sharesAt } from '../../views/costs';
import './panel.css';

/** What the run has cost up to here, in the design's own counters. */
export function CountersPanel({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const cursor = useStore(session.store, (s) => s.cursor);
  useStore(session.store, (s) => s.version);
  const { run } = session;
  if (run === undefined) return null;
  const known = controls.sources.designs.find(({ name }) => name === run.built.design.name);
  const { counted, quiet, most } = costsAt(run, cursor, known?.counters);
  const shares = sharesAt(run, cursor, known?.figures ?? []);
  // Bare hardware has no hypervisor to count for.
  if (counted.length + quiet.length === 0) return null;
  return (
    <section aria-label="Cost so far" className="counters">
      <h2>Cost so far</h2>
      {counted.length === 0 && (
        <p className="counters-none">Nothing of what is counted happens in this run.</p>
      )}
      <dl>
        {counted.map((cost) => (
          <Sparkbar
            key={cost.name}
            label={cost.name.replaceAll('_', ' ')}
            value={cost.value}
            max={most}
            tip={cost.says}
          />
        ))}
      </dl>
      {shares.length > 0 && (
        <dl className="counters-shares" aria-label="Shares">
          {shares.map(({ name, says, published, text }) => (
            <div key={name} title={says}>
              <dt>{name}</dt>
              <dd>
                {text}
                <small>{published}</small>
              </dd>
            </div>
          ))}
        </dl>
      )}
      {quiet.length > 0 && (
        <details>
          <summary>{quiet.length} that stay at 0 in this run</summary>
          <dl>
            {quiet.map((cost) => (
              <Sparkbar
                key={cost.name}
                label={cost.name.replaceAll('_', ' ')}
                value={0}
                max={most}
                tip={cost.says}
              />
            ))}
          </dl>
        </details>
      )}
    </section>
  );
}
