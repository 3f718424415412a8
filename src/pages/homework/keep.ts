import type { Keeper } from '../../session/storage';

/** What was typed into one sheet: by exercise number and field. */
export type Typed = Readonly<Record<string, Readonly<Record<string, string>>>>;

interface Kept {
  readonly student: string;
  /** Sheets by address, the one used last at the end. */
  readonly sheets: readonly (readonly [address: string, typed: Typed])[];
}

const NOTHING: Kept = { student: '', sheets: [] };
/** A term's worth. The oldest is forgotten. */
const MOST_SHEETS = 30;

/** What the browser kept between visits, as far as it can be read; and whether that is all of it. */
interface Found extends Kept {
  readonly whole: boolean;
}

/** Whatever it is that is found there, it is looked at before it is believed. */
function read(text: string | undefined): Found {
  if (text === undefined) return { ...NOTHING, whole: true };
  try {
    const value: unknown = JSON.parse(text);
    if (!isRecord(value) || typeof value.student !== 'string' || !Array.isArray(value.sheets))
      return { ...NOTHING, whole: false };
    const sheets = value.sheets.flatMap((one: unknown): [string, Typed][] =>
      Array.isArray(one) && typeof one[0] === 'string' && isTyped(one[1]) ? [[one[0], one[1]]] : [],
    );
    return { student: value.student, sheets, whole: sheets.length === value.sheets.length };
  } catch {
    return { ...NOTHING, whole: false };
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isTyped = (value: unknown): value is Typed =>
  isRecord(value) &&
  Object.values(value).every(
    (fields) => isRecord(fields) && Object.values(fields).every((t) => typeof t === 'string'),
  );

/** What was kept for one sheet. */
export interface KeptFor {
  readonly student: string;
  readonly typed: Typed;
  /** What was found in the homework's place, now or on an earlier visit, and could not be read: as it was. */
  readonly aside: string | undefined;
}

/**
 * What was kept for a sheet. Where what is kept cannot be read (another version of the page may have written it), it is first put
 * aside, for it may be somebody's answers: what is typed from now on would take its place.
 */
export function keptFor(keeper: Keeper, address: string): KeptFor {
  const text = keeper.read('homework');
  const found = read(text);
  if (text !== undefined && !found.whole) putAside(keeper, text);
  const typed = found.sheets.find(([name]) => name === address)?.[1] ?? {};
  return { student: found.student, typed, aside: keeper.read('homework-aside') };
}

/** False if the browser has no room for it. */
function putAside(keeper: Keeper, text: string): boolean {
  const before = keeper.read('homework-aside');
  if (before?.split('\n').includes(text) === true) return true;
  return keeper.write('homework-aside', before === undefined ? text : `${before}\n${text}`).kind === 'ok';
}

/** Throws away what was put aside. */
export const forgetAside = (keeper: Keeper): void => keeper.remove('homework-aside');

/** Keeps it; or says why not. */
export function keep(keeper: Keeper, address: string, student: string, typed: Typed): string | undefined {
  const text = keeper.read('homework');
  const found = read(text);
  if (text !== undefined && !found.whole && !putAside(keeper, text)) return NOT_KEPT;
  const others = found.sheets.filter(([name]) => name !== address);
  const sheets = [...others, [address, typed] as const].slice(-MOST_SHEETS);
  return keeper.write('homework', JSON.stringify({ student, sheets })).kind === 'ok' ? undefined : NOT_KEPT;
}

const NOT_KEPT =
  'This browser does not let the page keep what you type, or has no room for it. Save your answers as a file before you leave.';
