/** A colour in the words of every program that reads SVG, not of browsers alone. */
export interface PlainColour {
  /** `#rrggbb`. */
  readonly hex: string;
  /** 0 is not there, 1 is opaque. */
  readonly alpha: number;
}

const known = new Map<string, PlainColour>();
let canvas: CanvasRenderingContext2D | null | undefined;

const two = (n: number): string => n.toString(16).padStart(2, '0');

/** What a computed colour (`rgb(…)`, `oklab(…)`, `color(…)`) looks like, by painting with it. */
export function plainColour(value: string): PlainColour {
  const before = known.get(value);
  if (before !== undefined) return before;
  if (canvas === undefined) {
    const element = document.createElement('canvas');
    element.width = 1;
    element.height = 1;
    canvas = element.getContext('2d', { willReadFrequently: true });
  }
  if (canvas === null)
    throw new Error('This browser has no canvas to make pictures with. Print the moment instead.');
  canvas.clearRect(0, 0, 1, 1);
  // What is no colour changes nothing: it shall not be the one before.
  canvas.fillStyle = 'transparent';
  canvas.fillStyle = value;
  canvas.fillRect(0, 0, 1, 1);
  const [r = 0, g = 0, b = 0, a = 0] = canvas.getImageData(0, 0, 1, 1).data;
  const made = { hex: `#${two(r)}${two(g)}${two(b)}`, alpha: Math.round((a / 255) * 1000) / 1000 };
  known.set(value, made);
  return made;
}
