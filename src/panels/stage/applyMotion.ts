import type { MotionFrame } from '../../views/scene/frameAt';

/** Elements that stand elsewhere or half-seen at the present fraction, so that the next frame can put them back. */
const touched = new WeakMap<Element, Set<SVGElement>>();

/** Puts cards and items where the frame has them. Only what moves is touched; at rest nothing is. */
export function applyMotion(root: Element, frame: MotionFrame): void {
  const before = touched.get(root) ?? new Set<SVGElement>();
  const now = new Set<SVGElement>();
  const find = (id: string): SVGElement | null =>
    root.querySelector<SVGElement>(`[data-card="${CSS.escape(id)}"]`);
  for (const [id, { x, y }] of frame.moved) {
    const element = find(id);
    if (element === null) continue;
    element.setAttribute('transform', `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
    now.add(element);
  }
  for (const [id, opacity] of frame.opacity) {
    const element = find(id);
    if (element === null) continue;
    element.setAttribute('opacity', opacity.toFixed(2));
    now.add(element);
  }
  for (const element of before) {
    if (now.has(element)) continue;
    element.removeAttribute('transform');
    element.removeAttribute('opacity');
  }
  touched.set(root, now);
}
