import { useStore } from 'zustand';
import type { Controls } from '../../session/controls';
import './panel.css';

/**
 * The panel to copy: it reads the session through narrow selectors, takes what it shows from the run, and changes things
 * only by commands. What it shows is a function in `views/`, unless it is as little as this.
 */
export function SkeletonPanel({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const cursor = useStore(session.store, (s) => s.cursor);
  // A run that grows or is replaced is told by its version; the run itself is live and not in the state.
  useStore(session.store, (s) => s.version);
  const { run } = session;
  if (run === undefined) return null;
  const label = cursor === 0 ? 'nothing yet' : run.nameOf(cursor - 1).label;
  return (
    <section className="skeleton" aria-label="Last step">
      <h2>Last step</h2>
      <p>{label}</p>
      <button type="button" onClick={() => controls.execute('step-forward')}>
        One more
      </button>
    </section>
  );
}
