import type { Run } from '../../engine';
import { linkOrFile } from '../../permalink';
import type { FileData } from '../../session/commands';
import type { Controls } from '../../session/controls';
import { plainName } from '../../session/fileNames';
import { captureLink } from '../../session/link';
import { chromeTrace } from '../../views/chromeTrace';
import { captionedSvg, cardSvg, cardWords, plainSvg } from './card';
import { filmOf } from './film';
import { fontStyle } from './fontStyle';
import { type Picture, pictureOf } from './picture';

/** What can be saved of a run, as files made in the page. Fetched when the first one is asked for. */

/** As wide to its height as slides are. */
const SIZE = { width: 1280, height: 720 };
/** With room below for its words. */
const CARD_SIZE = { width: 1280, height: 600 };
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
function pictureAt({ session }: Controls, run: Run, cursor: number, size = SIZE): Picture {
  // Another run may have gone on stage while pictures of this one were being made: it has no cursor to go back to.
  const mine = run === session.run;
  const here = mine ? session.state.cursor : cursor;
  try {
    run.seek(cursor);
    const from =
      mine && cursor === here ? session.state.beat.from : cursor === 0 ? 0 : run.beatBefore(cursor);
    const focus = mine ? session.state.focus.now?.entity : undefined;
    return pictureOf({ run, from, to: cursor, ...size, focus });
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
  const data = plainSvg(pictureAt(controls, onStage(controls), cursor), await fontStyle());
  return { name: `${named(controls, `step-${cursor}`)}.svg`, type: 'image/svg+xml', data };
}

async function cardOf(controls: Controls): Promise<Saved> {
  const { cursor } = controls.session.state;
  const run = onStage(controls);
  const words = cardWords(run, cursor, linkHere(controls));
  const data = cardSvg(pictureAt(controls, run, cursor, CARD_SIZE), words, await fontStyle());
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
  const data = await rasterised(
    plainSvg(pictureAt(controls, onStage(controls), cursor), await fontStyle()),
    2,
  );
  return { name: `${named(controls, `step-${cursor}`)}.png`, type: 'image/png', data };
}

async function animationOf(controls: Controls, from: number, to: number): Promise<Saved | undefined> {
  const run = onStage(controls);
  const style = await fontStyle();
  const name = `${named(controls, `steps-${from}-${to}`)}.png`;
  const data = await filmOf(controls.session, run, from, to, async (cursor) => {
    const words = cardWords(run, cursor, undefined);
    const svg = captionedSvg(pictureAt(controls, run, cursor, CARD_SIZE), words, style);
    return { png: await rasterised(svg, 1), caption: words.caption };
  });
  return data === undefined ? undefined : { name, type: 'image/png', data };
}

async function traceOf(controls: Controls): Promise<Saved> {
  const run = onStage(controls);
  const data = JSON.stringify(chromeTrace(run, controls.session.state.spec?.title ?? 'A run'));
  return { name: `${named(controls, 'trace')}.json`, type: 'application/json', data };
}

const SAVED = 'Saved as ';

/** What makes each file. */
export const makers = { svgOf, cardOf, pngOf, animationOf, traceOf };

/** Makes it and gives it to the person, unless that one has stopped it; what goes wrong is said, and nothing is lost by it. */
export async function give(controls: Controls, making: Promise<Saved | undefined>): Promise<void> {
  const { session, host } = controls;
  const done = session.frames.begin('export');
  try {
    const made = await making;
    if (made === undefined) return; // stopped by the person
    const { name, data, type } = made;
    host.download(name, data, type);
    // One after the other would cover the stage.
    for (const { id, text } of session.state.messages) if (text.startsWith(SAVED)) session.dismiss(id);
    session.say(`${SAVED}${name}.`);
  } catch (error) {
    session.say(error instanceof Error ? error.message : String(error), 'wrong');
  } finally {
    done();
  }
}
