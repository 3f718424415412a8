import { useEffect, useMemo, useRef } from 'react';
import { classNames } from '../../ui/classNames';
import type { EntityId } from '../../views/scene/entity';
import { type ChainLayout, layoutChains, travellerAt } from '../../views/scene/layoutChains';
import { pathOf } from '../../views/scene/layoutLinks';
import type { SceneLayout } from '../../views/scene/layoutTypes';
import type { SceneModel } from '../../views/scene/model';
import type { Timeline } from '../../views/scene/timeline';
import './chainArcs.css';

interface ChainArcsProps {
  readonly model: SceneModel;
  readonly layout: SceneLayout;
  readonly beat: Timeline;
  readonly focus: EntityId | undefined;
  readonly fraction: () => number;
  readonly subscribe: (changed: () => void) => () => void;
}

/** Chains over the scene: arcs from a frame to the entries that map it, one to the next; a walk travels along them. */
export default function ChainArcs({ model, layout, beat, focus, fraction, subscribe }: ChainArcsProps) {
  const chains = useMemo(() => layoutChains(model, layout, focus), [model, layout, focus]);
  const traveller = useRef<SVGCircleElement>(null);
  const walked = chains.find((chain) => chain.walked);
  const span = beat.spans.find(({ motion }) => motion.kind === 'search' && motion.word === 'visited');
  useEffect(() => {
    const move = (): void => {
      const dot = traveller.current;
      if (dot === null || walked === undefined || span === undefined) return;
      const done = (fraction() - span.from) / Math.max(1e-6, span.to - span.from);
      const at = travellerAt(walked.curves, done);
      const moves = done >= 0 && done < 1 && fraction() < 1 && at !== undefined;
      dot.style.display = moves ? '' : 'none';
      if (moves) {
        dot.setAttribute('cx', `${at.x}`);
        dot.setAttribute('cy', `${at.y}`);
      }
    };
    move();
    return subscribe(move);
  }, [walked, span, fraction, subscribe]);
  if (chains.length === 0) return null;
  const { w, h } = layout.size;
  return (
    <svg
      className="chains"
      data-layer="overlay"
      width="100%"
      height="100%"
      viewBox={`0 0 ${w} ${h}`}
      role="img"
      aria-label={said(chains)}
    >
      {chains.map((chain) => (
        <g key={chain.name} className={classNames('chain', chain.walked && 'is-walked')}>
          {chain.curves.map((curve) => (
            <path key={pathOf(curve)} d={pathOf(curve)} />
          ))}
          {chain.stops.map(({ entity, nth, word, at }) => (
            <g key={entity}>
              <circle cx={at.x} cy={at.y} r="6.5" />
              <text x={at.x} y={at.y} dy=".36em" textAnchor="middle">
                {nth}
              </text>
              {word !== '' && (
                <text className="chain-word" x={at.x + 10} y={at.y - 6}>
                  {word}
                </text>
              )}
            </g>
          ))}
          {chain.tag !== undefined && (
            <g className="chain-tag">
              <rect
                x={chain.tag.rect.x}
                y={chain.tag.rect.y}
                width={chain.tag.rect.w}
                height={chain.tag.rect.h}
                rx="4"
              />
              <text
                x={chain.tag.rect.x + chain.tag.rect.w / 2}
                y={chain.tag.rect.y + chain.tag.rect.h / 2}
                dy=".35em"
                textAnchor="middle"
              >
                {chain.tag.text}
              </text>
            </g>
          )}
        </g>
      ))}
      <circle ref={traveller} className="chain-traveller" r="6" style={{ display: 'none' }} />
    </svg>
  );
}

/** For those who listen: the chain in its order. */
const said = (chains: readonly ChainLayout[]): string =>
  chains
    .map(
      ({ name, stops }) => `${name}: ${stops.map(({ entity }) => entity.replace('shadow ', '')).join(', ')}`,
    )
    .join('; ');
