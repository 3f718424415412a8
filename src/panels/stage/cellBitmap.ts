/**
 * Pictures of hundreds of labelled cells, made of pixels: writing them takes a tenth of the time that as many calls of
 * `fillText` take. Glyphs are drawn once per size by the browser; after that a label is a handful of copied pixels.
 */

/** A colour as bytes. */
export type Rgb = readonly [r: number, g: number, b: number];

const colours = new Map<string, Rgb>();

/** Any CSS colour, as the browser understands it. */
export function rgbOf(colour: string): Rgb {
  const known = colours.get(colour);
  if (known !== undefined) return known;
  const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  if (context === null) return [0, 0, 0];
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const [r = 0, g = 0, b = 0] = context.getImageData(0, 0, 1, 1).data;
  colours.set(colour, [r, g, b]);
  return [r, g, b];
}

interface Glyphs {
  readonly w: number;
  readonly h: number;
  readonly masks: ReadonlyMap<string, Uint8Array>;
}

const CHARACTERS = '0123456789abcdefghijklmnopqrstuvwxyz—';
const sizes = new Map<number, Glyphs>();

/** Coverage of each character at a size in device pixels, in boxes of one width. */
function glyphsOf(size: number): Glyphs {
  const known = sizes.get(size);
  if (known !== undefined) return known;
  const w = Math.max(1, Math.ceil(size * 0.6));
  const h = Math.max(1, Math.ceil(size * 1.15));
  const masks = new Map<string, Uint8Array>();
  const context = new OffscreenCanvas(w * CHARACTERS.length, h).getContext('2d', {
    willReadFrequently: true,
  });
  if (context !== null) {
    context.font = `400 ${size}px "IBM Plex Mono", monospace`;
    context.textBaseline = 'middle';
    [...CHARACTERS].forEach((char, i) => {
      context.fillText(char, i * w, h / 2);
      const { data } = context.getImageData(i * w, 0, w, h);
      masks.set(
        char,
        Uint8Array.from({ length: w * h }, (_, p) => data[4 * p + 3] ?? 0),
      );
    });
  }
  const made = { w, h, masks };
  sizes.set(size, made);
  return made;
}

/** An image that is filled cell by cell and handed to a canvas as a whole. */
export class CellBitmap {
  private readonly image: ImageData;
  private readonly pixels: Uint32Array;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.image = new ImageData(width, height);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  fill(x: number, y: number, w: number, h: number, [r, g, b]: Rgb): void {
    const value = ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
    const right = Math.min(this.width, x + w);
    const bottom = Math.min(this.height, y + h);
    for (let row = y; row < bottom; row++)
      this.pixels.fill(value, row * this.width + x, row * this.width + right);
  }

  /** Text that ends at `right`, its middle at `middle`; drawn over one ground colour. */
  label(text: string, right: number, middle: number, size: number, ink: Rgb, ground: Rgb): void {
    const { w, h, masks } = glyphsOf(size);
    const top = Math.round(middle - h / 2);
    let left = right - text.length * w;
    for (const char of text) {
      const mask = masks.get(char);
      if (mask !== undefined) this.blend(mask, left, top, w, h, ink, ground);
      left += w;
    }
  }

  private blend(
    mask: Uint8Array,
    left: number,
    top: number,
    w: number,
    h: number,
    ink: Rgb,
    ground: Rgb,
  ): void {
    const { pixels, width, height } = this;
    for (let row = 0; row < h; row++) {
      const y = top + row;
      if (y < 0 || y >= height) continue;
      for (let column = 0; column < w; column++) {
        const x = left + column;
        const cover = mask[row * w + column] as number;
        if (cover === 0 || x < 0 || x >= width) continue;
        const mix = (i: 0 | 1 | 2): number => ground[i] + (((ink[i] - ground[i]) * cover) >> 8);
        pixels[y * width + x] = ((255 << 24) | (mix(2) << 16) | (mix(1) << 8) | mix(0)) >>> 0;
      }
    }
  }

  toBitmap(): ImageBitmap {
    const canvas = new OffscreenCanvas(this.width, this.height);
    canvas.getContext('2d')?.putImageData(this.image, 0, 0);
    return canvas.transferToImageBitmap();
  }
}
