import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import type { Run } from '../../engine';
import { Scene } from '../../panels/stage/Scene';
import { buildScene } from '../../views/scene/build';
import { layoutScene } from '../../views/scene/layout';

/** The stage as marks that need nothing of the page: to be put into any SVG. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** A whole `<svg>` element of that size. */
  readonly svg: string;
}

/** What of the page's style a mark keeps. All else is inherited, or has no effect on a picture. */
const KEPT = [
  ...['fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-opacity', 'stroke-dasharray'],
  ...['stroke-linecap', 'stroke-linejoin', 'opacity', 'display', 'visibility', 'paint-order'],
  ...['font-family', 'font-size', 'font-weight', 'letter-spacing', 'text-anchor', 'dominant-baseline'],
  ...['stop-color', 'stop-opacity', 'clip-path', 'mask', 'filter'],
] as const;

/** What only a page needs: what can be pressed, and who hears of it. */
const LEFT_OUT = /^(class|tabindex|role|aria-|data-|style$)/;

function dressed(from: Element, to: Element): void {
  const style = getComputedStyle(from);
  for (const { name } of [...to.attributes]) if (LEFT_OUT.test(name)) to.removeAttribute(name);
  for (const name of KEPT) {
    const value = style.getPropertyValue(name);
    // Attributes, not a style: every program that reads SVG knows them.
    if (value !== '' && value !== 'none' && value !== 'normal' && value !== 'auto')
      to.setAttribute(name, value);
    else if (value === 'none' && (name === 'fill' || name === 'display')) to.setAttribute(name, value);
  }
  [...from.children].forEach((child, i) => {
    const copy = to.children[i];
    if (copy !== undefined) dressed(child, copy);
  });
}

const NOBODY: ReadonlySet<string> = new Set();

/** Draws the beat (from, to] of a run beside the page, and takes it down again. The page itself does not move. `paper`: in light colours, whatever the page's are. */
export function pictureOf(
  run: Run,
  from: number,
  to: number,
  width: number,
  height: number,
  paper = false,
): Picture {
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
  if (paper) place.style.colorScheme = 'light';
  document.body.append(place);
  const root = createRoot(place);
  try {
    const model = buildScene(run, from, to);
    if (model.flat === true)
      throw new Error('There are no tables here to draw: this scenario is about memory alone.');
    const layout = layoutScene(model, { w: width, h: height, column: 'L1', keep: NOBODY });
    flushSync(() =>
      root.render(
        <Scene model={model} layout={layout} focus={undefined} onFocus={() => undefined} before={NOBODY} />,
      ),
    );
    const drawn = place.querySelector('svg');
    if (drawn === null) throw new Error('This moment has no picture of tables to save.');
    const copy = drawn.cloneNode(true) as SVGSVGElement;
    dressed(drawn, copy);
    copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
    copy.setAttribute('width', String(width));
    copy.setAttribute('height', String(height));
    return { width, height, svg: new XMLSerializer().serializeToString(copy) };
  } finally {
    root.unmount();
    place.remove();
  }
}

let fonts: Promise<string> | undefined;

/** The page's own fonts as a style that travels with a picture: no viewer of it has them. */
export function fontStyle(): Promise<string> {
  fonts ??= readFonts();
  return fonts;
}

async function readFonts(): Promise<string> {
  const faces = [...document.styleSheets].flatMap((sheet) =>
    [...sheet.cssRules].filter((rule): rule is CSSFontFaceRule => rule instanceof CSSFontFaceRule),
  );
  const rules = await Promise.all(
    faces.map(async ({ style, parentStyleSheet }) => {
      const [, url] = /url\("?([^")]+)"?\)/.exec(style.getPropertyValue('src')) ?? [];
      if (url === undefined) return '';
      const answer = await fetch(new URL(url, parentStyleSheet?.href ?? location.href));
      const bytes = new Uint8Array(await answer.arrayBuffer());
      let text = '';
      for (let i = 0; i < bytes.length; i += 0x8000)
        text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
      const family = style.getPropertyValue('font-family');
      const weight = style.getPropertyValue('font-weight');
      return `@font-face{font-family:${family};font-weight:${weight};src:url(data:font/woff2;base64,${btoa(text)})}`;
    }),
  );
  return `<style>${rules.join('')}</style>`;
}
