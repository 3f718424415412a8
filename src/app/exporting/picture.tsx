import type { ReactNode } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import type { Run } from '../../engine';
import { applyMotion } from '../../panels/stage/applyMotion';
import { BeneathMarks } from '../../panels/stage/Beneath.lazy';
import Buffers from '../../panels/stage/Buffers.lazy';
import ChainArcs from '../../panels/stage/ChainArcs.lazy';
import MemoryOrder from '../../panels/stage/MemoryOrder.lazy';
import { Scene } from '../../panels/stage/Scene';
import { buildScene } from '../../views/scene/build';
import type { EntityId } from '../../views/scene/entity';
import { frameAt } from '../../views/scene/frameAt';
import { layoutScene } from '../../views/scene/layout';
import type { Rect, SceneLayout } from '../../views/scene/layoutTypes';
import type { SceneModel } from '../../views/scene/model';
import { timeline } from '../../views/scene/timeline';
import { htmlMarks } from './htmlMarks';
import { plainColour } from './plainColour';

/** The stage as marks that need nothing of the page: to be put into any SVG. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** A whole `<svg>` element of that size. */
  readonly svg: string;
  /** What goes with it in the same scheme. */
  readonly ink: Ink;
}

/** Colours of the words around a picture, as the page's tokens have them in the picture's scheme. */
export type Ink = Readonly<Record<keyof typeof INK, string>>;

const INK = {
  paper: '--app',
  strong: '--strong',
  body: '--body',
  quiet: '--quiet',
  wrong: '--wrong-text',
  line: '--hairline',
};

export interface PictureOf {
  readonly run: Run;
  /** The beat (from, to]. */
  readonly from: number;
  readonly to: number;
  readonly width: number;
  readonly height: number;
  readonly focus?: EntityId | undefined;
  /** In light colours, whatever the page's are. */
  readonly paper?: boolean;
}

const NOBODY: ReadonlySet<string> = new Set();
const atRest = (): number => 1;
const never = () => () => undefined;

/** Draws a beat of a run, at rest, beside the page, and takes it down again. The page itself does not move. */
export function pictureOf({ run, from, to, width, height, focus, paper = false }: PictureOf): Picture {
  const place = document.createElement('div');
  place.className = 'scene';
  place.setAttribute('aria-hidden', 'true');
  Object.assign(place.style, {
    position: 'fixed',
    left: '-20000px',
    top: '0',
    width: `${width}px`,
    height: `${height}px`,
  });
  // The page's colours are settled at its root: for as long as this drawing takes, and nobody sees it, the root is a light one.
  const { dataset } = document.documentElement;
  const scheme = dataset.scheme;
  if (paper) dataset.scheme = 'light';
  document.body.append(place);
  const root = createRoot(place);
  try {
    const model = buildScene(run, from, to);
    const flat = model.flat === true;
    const keep = focus === undefined ? NOBODY : new Set([focus]);
    const layout = flat ? undefined : layoutScene(model, { w: width, h: height, column: 'L1', keep });
    flushSync(() =>
      root.render(
        layout === undefined ? (
          <MemoryOrder run={run} from={from} to={to} />
        ) : (
          <Stage
            model={model}
            layout={layout}
            focus={focus}
            buffers={<Buffers run={run} from={from} to={to} />}
            beneath={<BeneathMarks run={run} from={from} to={to} chosen={focus} choose={() => undefined} />}
          />
        ),
      ),
    );
    const token = layout === undefined ? '' : rested(place, model, layout);
    return {
      width,
      height,
      svg: `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${htmlMarks(place)}${token}</svg>`,
      ink: inkOf(place),
    };
  } finally {
    root.unmount();
    place.remove();
    if (scheme === undefined) delete dataset.scheme;
    else dataset.scheme = scheme;
  }
}

interface StageProps {
  readonly model: SceneModel;
  readonly layout: SceneLayout;
  readonly focus: EntityId | undefined;
  readonly buffers: ReactNode;
  readonly beneath: ReactNode;
}

/** What the stage shows when nothing moves. */
function Stage({ model, layout, focus, buffers, beneath }: StageProps) {
  return (
    <>
      <Scene model={model} layout={layout} focus={focus} onFocus={() => undefined} before={NOBODY} />
      {model.chains !== undefined && (
        <ChainArcs
          model={model}
          layout={layout}
          beat={timeline(model.motions)}
          focus={focus}
          fraction={atRest}
          subscribe={never}
        />
      )}
      {layout.buffers !== undefined && (
        <div className="scene-buffers" style={placed(layout.buffers)}>
          {buffers}
        </div>
      )}
      {layout.beneath !== undefined && (
        <div className="scene-beneath" style={placed(layout.beneath)}>
          {beneath}
        </div>
      )}
    </>
  );
}

const placed = ({ x, y, w, h }: Rect) => ({ left: x, top: y, width: w, height: h });

/** Puts what has come or gone where it stands at the end of the beat, and draws where the walk has come to. */
function rested(place: HTMLElement, model: SceneModel, layout: SceneLayout): string {
  const frame = frameAt(layout, timeline(model.motions), 1);
  applyMotion(place, frame);
  if (frame.token === undefined) return '';
  const { x, y } = frame.token;
  const disc = (r: number, token: string, seen: number): string =>
    `<circle cx="${x}" cy="${y}" r="${r}" fill="${colourOf(place, token)}" fill-opacity="${seen}"/>`;
  return disc(12, '--walk', 0.45) + disc(6, '--walk-line', 1);
}

/** A token of the page's style as it is in a place. */
function colourOf(place: HTMLElement, token: string): string {
  const probe = document.createElement('i');
  probe.style.color = `var(${token})`;
  place.append(probe);
  const { hex } = plainColour(getComputedStyle(probe).color);
  probe.remove();
  return hex;
}

const inkOf = (place: HTMLElement): Ink => ({
  paper: colourOf(place, INK.paper),
  strong: colourOf(place, INK.strong),
  body: colourOf(place, INK.body),
  quiet: colourOf(place, INK.quiet),
  wrong: colourOf(place, INK.wrong),
  line: colourOf(place, INK.line),
});
