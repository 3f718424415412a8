/** Outlines on a 16 × 16 field, drawn in the colour of the words around them. */
const PATHS = {
  start: 'M13 3.5v9L7.5 8zM7.5 3.5v9L2 8z',
  back: 'M11 3v10L4 8z',
  play: 'M4.5 2.5v11L13 8z',
  pause: 'M4 3h3v10H4zM9 3h3v10H9z',
  forward: 'M5 3v10l7-5z',
  end: 'M3 3.5v9L8.5 8zM8.5 3.5v9L14 8z',
  stepForward: 'M3 3v10l7-5zM11.5 3H13v10h-1.5z',
  stepBack: 'M13 3v10L6 8zM3 3h1.5v10H3z',
  search:
    'M7 2.5a4.5 4.5 0 1 0 2.7 8.1l3 3 .9-.9-3-3A4.5 4.5 0 0 0 7 2.5zm0 1.3a3.2 3.2 0 1 1 0 6.4 3.2 3.2 0 0 1 0-6.4z',
  close: 'M4.2 3.2 8 7l3.8-3.8 1 1L9 8l3.8 3.8-1 1L8 9l-3.8 3.8-1-1L7 8 3.2 4.2z',
  more: 'M3 6.7a1.3 1.3 0 1 0 0 2.6 1.3 1.3 0 0 0 0-2.6zm5 0a1.3 1.3 0 1 0 0 2.6 1.3 1.3 0 0 0 0-2.6zm5 0a1.3 1.3 0 1 0 0 2.6 1.3 1.3 0 0 0 0-2.6z',
  plus: 'M7.3 3h1.4v4.3H13v1.4H8.7V13H7.3V8.7H3V7.3h4.3z',
  minus: 'M3 7.3h10v1.4H3z',
  whole: 'M2 3h1.4v10H2zm10.6 0H14v10h-1.4zM4.5 7.3h7v1.4h-7z',
  chevronDown: 'm3.7 5.5-.9.9L8 11.6l5.2-5.2-.9-.900L8 9.8z',
  check: 'm6.4 12.2-3.9-3.9 1-1 2.9 2.9 6.1-6.1 1 1z',
  edit: 'M11.2 2 14 4.8 5.5 13.3 2 14l.700-3.5zm0 1.9-7.3 7.3-.3 1.2 1.2-.3 7.3-7.3z',
} as const;

export type IconName = keyof typeof PATHS;

/** Decoration: the control it stands in carries the name. */
export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} fill="currentColor" fillRule="evenodd" />
    </svg>
  );
}
