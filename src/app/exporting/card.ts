import { figure } from '../../base';
import { judge, type Run } from '../../engine';
import { stepTablesFingerprint } from '../../kernel';
import { LINK_VERSION } from '../../permalink';
import { momentWords } from '../../views/moment';
import { wrapWords } from '../../views/scene/text';
import { escaped } from './escaped';
import type { Picture } from './picture';

/** What stands around a picture: who says it, what it shows, and where to find it again. */
export interface CardWords {
  readonly title: string;
  readonly design: string;
  readonly step: string;
  readonly who: string;
  readonly caption: string;
  /** Sentences about what is broken, and how the run ends by what its scenario promises. */
  readonly verdict: string;
  readonly broken: boolean;
  readonly versions: string;
  /** Undefined where the moment fits in no link. */
  readonly link: string | undefined;
}

/** The moment at a cursor in the words of a card. */
export function cardWords(run: Run, cursor: number, link: string | undefined): CardWords {
  const words = momentWords(run, cursor);
  const { spec, design } = run.built;
  const profile = design.profiles.length > 1 ? `, profile ${spec.options.profile}` : '';
  return {
    title: spec.title,
    design: `${design.title}${profile}`,
    step: `Step ${figure(words.step)} of ${figure(words.of)}`,
    who: words.actor === '' ? '' : `${words.actor} · ${words.doing}`,
    caption: words.caption,
    verdict: verdictWords(run, words.broken),
    broken: words.broken.length > 0 || (run.ending.kind !== 'open' && !judge(run).ok),
    versions: `Made with Shadowscope: link format ${LINK_VERSION}, step tables ${stepTablesFingerprint()}`,
    link,
  };
}

function verdictWords(run: Run, broken: readonly string[]): string {
  if (broken.length > 0) return broken.join(' ');
  if (run.ending.kind === 'open') return `Recorded up to step ${figure(run.length)} only: no verdict.`;
  const { ok, findings } = judge(run);
  const breaks = run.violations.length;
  const met = findings.filter(({ kind }) => kind === 'met').length;
  const promised =
    findings.length === 0
      ? ''
      : ` ${met} of ${findings.length} expectation${findings.length === 1 ? '' : 's'} met.`;
  if (!ok) return `The run does not do what its scenario promises.${promised}`;
  return breaks === 0
    ? `Every invariant holds in the whole run.${promised}`
    : `${breaks} break${breaks === 1 ? '' : 's'} of an invariant in the run, as announced.${promised}`;
}

const MARGIN = 24;
const LINK_SIZE = 10;
const SANS = 'Inter Variable, Inter, system-ui, sans-serif';
const MONO = 'IBM Plex Mono, ui-monospace, monospace';

interface Line {
  readonly text: string;
  readonly size: number;
  readonly fill: string;
  readonly weight?: number;
  readonly mono?: boolean;
  /** To the right end of the line before. */
  readonly right?: boolean;
}

function textAt(
  { text, size, fill, weight = 400, mono = false, right = false }: Line,
  x: number,
  y: number,
): string {
  const anchor = right ? ' text-anchor="end"' : '';
  return `<text x="${x}" y="${y}" font-family="${mono ? MONO : SANS}" font-size="${size}" font-weight="${weight}" fill="${fill}"${anchor}>${escaped(text)}</text>`;
}

const wrapped = (
  text: string,
  size: number,
  width: number,
  most: number,
  fill: string,
  weight?: number,
): Line[] =>
  wrapWords(text, size, width, most).map((line) => ({
    text: line,
    size,
    fill,
    ...(weight === undefined ? {} : { weight }),
  }));

/** Lines one below the other from `top` on; where they end. */
function column(
  lines: readonly Line[],
  x: number,
  top: number,
): { readonly marks: string; readonly bottom: number } {
  let y = top;
  const marks = lines.map((line) => {
    y += line.size * 1.5;
    return textAt(line, x, Math.round(y));
  });
  return { marks: marks.join(''), bottom: y + 4 };
}

/** All of a link, so that it can be copied where it cannot be followed. In type of one width, which has no place to break but anywhere. */
function linkLines(link: string, width: number): string[] {
  const perLine = Math.floor(width / (LINK_SIZE * 0.6)) - 1;
  return Array.from({ length: Math.ceil(link.length / perLine) }, (_, i) =>
    link.slice(i * perLine, (i + 1) * perLine),
  );
}

/** One SVG for slides and reviews: picture, caption, verdict, versions, link. `style`: the fonts. The link can be followed where the viewer lets it. */
export function cardSvg(picture: Picture, words: CardWords, style: string): string {
  const { ink } = picture;
  const width = picture.width + 2 * MARGIN;
  const inner = picture.width;
  const head = [
    textAt({ text: words.title, size: 20, fill: ink.strong, weight: 650 }, MARGIN, 42),
    textAt({ text: words.design, size: 13, fill: ink.quiet, right: true }, width - MARGIN, 42),
  ];
  const top = 60;
  const below = column(
    [
      {
        text: `${words.step}${words.who === '' ? '' : `  ·  ${words.who}`}`,
        size: 13,
        fill: ink.quiet,
        weight: 650,
      },
      ...wrapped(words.caption, 17, inner, 4, ink.strong),
      ...wrapped(words.verdict, 14, inner, 3, words.broken ? ink.wrong : ink.body),
    ],
    MARGIN,
    top + picture.height + 8,
  );
  const quiet = { size: 11, fill: ink.quiet };
  const where: Line[] =
    words.link === undefined
      ? [{ ...quiet, text: 'The run is too large for a link.' }]
      : linkLines(words.link, inner).map((text) => ({ ...quiet, text, size: LINK_SIZE, mono: true }));
  const foot = column([{ ...quiet, text: words.versions }, ...where], MARGIN, below.bottom + 10);
  const height = Math.ceil(foot.bottom + MARGIN);
  const footMarks =
    words.link === undefined ? foot.marks : `<a href="${escaped(words.link)}">${foot.marks}</a>`;
  return whole(width, height, style, ink.paper, [
    ...head,
    `<svg x="${MARGIN}" y="${top}" width="${inner}" height="${picture.height}">${picture.svg}</svg>`,
    `<rect x="${MARGIN}" y="${top}" width="${inner}" height="${picture.height}" fill="none" stroke="${ink.line}"/>`,
    below.marks,
    footMarks,
  ]);
}

/** A picture with its caption below it, always of one size: a frame of an animation. */
export function captionedSvg(picture: Picture, words: CardWords, style: string): string {
  const { ink } = picture;
  const strip = 118;
  const { marks } = column(
    [
      {
        text: `${words.step}${words.who === '' ? '' : `  ·  ${words.who}`}`,
        size: 14,
        fill: ink.quiet,
        weight: 650,
      },
      ...wrapped(words.caption, 18, picture.width - 2 * MARGIN, 3, words.broken ? ink.wrong : ink.strong),
    ],
    MARGIN,
    picture.height,
  );
  return whole(picture.width, picture.height + strip, style, ink.paper, [picture.svg, marks]);
}

/** A picture alone, with its fonts. */
export const plainSvg = (picture: Picture, style: string): string =>
  whole(picture.width, picture.height, style, picture.ink.paper, [picture.svg]);

function whole(
  width: number,
  height: number,
  style: string,
  paper: string,
  marks: readonly string[],
): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<defs>${style}</defs><rect width="${width}" height="${height}" fill="${paper}"/>`,
    ...marks,
    '</svg>',
  ].join('');
}
