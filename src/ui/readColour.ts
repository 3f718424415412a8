const known = new Map<string, string>();

/**
 * The values of colour tokens as a canvas takes them. A custom property reads back as it was written (`light-dark(…)`), so
 * the browser is asked through a property that it does resolve. That computes styles, so the answers are kept per scheme.
 */
export function readColours<const T extends string>(within: Element, ...tokens: T[]): Record<T, string> {
  const { ownerDocument } = within;
  const chosen = ownerDocument.documentElement.dataset.scheme ?? 'system';
  const dark = ownerDocument.defaultView?.matchMedia('(prefers-color-scheme: dark)').matches ?? false;
  const out = {} as Record<T, string>;
  let probe: HTMLElement | undefined;
  for (const token of tokens) {
    const key = `${chosen} ${dark} ${token}`;
    let colour = known.get(key);
    if (colour === undefined) {
      probe ??= attachProbe(ownerDocument);
      probe.style.color = `var(${token})`;
      colour = getComputedStyle(probe).color;
      known.set(key, colour);
    }
    out[token] = colour;
  }
  probe?.remove();
  return out;
}

function attachProbe(document: Document): HTMLElement {
  const probe = document.createElement('span');
  probe.style.display = 'none';
  document.body.append(probe);
  return probe;
}
