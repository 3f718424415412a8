export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export type TextProblem =
  /** Part of the text lies where its container (`other`) cuts it off, or an ellipsis stands for it. */
  | { readonly kind: 'clipped'; readonly text: string; readonly rect: Box; readonly other: string }
  /** Part of the text lies where no scrolling can bring it. */
  | { readonly kind: 'viewport'; readonly text: string; readonly rect: Box }
  /** Two different texts are drawn over each other. */
  | { readonly kind: 'overlap'; readonly text: string; readonly rect: Box; readonly other: string };

/**
 * The scan itself. It is sent into the page as text, so it must hold everything it uses: see textLayout.ts for what it
 * is for. All boxes are in CSS pixels of the viewport.
 */
export function scanText(): TextProblem[] {
  /** Rounding of sub-pixel positions; less than this nobody sees. */
  const SLACK = 1;
  const SILENT = new Set([
    'SCRIPT',
    'STYLE',
    'NOSCRIPT',
    'TEXTAREA',
    'OPTION',
    'TITLE',
    'TEMPLATE',
    'DESC',
    'METADATA',
  ]);

  interface Run {
    readonly text: string;
    readonly node: Text;
    /** The part that is not cut or scrolled away. */
    readonly visible: Box;
    readonly layer: Element | null;
  }
  interface Clip {
    readonly element: Element;
    readonly box: Box;
    readonly x: boolean;
    readonly y: boolean;
    readonly scrolls: boolean;
  }

  const round = ({ left, top, right, bottom }: Box): Box => ({
    left: Math.round(left),
    top: Math.round(top),
    right: Math.round(right),
    bottom: Math.round(bottom),
  });
  const width = (box: Box): number => box.right - box.left;
  const height = (box: Box): number => box.bottom - box.top;
  const nameOf = (element: Element): string => {
    const id = element.id === '' ? '' : `#${element.id}`;
    return `<${element.tagName.toLowerCase()}${id}${[...element.classList].map((one) => `.${one}`).join('')}>`;
  };
  const isStatic = (style: CSSStyleDeclaration): boolean =>
    style.position === 'static' && style.transform === 'none' && style.contain !== 'paint';

  /** The box within which an SVG `clip-path: url(#…)` lets its element be seen, in the viewport's pixels. */
  function clipPathBox(element: Element, value: string): Box | null {
    const id = /url\(["']?#([^"')]+)["']?\)/.exec(value)?.[1];
    const path = id === undefined ? null : document.getElementById(id);
    if (!(path instanceof SVGClipPathElement) || !(element instanceof SVGGraphicsElement)) return null;
    const matrix = element.getScreenCTM();
    if (matrix === null || path.clipPathUnits.baseVal !== 1) return null;
    const corners = [...path.children].flatMap((child) => {
      if (!(child instanceof SVGGraphicsElement)) return [];
      const { x, y, width: w, height: h } = child.getBBox();
      return [new DOMPoint(x, y), new DOMPoint(x + w, y + h)].map((point) => point.matrixTransform(matrix));
    });
    const xs = corners.map((point) => point.x);
    const ys = corners.map((point) => point.y);
    return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
  }

  /** The padding box of an HTML element, the viewport of an SVG one: what `overflow` cuts at. */
  function paddingBox(element: Element): Box {
    const { left, top } = element.getBoundingClientRect();
    if (!(element instanceof HTMLElement)) return element.getBoundingClientRect();
    const scale = element.offsetWidth === 0 ? 1 : element.getBoundingClientRect().width / element.offsetWidth;
    const x = left + element.clientLeft * scale;
    const y = top + element.clientTop * scale;
    return {
      left: x,
      top: y,
      right: x + element.clientWidth * scale,
      bottom: y + element.clientHeight * scale,
    };
  }

  /** Everything that cuts or scrolls what is inside `start`, from the inside out. */
  function clipsOf(start: Element): { clips: Clip[]; fixed: boolean } {
    const clips: Clip[] = [];
    let escaped = false;
    let fixed = false;
    for (let element: Element | null = start; element !== null; element = element.parentElement) {
      if (element === document.body || element === document.documentElement) break;
      const style = getComputedStyle(element);
      if (!(escaped && isStatic(style))) {
        escaped = false;
        const cuts = (value: string): boolean => value !== 'visible';
        const inline = style.display === 'inline' && element instanceof HTMLElement;
        if (!inline && (cuts(style.overflowX) || cuts(style.overflowY))) {
          const scrolls = /auto|scroll/.test(style.overflowX + style.overflowY);
          clips.push({
            element,
            box: paddingBox(element),
            x: cuts(style.overflowX),
            y: cuts(style.overflowY),
            scrolls,
          });
        }
        const box = style.clipPath.startsWith('url') ? clipPathBox(element, style.clipPath) : null;
        if (box !== null) clips.push({ element, box, x: true, y: true, scrolls: false });
      }
      if (style.position === 'absolute') escaped = true;
      if (style.position === 'fixed') {
        fixed = true;
        break;
      }
    }
    return { clips, fixed };
  }

  /** Text kept for screen readers alone: cut to a pixel or clipped away whole, on purpose. */
  function unseen(start: Element): boolean {
    for (let element: Element | null = start; element !== null; element = element.parentElement) {
      const style = getComputedStyle(element);
      const { width: w, height: h } = element.getBoundingClientRect();
      if (style.overflow !== 'visible' && element instanceof HTMLElement && w <= 1 && h <= 1) return true;
      if (style.clipPath.startsWith('inset(50%') || style.clip === 'rect(0px, 0px, 0px, 0px)') return true;
    }
    return false;
  }

  const problems: TextProblem[] = [];
  const runs: Run[] = [];
  const cutElements = new Set<Element>();

  function examine(node: Text, parent: Element): void {
    const { clips, fixed } = clipsOf(parent);
    const range = document.createRange();
    range.selectNodeContents(node);
    const text = (node.textContent ?? '').trim().replace(/\s+/g, ' ').slice(0, 80);
    let clipped: string | null = null;
    let outside = false;
    let worst: Box | null = null;
    for (const rect of range.getClientRects()) {
      if (rect.width < SLACK || rect.height < SLACK) continue;
      let box: Box = { left: rect.left, top: rect.top, right: rect.right, bottom: rect.bottom };
      for (const clip of clips) {
        const seen: Box = {
          left: clip.x ? Math.max(box.left, clip.box.left) : box.left,
          top: clip.y ? Math.max(box.top, clip.box.top) : box.top,
          right: clip.x ? Math.min(box.right, clip.box.right) : box.right,
          bottom: clip.y ? Math.min(box.bottom, clip.box.bottom) : box.bottom,
        };
        const lost = width(seen) < width(box) - SLACK || height(seen) < height(box) - SLACK;
        if (lost && !clip.scrolls) {
          clipped ??= nameOf(clip.element);
          worst ??= rect;
          cutElements.add(parent);
        }
        box = seen;
      }
      if (width(box) <= 0 || height(box) <= 0) continue;
      const root = getComputedStyle(document.documentElement);
      const locked = fixed || /hidden|clip/.test(root.overflowY + getComputedStyle(document.body).overflowY);
      const pageX = fixed ? 0 : window.scrollX;
      const pageY = fixed ? 0 : window.scrollY;
      const beyond =
        box.left + pageX < -SLACK ||
        box.top + pageY < -SLACK ||
        box.right > document.documentElement.clientWidth + SLACK ||
        (locked && box.bottom > window.innerHeight + SLACK);
      if (beyond) {
        outside = true;
        worst ??= rect;
      }
      runs.push({ text, node, visible: box, layer: parent.closest('[data-layer="overlay"]') });
    }
    if (worst === null) return;
    if (clipped !== null) problems.push({ kind: 'clipped', text, rect: round(worst), other: clipped });
    else if (outside) problems.push({ kind: 'viewport', text, rect: round(worst) });
  }

  /** An ellipsis or a line clamp takes text away without leaving a box behind for it; the scroll size still tells. */
  function examineOverflow(parent: Element): void {
    if (cutElements.has(parent) || !(parent instanceof HTMLElement)) return;
    const style = getComputedStyle(parent);
    const cutX = /hidden|clip/.test(style.overflowX) && parent.scrollWidth > parent.clientWidth + SLACK;
    const cutY = /hidden|clip/.test(style.overflowY) && parent.scrollHeight > parent.clientHeight + SLACK;
    if (!cutX && !cutY) return;
    const text = (parent.textContent ?? '').trim().replace(/\s+/g, ' ').slice(0, 80);
    problems.push({
      kind: 'clipped',
      text,
      rect: round(parent.getBoundingClientRect()),
      other: nameOf(parent),
    });
  }

  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const parents = new Set<Element>();
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (parent === null || !(node instanceof Text) || (node.textContent ?? '').trim() === '') continue;
    if (SILENT.has(parent.tagName.toUpperCase())) continue;
    if (!parent.checkVisibility({ opacityProperty: true, visibilityProperty: true }) || unseen(parent))
      continue;
    examine(node, parent);
    parents.add(parent);
  }
  parents.forEach(examineOverflow);

  // Only runs whose tops lie above this run's bottom can meet it, so the list is walked once, sorted by top.
  runs.sort((a, b) => a.visible.top - b.visible.top);
  const reported = new Map<Text, Set<Text>>();
  runs.forEach((run, index) => {
    for (let next = index + 1; next < runs.length; next++) {
      const other = runs[next];
      if (other === undefined || other.visible.top >= run.visible.bottom - SLACK) break;
      if (other.node === run.node || other.layer !== run.layer || reported.get(run.node)?.has(other.node))
        continue;
      const across =
        Math.min(run.visible.right, other.visible.right) - Math.max(run.visible.left, other.visible.left);
      const down =
        Math.min(run.visible.bottom, other.visible.bottom) - Math.max(run.visible.top, other.visible.top);
      if (across <= SLACK || down <= SLACK) continue;
      reported.set(run.node, (reported.get(run.node) ?? new Set<Text>()).add(other.node));
      problems.push({ kind: 'overlap', text: run.text, rect: round(run.visible), other: other.text });
    }
  });
  return problems;
}
