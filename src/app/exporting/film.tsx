import type { Run } from '../../engine';
import type { Session } from '../../session/session';
import { Banner } from '../../ui/Banner';
import { Button } from '../../ui/Button';
import { floating } from '../floating';
import { animatedPng, type Frame } from './apng';

/** More of them nobody watches, and the file grows with every picture. */
const LONGEST = 80;

/** Cursors at which beats end, from one moment to a later one. */
function beatsBetween(run: Run, from: number, to: number): number[] {
  const out = [from];
  for (let at = from; at < to; ) {
    const next = Math.min(to, run.beatAfter(at));
    if (next <= at) break;
    out.push(next);
    at = next;
  }
  return out;
}

/** How long a picture stands: long enough to look at it and to read what it says. */
const standsFor = (caption: string): number => Math.min(6000, 900 + 45 * caption.length);

/** After the last one a person wants to see that it was the last one. */
const PAUSE_MS = 1500;

interface Filmed {
  readonly png: Uint8Array;
  readonly caption: string;
}

/**
 * The beats of a run between two moments as one moving picture. Says how far it has got, and can be stopped: then there is none. The person
 * may go on meanwhile. Throws in words where there would be too many.
 */
export async function filmOf(
  { frames: pageFrames }: Pick<Session, 'frames'>,
  run: Run,
  from: number,
  to: number,
  pictureAt: (cursor: number) => Promise<Filmed>,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const cursors = beatsBetween(run, from, to);
  if (cursors.length > LONGEST)
    throw new Error(
      `From step ${from} to step ${to} there are ${cursors.length} beats; an animation has at most ${LONGEST}. Choose “Begin an animation here” at a later moment.`,
    );
  const said = floating('film');
  let stopped = false;
  const stop = (): void => {
    stopped = true;
  };
  const frames: Frame[] = [];
  try {
    for (const [i, cursor] of cursors.entries()) {
      said.show(
        <Banner
          tone="plain"
          actions={
            <Button look="outline" onClick={stop}>
              Stop
            </Button>
          }
        >
          The animation is being made: picture {i + 1} of {cursors.length}.
        </Banner>,
      );
      // The page gets a turn between two pictures.
      await new Promise<void>((next) => pageFrames.draw(() => next()));
      if (stopped) return undefined;
      const { png, caption } = await pictureAt(cursor);
      if (stopped) return undefined;
      frames.push({ png, ms: standsFor(caption) + (i === cursors.length - 1 ? PAUSE_MS : 0) });
    }
    return animatedPng(frames);
  } finally {
    said.end();
  }
}
