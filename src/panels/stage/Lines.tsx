import { memo } from 'react';
import { classNames } from '../../ui/classNames';
import { pathOf } from '../../views/scene/layoutLinks';
import type { DerivationLayout, LinkLayout, ReferenceLayout, TagLayout } from '../../views/scene/layoutTypes';

/** Translation from left to right, derivation from top to bottom; drawn behind the cards. */
export const Lines = memo(function Lines({
  links,
  derivations,
}: {
  links: readonly LinkLayout[];
  derivations: readonly DerivationLayout[];
}) {
  return (
    <g>
      {derivations.flatMap(({ id, curves, drift }) =>
        curves.map((curve) => (
          <path
            key={`${id} ${curve.a.x} ${curve.a.y}`}
            className={classNames('scene-derivation', drift && 'is-drift')}
            d={pathOf(curve)}
          />
        )),
      )}
      {links.map(({ link, curve }) => (
        <path
          key={`${link.id}${link.to} ${curve.a.x}`}
          className={classNames('scene-link', `side-${link.side}`, `is-${link.state}`)}
          d={pathOf(curve)}
        />
      ))}
    </g>
  );
});

/** Who holds the shadow in focus, over the cards: an arc to each entry; the one it remembers has an arrowhead. */
export function Holding({
  references,
  tag,
}: {
  references: readonly ReferenceLayout[];
  tag: TagLayout | undefined;
}) {
  return (
    <g className="scene-holding">
      {references.map(({ from, up, curve }) => (
        <g key={from} className={classNames('scene-reference', up && 'is-up')}>
          <path d={pathOf(curve)} />
          {up && <path className="scene-arrow" d={arrowAt(curve.d)} />}
        </g>
      ))}
      {tag !== undefined && (
        <>
          <rect
            className="scene-tag-back"
            x={tag.rect.x}
            y={tag.rect.y}
            width={tag.rect.w}
            height={tag.rect.h}
            rx="4"
          />
          <text
            className="scene-tag"
            x={tag.rect.x + tag.rect.w / 2}
            y={tag.rect.y + tag.rect.h / 2}
            dy=".35em"
            textAnchor="middle"
          >
            {tag.text}
          </text>
        </>
      )}
    </g>
  );
}

/** A small triangle that points left, at the entry. */
const arrowAt = ({ x, y }: { readonly x: number; readonly y: number }): string => `M${x - 3},${y}l8,-4.5v9z`;
