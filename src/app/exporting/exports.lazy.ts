import type { Run } from '../../engine';
import { linkOrFile } from '../../permalink';
import type { FileData } from '../../session/commands';
import type { Controls } from '../../session/controls';
import { plainName } from '../../session/fileNames';
import { captureLink } from '../../session/link';
import { chromeTrace } from '../../views/chromeTrace';
import { animatedPng } from './apng';
import { captionedSvg, cardSvg, cardWords, plainSvg } from './card';
import { fontStyle, type Picture, pictureOf } from './picture';

/** What can be saved of a run, as files made in the page. Fetched when the first one is asked for. */

const SIZE = { width: 1280, height: 640 };
/** Longer than that nobody watches, and the file grows with every picture. */
const LONGEST = 80;
/** How long each picture of an animation stands: long enough to read a caption. */
const STANDS_MS = 1600;

interface Saved {
  readonly name: string;
  readonly type: string;
  readonly data: FileData;
}

function onStage({ session }: Controls): Run {
  if (session.run === undefined) throw new Error('Nothing is on stage yet. Open a scenario first.');
  return session.run;
}

/** `the-magic-entry-step-12`. */
function named({ session }: Controls, what: string): string {
  return `${plainName(session.state.spec?.title ?? '', 'run')}-${what}`;
}

/** The beat that led to a cursor, as the stage shows it at rest. */
function pictureAt(controls: Controls, cursor: number): Picture {
  const { session } = controls;
  const run = onStage(controls);
  const here = session.state.cursor;
  try {
    run.seek(cursor);
    const from = cursor === here ? session.state.beat.from : cursor === 0 ? 0 : run.beatBefore(cursor);
    return pictureOf(run, from, cursor, SIZE.width, SIZE.height);
  } finally {
    run.seek(here);
  }
}

function linkHere({ session, host }: Controls): string | undefined {
  const link = captureLink(session);
  const shared = link === undefined ? undefined : linkOrFile(link, host.address());
  return shared?.kind === 'link' ? shared.url : undefined;
}

async function svgOf(controls: Controls): Promise<Saved> {
  const { cursor } = controls.session.state;
  const data = plainSvg(pictureAt(controls, cursor), await fontStyle());
  return { name: `${named(controls, `step-${cursor}`)}.svg`, type: 'image/svg+xml', data };
}

async function cardOf(controls: Controls): Promise<Saved> {
  const { cursor } = controls.session.state;
  const words = cardWords(onStage(controls), cursor, linkHere(controls));
  const data = cardSvg(pictureAt(controls, cursor), words, await fontStyle());
  return { name: `${named(controls, `step-${cursor}-card`)}.svg`, type: 'image/svg+xml', data };
}

/** Draws an SVG as a PNG of twice its size, so that small type stays sharp. */
async function rasterised(svg: string, scale: number): Promise<Uint8Array<ArrayBuffer>> {
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.naturalWidth * scale;
    canvas.height = image.naturalHeight * scale;
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((done) => {
      canvas.toBlob(done, 'image/png');
    });
    if (blob === null)
      throw new Error('This browser could not make a picture of that size. Save it as SVG instead.');
    return new Uint8Array(await blob.arrayBuffer());
  } finally {
    URL.revokeObjectURL(url);
  }
}

async function pngOf(controls: Controls): Promise<Saved> {
  const { cursor } = controls.session.state;
  const data = await rasterised(plainSvg(pictureAt(controls, cursor), await fontStyle()), 2);
  return { name: `${named(controls, `step-${cursor}`)}.png`, type: 'image/png', data };
}

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

async function animationOf(controls: Controls, from: number, to: number): Promise<Saved> {
  const run = onStage(controls);
  const cursors = beatsBetween(run, from, to);
  if (cursors.length > LONGEST)
    throw new Error(
      `From step ${from} to step ${to} there are ${cursors.length} beats; an animation has at most ${LONGEST}. Begin it later.`,
    );
  const style = await fontStyle();
  const frames = [];
  for (const cursor of cursors) {
    const words = cardWords(run, cursor, undefined);
    frames.push({
      png: await rasterised(captionedSvg(pictureAt(controls, cursor), words, style), 1),
      ms: STANDS_MS,
    });
  }
  return {
    name: `${named(controls, `steps-${from}-${to}`)}.png`,
    type: 'image/png',
    data: animatedPng(frames),
  };
}

async function traceOf(controls: Controls): Promise<Saved> {
  const run = onStage(controls);
  const data = JSON.stringify(chromeTrace(run, controls.session.state.spec?.title ?? 'A run'));
  return { name: `${named(controls, 'trace')}.json`, type: 'application/json', data };
}

/** What makes each file. */
export const makers = { svgOf, cardOf, pngOf, animationOf, traceOf };

/** Makes it and gives it to the person; what goes wrong is said, and nothing is lost by it. */
export async function give(controls: Controls, making: Promise<Saved>): Promise<void> {
  const { session, host } = controls;
  const done = session.frames.begin('export');
  try {
    const { name, data, type } = await making;
    host.download(name, data, type);
    session.say(`Saved as ${name}.`);
  } catch (error) {
    session.say(error instanceof Error ? error.message : String(error), 'wrong');
  } finally {
    done();
  }
}
