/** What the presenter's style makes of every size in this window (`--scale` of tokens.css): pictures that lay out themselves ask for it. */
export const typeScale = (): number =>
  Number(getComputedStyle(document.documentElement).getPropertyValue('--scale')) || 1;
