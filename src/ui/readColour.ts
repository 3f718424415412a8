/**
 * The value of a colour token as a canvas takes it. A custom property reads back as it was written (`light-dark(…)`), so the
 * browser is asked through a property that it does resolve. Slow (it computes a style): call once per scheme, not per frame.
 */
export function readColours<const T extends string>(within: Element, ...tokens: T[]): Record<T, string> {
  const probe = within.ownerDocument.createElement('span');
  probe.style.display = 'none';
  within.append(probe);
  const out = {} as Record<T, string>;
  for (const token of tokens) {
    probe.style.color = `var(${token})`;
    out[token] = getComputedStyle(probe).color;
  }
  probe.remove();
  return out;
}
