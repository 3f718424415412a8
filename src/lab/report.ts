import { figure } from '../base';
import type { LabConfig } from './config';
import { pairsOf } from './configText';
import type { MeasureName } from './tally';

/** What is left of a run when it is over, as plain data: it crosses from worker to page and from program to file. */
export interface LabResult {
  readonly config: LabConfig;
  readonly measures: readonly MeasureName[];
  /** How many of the measures, the first ones, are the machine's own; the others are the design's counters. */
  readonly machineMeasures: number;
  /** Accesses at the end of each window, and what all measures had come to by then. */
  readonly windows: readonly { readonly accesses: number; readonly values: readonly number[] }[];
  readonly totals: readonly number[];
}

interface Source {
  readonly config: LabConfig;
  readonly measures: readonly MeasureName[];
  readonly machineMeasures: number;
  readonly windows: readonly { readonly accesses: number; readonly values: Float64Array }[];
  values(): Float64Array;
}

export const resultOf = (run: Source): LabResult => ({
  config: run.config,
  measures: run.measures.map(({ name, says }) => ({ name, says })),
  machineMeasures: run.machineMeasures,
  windows: run.windows.map(({ accesses, values }) => ({ accesses, values: [...values] })),
  totals: [...run.values()],
});

/** A machine's measure and a design's counter may have the same name: these are told apart. */
export const measureName = ({ measures, machineMeasures, config }: LabResult, nth: number): string =>
  nth < machineMeasures ? (measures[nth]?.name ?? '') : `${config.design}: ${measures[nth]?.name ?? ''}`;

export const configRecord = (c: LabConfig): Readonly<Record<string, string>> =>
  Object.fromEntries(pairsOf(c));

/** JSON for programs: the configuration, the totals by name, and the windows as columns. */
export function labJson(result: LabResult): string {
  const names = result.measures.map((_, nth) => measureName(result, nth));
  return JSON.stringify(
    {
      format: 'shadowscope-lab',
      version: 1,
      config: configRecord(result.config),
      totals: Object.fromEntries(names.map((name, nth) => [name, result.totals[nth] ?? 0])),
      windows: {
        accesses: result.windows.map(({ accesses }) => accesses),
        ...Object.fromEntries(
          names.flatMap((name, nth) =>
            (result.totals[nth] ?? 0) === 0
              ? []
              : [[name, result.windows.map(({ values }) => values[nth] ?? 0)]],
          ),
        ),
      },
    },
    null,
    1,
  );
}

const quoted = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** CSV for spreadsheets: a row per window, a column per measure; counts since the beginning. */
export function labCsv(result: LabResult): string {
  const head = ['accesses so far', ...result.measures.map((_, nth) => measureName(result, nth))];
  const rows = result.windows.map(({ accesses, values }) => [accesses, ...values].join(','));
  return `${[head.map(quoted).join(','), ...rows].join('\n')}\n`;
}

/** Two columns for a terminal; what is zero is left out, and counted. */
export function labText(result: LabResult): string {
  const rows = result.totals.flatMap((value, nth) => (value === 0 ? [] : [{ nth, value }]));
  const width = Math.max(...rows.map(({ nth }) => measureName(result, nth).length));
  const lines = rows.map(
    ({ nth, value }) => `${measureName(result, nth).padEnd(width)}  ${figure(value).padStart(13)}`,
  );
  const quiet = result.totals.length - rows.length;
  return [...lines, `${quiet} more counters stay at 0.`].join('\n');
}
