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

/** What the browser kept between visits. Whatever it is that is found there, it is looked at before it is believed. */
function read(keeper: Keeper): Kept {
  const text = keeper.read('homework');
  if (text === undefined) return NOTHING;
  try {
    const value: unknown = JSON.parse(text);
    if (!isRecord(value) || typeof value.student !== 'string' || !Array.isArray(value.sheets)) return NOTHING;
    const sheets = value.sheets.flatMap((one: unknown): [string, Typed][] =>
      Array.isArray(one) && typeof one[0] === 'string' && isTyped(one[1]) ? [[one[0], one[1]]] : [],
    );
    return { student: value.student, sheets };
  } catch {
    return NOTHING;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isTyped = (value: unknown): value is Typed =>
  isRecord(value) &&
  Object.values(value).every(
    (fields) => isRecord(fields) && Object.values(fields).every((t) => typeof t === 'string'),
  );

export function keptFor(
  keeper: Keeper,
  address: string,
): { readonly student: string; readonly typed: Typed } {
  const kept = read(keeper);
  return { student: kept.student, typed: kept.sheets.find(([name]) => name === address)?.[1] ?? {} };
}

/** Keeps it; or says why not. */
export function keep(keeper: Keeper, address: string, student: string, typed: Typed): string | undefined {
  const others = read(keeper).sheets.filter(([name]) => name !== address);
  const sheets = [...others, [address, typed] as const].slice(-MOST_SHEETS);
  const written = keeper.write('homework', JSON.stringify({ student, sheets }));
  return written.kind === 'ok'
    ? undefined
    : 'This browser does not let the page keep what you type, or has no room for it. Save your answers as a file before you leave.';
}
