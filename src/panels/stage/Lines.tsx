import { memo } from 'react';
import { classNames } from '../../ui/classNames';
import { pathOf } from '../../views/scene/layoutLinks';
import type { DerivationLayout, LinkLayout } from '../../views/scene/layoutTypes';

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
            key={`${id} ${curve.a.y}`}
            className={classNames('scene-derivation', drift && 'is-drift')}
            d={pathOf(curve)}
          />
        )),
      )}
      {links.map(({ link, curve }) => (
        <path
          key={link.id}
          className={classNames('scene-link', `side-${link.side}`, `is-${link.state}`)}
          d={pathOf(curve)}
        />
      ))}
    </g>
  );
});
