import { plainColour } from './plainColour';

/** What of the page's style a mark keeps. All else is inherited, or has no effect on a picture. */
const KEPT = [
  ...['fill-opacity', 'stroke-width', 'stroke-opacity', 'stroke-dasharray'],
  ...['stroke-linecap', 'stroke-linejoin', 'opacity', 'display', 'visibility', 'paint-order'],
  ...['font-family', 'font-size', 'font-weight', 'letter-spacing', 'text-anchor', 'dominant-baseline'],
  ...['stop-opacity', 'clip-path', 'mask', 'filter'],
] as const;

/** A paint, and the attribute that says how much of it can be seen. */
const PAINTS = [
  ['fill', 'fill-opacity'],
  ['stroke', 'stroke-opacity'],
  ['stop-color', 'stop-opacity'],
] as const;

/** What only a page needs: what can be pressed, and who hears of it. */
const LEFT_OUT = /^(class|tabindex|role|aria-|data-|style$)/;

/** A drawing of the page as a copy that needs nothing of the page: its style as attributes, which every program that reads SVG knows. */
export function plainCopy(drawn: SVGSVGElement): SVGSVGElement {
  const copy = drawn.cloneNode(true) as SVGSVGElement;
  dress(drawn, copy);
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return copy;
}

function dress(from: Element, to: Element): void {
  const style = getComputedStyle(from);
  for (const { name } of [...to.attributes]) if (LEFT_OUT.test(name)) to.removeAttribute(name);
  for (const name of KEPT) {
    const value = style.getPropertyValue(name);
    if (value !== '' && value !== 'none' && value !== 'normal' && value !== 'auto')
      to.setAttribute(name, value);
    else if (value === 'none' && name === 'display') to.setAttribute(name, value);
  }
  for (const [name, seen] of PAINTS) {
    const value = style.getPropertyValue(name);
    if (value === '') continue;
    if (value === 'none' || value.startsWith('url(')) {
      if (value !== 'none' || name === 'fill') to.setAttribute(name, value);
      continue;
    }
    const { hex, alpha } = plainColour(value);
    to.setAttribute(name, hex);
    if (alpha < 1) to.setAttribute(seen, `${alpha * Number(style.getPropertyValue(seen) || 1)}`);
  }
  [...from.children].forEach((child, i) => {
    const copy = to.children[i];
    if (copy !== undefined) dress(child, copy);
  });
}
