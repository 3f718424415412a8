import { useId } from 'react';
import { classNames } from '../../ui/classNames';
import { MARK_NAMES } from '../../views/scene/decode';
import type { Rect, SceneLayout } from '../../views/scene/layoutTypes';
import { wordsWidth } from '../../views/scene/text';

/** How far above the band its half-tone begins. */
const DAWN = 18;

/** Paper above, ink below, half-tone between them; the horizon is where the ink begins, and never moves. */
export function Backdrop({ layout }: { layout: SceneLayout }) {
  const { size, band } = layout;
  const id = useId();
  return (
    <g>
      <defs>
        <linearGradient id={id} x1="0" y1="0" x2="0" y2="1">
          <stop offset="0" className="scene-dusk-0" />
          <stop offset="0.26" className="scene-dusk-1" />
          <stop offset="0.66" className="scene-dusk-2" />
          <stop offset="0.86" className="scene-dusk-3" />
          <stop offset="1" className="scene-dusk-4" />
        </linearGradient>
      </defs>
      <rect className="scene-paper" x="0" y="0" width={size.w} height={Math.max(0, band.top - DAWN + 1)} />
      <rect
        className="scene-ink"
        x="0"
        y={band.horizon - 0.5}
        width={size.w}
        height={size.h - band.horizon + 0.5}
      />
      <rect
        fill={`url(#${id})`}
        x="0"
        y={band.top - DAWN}
        width={size.w}
        height={band.horizon - band.top + DAWN}
      />
    </g>
  );
}

/** Column titles, zone labels, the walked address split into its indices. */
export function Words({ layout, tabbed }: { layout: SceneLayout; tabbed: boolean }) {
  const { m } = layout;
  return (
    <g>
      {!tabbed &&
        layout.columns.map(({ column, x, sub }) => (
          <text key={column.key} x={x} y={m.headsY}>
            <tspan className="scene-column">{column.title}</tspan>
            <tspan className="scene-small on-guest" dx="7">
              {sub}
            </tspan>
          </text>
        ))}
      {layout.strip.words !== undefined && (
        <text
          className="scene-mono scene-access-words"
          x={layout.strip.words.rect.x}
          y={layout.strip.words.rect.y + m.stripH / 2}
          dy=".35em"
        >
          {layout.strip.words.text}
        </text>
      )}
      {layout.strip.chips.map(({ column, text, rect, state }) => (
        <g key={column} className={classNames('scene-chip', `is-${state}`)}>
          <rect x={rect.x} y={rect.y} width={rect.w} height={rect.h} rx="4" />
          <text
            className="scene-mono"
            x={rect.x + rect.w / 2}
            y={rect.y + rect.h / 2}
            dy=".35em"
            textAnchor="middle"
          >
            {text}
          </text>
        </g>
      ))}
      {layout.texts.map(({ text, rect, role, zone }) => (
        <text
          key={`${rect.x} ${rect.y} ${role}`}
          className={`scene-text role-${role} on-${zone}`}
          x={rect.x}
          y={rect.y + rect.h / 2}
          dy=".35em"
        >
          {text}
        </text>
      ))}
      {layout.legend !== undefined && <Legend at={layout.legend} />}
    </g>
  );
}

const LEGEND = ['present', 'writable', 'user', 'accessed', 'dirty', 'no execute'];
/** Where each word begins: a mark, its word, some air. */
const LEGEND_X = LEGEND.map((_, i) =>
  LEGEND.slice(0, i).reduce((x, word) => x + 22 + wordsWidth(word, 9.6), 0),
);
const LEGEND_W = (LEGEND_X.at(-1) ?? 0) + 11 + wordsWidth('no execute', 9.6);

/** What the marks of a row mean, in their order. */
function Legend({ at }: { at: Rect }) {
  const left = at.x + at.w - LEGEND_W;
  return (
    <g className="side-shadow">
      {MARK_NAMES.map((name, i) => (
        <g key={name}>
          <rect
            className={`scene-cell on-${name}`}
            x={left + (LEGEND_X[i] ?? 0)}
            y={at.y + 2}
            width="7"
            height="10"
            rx="1.5"
          />
          <text className="scene-legend" x={left + (LEGEND_X[i] ?? 0) + 11} y={at.y + 7} dy=".35em">
            {LEGEND[i]}
          </text>
        </g>
      ))}
    </g>
  );
}
