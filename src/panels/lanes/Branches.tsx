import { useStore } from 'zustand';
import type { Controls } from '../../session/controls';
import { Button } from '../../ui/Button';

/** The runs on offer once somebody has acted in the past: the one as written, and each that left another. */
export function Branches({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const branches = useStore(session.store, (s) => s.branches);
  const here = useStore(session.store, (s) => s.branch);
  if (branches.length < 2) return null;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a row of buttons, not a part of a form
    <div className="lanes-branches" role="group" aria-label="Branches">
      {branches.map(({ id, label }) => (
        <Button
          key={id}
          aria-pressed={id === here}
          onClick={() => {
            if (id !== here) controls.execute(`branch:${id}`);
          }}
        >
          {label}
        </Button>
      ))}
    </div>
  );
}
