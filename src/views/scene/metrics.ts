/** Sizes of the scene in CSS pixels, for one class of screen. Presenter mode scales the whole picture instead. */
export interface Metrics {
  readonly pad: number;
  /** Where the walk strip and the heads of the columns lie, and where cards begin: a tag on a card's edge fits between. */
  readonly stripY: number;
  readonly stripH: number;
  readonly headsY: number;
  readonly cardsY: number;
  /** Card: title line and minimap, one row, a folded gap, foot, distance to the next card. */
  readonly headH: number;
  readonly rowH: number;
  readonly gapH: number;
  readonly footH: number;
  readonly cardGap: number;
  readonly inset: number;
  /** The marks P W U A D NX: distance from one to the next, width, height. */
  readonly pitch: number;
  readonly cellW: number;
  readonly cellH: number;
  readonly mono: number;
  readonly title: number;
  readonly small: number;
  /** Memory column: least and wished width, height of a frame and distance to the next. */
  readonly memW: number;
  readonly memWish: number;
  readonly frameH: number;
  readonly frameGap: number;
  /** Least space between columns: links need it. */
  readonly colGap: number;
  readonly maxCardW: number;
  /** The horizon as a share of the height: it never moves. */
  readonly horizon: number;
  /** Where the shadow's half is labelled: at its foot, or above its cards where the foot is needed. */
  readonly shadowLabel: 'foot' | 'top';
}

const WIDE: Metrics = {
  pad: 20,
  stripY: 11,
  stripH: 18,
  headsY: 46,
  cardsY: 65,
  headH: 32,
  rowH: 19,
  gapH: 17,
  footH: 4,
  cardGap: 10,
  inset: 7,
  pitch: 8.6,
  cellW: 7.2,
  cellH: 11,
  mono: 11.5,
  title: 12.3,
  small: 10.8,
  memW: 140,
  memWish: 176,
  frameH: 24,
  frameGap: 7,
  colGap: 17,
  maxCardW: 172,
  horizon: 0.56,
  shadowLabel: 'foot',
};

/** The same with less air, for a stage in the middle of a small screen. */
const TIGHT: Metrics = {
  ...WIDE,
  pad: 12,
  headsY: 44,
  cardsY: 62,
  headH: 30,
  rowH: 18,
  gapH: 15,
  cardGap: 8,
  inset: 6,
  pitch: 7,
  cellW: 5.8,
  cellH: 10,
  mono: 11,
  title: 12,
  memW: 96,
  memWish: 130,
  frameH: 22,
  frameGap: 5,
  colGap: 15,
};

/** Fingers and a few columns at a time. */
const PHONE: Metrics = {
  ...WIDE,
  pad: 14,
  stripY: 8,
  stripH: 24,
  headsY: 24,
  cardsY: 44,
  headH: 34,
  rowH: 26,
  gapH: 20,
  footH: 6,
  inset: 11,
  pitch: 12,
  cellW: 10.5,
  cellH: 14,
  mono: 12.5,
  title: 13.5,
  small: 11.5,
  memW: 112,
  memWish: 124,
  frameH: 32,
  frameGap: 10,
  colGap: 32,
  maxCardW: 240,
  horizon: 0.6,
  shadowLabel: 'top',
};

/** Number of marks per entry: P W U A D NX. */
export const MARKS = 6;

/** Least width of a card whose targets have that many characters. */
export const cardWidth = (m: Metrics, targetChars: number): number =>
  Math.ceil(2 * m.inset + (3 + targetChars) * m.mono * 0.6 + MARKS * m.pitch + 9);

/** A stage with one set of tables draws them as much larger, at most, as all its columns allow: there is the height for it. */
export function zoomFor(width: number, columns: number, targetChars: number): number {
  const fits = (zoom: number): boolean => metricsFor(width / zoom, columns, targetChars).shown === columns;
  return [1.5, 1.4, 1.3, 1.2, 1.1].find(fits) ?? 1;
}

/** Which of the three serves a width, and how many of the scene's columns it can show at once. */
export function metricsFor(
  width: number,
  columns: number,
  targetChars: number,
): { m: Metrics; shown: number } {
  const need = (m: Metrics, n: number): number =>
    2 * m.pad + m.memW + (n - 1) * (cardWidth(m, targetChars) + m.colGap);
  for (const m of [WIDE, TIGHT]) if (width >= need(m, columns)) return { m, shown: columns };
  // A window of some columns may be one of tables only: memory is narrower, and need not be among them.
  const tables = (n: number): number =>
    2 * PHONE.pad + n * cardWidth(PHONE, targetChars) + (n - 1) * PHONE.colGap;
  for (let n = columns - 1; n > 2; n--) if (width >= tables(n)) return { m: PHONE, shown: n };
  return { m: PHONE, shown: Math.min(2, columns) };
}
