import { escaped } from './escaped';
import { plainColour } from './plainColour';
import { plainCopy } from './svgMarks';

/**
 * What stands in an element, drawn as SVG marks at the places where the browser has put it: boxes with their paint and borders, words line by line,
 * and drawings as they are. So the parts of the stage that are no drawing come into a picture as they look, and no picture is drawn
 * a second time. `root`: the picture's own place.
 */
export function htmlMarks(root: HTMLElement): string {
  const { left, top } = root.getBoundingClientRect();
  return elementMarks(root, { x: -left, y: -top, ids: { next: 0 } });
}

/** Where the picture's origin is, and names for what is referred to. */
interface Drawing {
  readonly x: number;
  readonly y: number;
  readonly ids: { next: number };
}

function elementMarks(element: Element, drawing: Drawing): string {
  const style = getComputedStyle(element);
  if (style.display === 'none' || style.visibility === 'hidden' || style.clipPath !== 'none') return '';
  if (element instanceof SVGSVGElement) return drawingMarks(element, drawing);
  const inner = [...element.childNodes].map((child) => {
    if (child instanceof Element) return elementMarks(child, drawing);
    return child instanceof Text ? textMarks(child, style, drawing) : '';
  });
  return boxMarks(element, style, drawing) + keyMark(element, drawing) + inner.join('');
}

/** The sample that a style puts before a word of a key: a box of its own size, at the line's middle. */
function keyMark(element: Element, { x, y }: Drawing): string {
  const style = getComputedStyle(element, '::before');
  const [width, height] = [pixels(style.width), pixels(style.height)];
  if (style.content !== '""' || style.position === 'absolute' || width === 0 || height === 0) return '';
  const paint = plainColour(style.backgroundColor);
  const line = plainColour(style.borderTopColor);
  const border = pixels(style.borderTopWidth);
  const box = element.getBoundingClientRect();
  const [left, top] = [box.left + x + border / 2, box.top + y + (box.height - height) / 2];
  const dash = style.borderTopStyle === 'dashed' ? ' stroke-dasharray="3 2"' : '';
  const stroke =
    border > 0 ? ` stroke="${line.hex}" stroke-opacity="${line.alpha}" stroke-width="${border}"${dash}` : '';
  return `<rect x="${rounded(left)}" y="${rounded(top)}" width="${rounded(width - border)}" height="${rounded(height - border)}" rx="${pixels(style.borderTopLeftRadius)}" fill="${paint.hex}" fill-opacity="${paint.alpha}"${stroke}/>`;
}

function drawingMarks(drawn: SVGSVGElement, { x, y }: Drawing): string {
  const box = drawn.getBoundingClientRect();
  const copy = plainCopy(drawn);
  for (const [name, value] of [
    ['x', box.left + x],
    ['y', box.top + y],
    ['width', box.width],
    ['height', box.height],
  ] as const)
    copy.setAttribute(name, `${value}`);
  return new XMLSerializer().serializeToString(copy);
}

const pixels = (value: string): number => Number.parseFloat(value) || 0;
const rounded = (value: number): number => Math.round(value * 100) / 100;

function boxMarks(element: Element, style: CSSStyleDeclaration, { x, y, ids }: Drawing): string {
  const box = element.getBoundingClientRect();
  if (box.width === 0 || box.height === 0) return '';
  const paint = plainColour(style.backgroundColor);
  const gradient = gradientMarks(style.backgroundImage, ids);
  const border = pixels(style.borderTopWidth);
  const line = plainColour(style.borderTopColor);
  // A shadow that lies inside, without blur, is how a style makes a border stronger and moves nothing.
  const [, inset] = /0px 0px 0px ([\d.]+)px inset/.exec(style.boxShadow) ?? [];
  const width = border + pixels(inset ?? '');
  const framed = border > 0 && line.alpha > 0;
  const out: string[] = [];
  if (paint.alpha > 0 || gradient !== undefined || framed) {
    const half = framed ? width / 2 : 0;
    const fill =
      gradient !== undefined
        ? `fill="url(#${gradient.id})"`
        : paint.alpha === 0
          ? 'fill="none"'
          : `fill="${paint.hex}" fill-opacity="${paint.alpha}"`;
    const dash = style.borderTopStyle === 'dashed' ? ' stroke-dasharray="3 2"' : '';
    const stroke = framed
      ? ` stroke="${line.hex}" stroke-opacity="${line.alpha}" stroke-width="${width}"${dash}`
      : '';
    const radius = Math.max(0, pixels(style.borderTopLeftRadius) - half);
    out.push(
      `${gradient?.marks ?? ''}<rect x="${rounded(box.left + x + half)}" y="${rounded(box.top + y + half)}" width="${rounded(box.width - 2 * half)}" height="${rounded(box.height - 2 * half)}" rx="${rounded(radius)}" ${fill}${stroke}/>`,
    );
  }
  // A mark along one side only: which operation is the present one.
  const side = plainColour(style.borderLeftColor);
  const sideWidth = pixels(style.borderLeftWidth);
  if (!framed && sideWidth > 0 && side.alpha > 0)
    out.push(
      `<rect x="${rounded(box.left + x)}" y="${rounded(box.top + y)}" width="${sideWidth}" height="${rounded(box.height)}" fill="${side.hex}" fill-opacity="${side.alpha}"/>`,
    );
  return out.join('');
}

/** A gradient from above to below, the only kind that the stage has. */
function gradientMarks(
  image: string,
  ids: { next: number },
): { readonly id: string; readonly marks: string } | undefined {
  const [, inside] = /^linear-gradient\((.*)\)$/s.exec(image) ?? [];
  if (inside === undefined) return undefined;
  const parts = inside.split(/,(?![^(]*\))/).map((part) => part.trim());
  const stops = parts.map((part, i) => {
    const [, colour = part, at] = /^(.*\))\s+([\d.]+)%$/s.exec(part) ?? [];
    const { hex, alpha } = plainColour(colour);
    const offset = at === undefined ? i / Math.max(1, parts.length - 1) : Number(at) / 100;
    return `<stop offset="${offset}" stop-color="${hex}" stop-opacity="${alpha}"/>`;
  });
  const id = `paint-${ids.next++}`;
  return {
    id,
    marks: `<linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1">${stops.join('')}</linearGradient>`,
  };
}

let ruler: CanvasRenderingContext2D | null | undefined;

/** How far the letters' foot lies below the top of their line. */
function ascentOf(style: CSSStyleDeclaration): number {
  ruler ??= document.createElement('canvas').getContext('2d');
  if (ruler === null) return pixels(style.fontSize) * 0.97;
  ruler.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  return ruler.measureText('x').fontBoundingBoxAscent;
}

function textMarks(node: Text, style: CSSStyleDeclaration, { x, y }: Drawing): string {
  const lines: { left: number; top: number; words: string[] }[] = [];
  const range = document.createRange();
  for (const word of node.data.matchAll(/\S+/g)) {
    range.setStart(node, word.index);
    range.setEnd(node, word.index + word[0].length);
    const [box] = range.getClientRects();
    if (box === undefined || box.width === 0) continue;
    const line = lines.at(-1);
    if (line !== undefined && Math.abs(line.top - box.top) < 1) line.words.push(word[0]);
    else lines.push({ left: box.left, top: box.top, words: [word[0]] });
  }
  if (lines.length === 0) return '';
  const { hex, alpha } = plainColour(style.color);
  const ascent = ascentOf(style);
  const look = [
    `font-family="${escaped(style.fontFamily)}" font-size="${style.fontSize}" font-weight="${style.fontWeight}"`,
    `fill="${hex}" fill-opacity="${alpha}"`,
    style.letterSpacing === 'normal' ? '' : `letter-spacing="${style.letterSpacing}"`,
    style.fontStyle === 'italic' ? 'font-style="italic"' : '',
    style.textDecorationLine === 'line-through' ? 'text-decoration="line-through"' : '',
  ].filter((part) => part !== '');
  const upper = style.textTransform === 'uppercase';
  return lines
    .map(({ left, top, words }) => {
      const text = words.join(' ');
      return `<text x="${rounded(left + x)}" y="${rounded(top + y + ascent)}" ${look.join(' ')}>${escaped(upper ? text.toUpperCase() : text)}</text>`;
    })
    .join('');
}
