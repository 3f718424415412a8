import type { LinkState } from '../../permalink';
import type { Controls } from '../../session/controls';
import { PRESETS } from '../../views/compare/presets';
import { presetLinks } from './choices';

interface PresetsProps {
  readonly controls: Controls;
  readonly onChoose: (left: LinkState, right: LinkState, without: readonly string[]) => void;
}

/** Pairs that answer a question, for whoever has none of their own yet. */
export function Presets({ controls, onChoose }: PresetsProps) {
  return (
    <section className="compare-presets" aria-label="Worth comparing">
      <h2>Worth comparing</h2>
      <ul>
        {PRESETS.map((preset) => (
          <li key={preset.id}>
            <button
              type="button"
              onClick={() => {
                const links = presetLinks(controls, preset);
                if (links !== undefined) onChoose(links.left.link, links.right.link, links.right.without);
              }}
            >
              <b>{preset.title}</b>
              <span>{preset.says}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
