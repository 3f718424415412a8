import { useStore } from 'zustand';
import type { Controls } from '../../session/controls';
import { switchIsOn } from '../../session/switching';
import { Switch } from '../../ui/Switch';
import './panel.css';

/** The design's protections and optimisations. Turning one begins the run again and shows the same moment. */
export function Switches({
  controls,
  sentences = false,
}: {
  readonly controls: Controls;
  readonly sentences?: boolean;
}) {
  const { session } = controls;
  useStore(session.store, (s) => s.version);
  useStore(session.store, (s) => s.switches);
  const design = session.runs?.design;
  if (design === undefined || design.switches.length === 0) return null;
  return (
    <section className="switches" aria-label="Switches">
      <h2>Switches</h2>
      {design.switches.map((spec) => (
        <div key={spec.name} data-tip={sentences ? undefined : spec.says}>
          <Switch
            label={spec.label}
            on={switchIsOn(session, spec.name)}
            says={sentences ? spec.says : undefined}
            onChange={() => controls.execute(`switch:${spec.name}`)}
          />
        </div>
      ))}
    </section>
  );
}
