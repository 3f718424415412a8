import { figure } from '../../base';
import type { LabConfig } from '../config';
import type { LabResult } from '../report';
import type { Beside } from './source';

/** The total of a count; one of the machine before one of the design that has the same name. */
export const totalNamed = (result: LabResult, name: string): number =>
  result.totals[result.measures.findIndex((one) => one.name === name)] ?? 0;

export const sumOf = (results: readonly LabResult[], name: string): number =>
  results.reduce((total, result) => total + totalNamed(result, name), 0);

const NOTHING = 'nothing of the kind has happened';

/** Three figures that count, without the zeros behind them. */
const rounded = (value: number): string => {
  const short = Number(value.toPrecision(3));
  return Math.abs(short) >= 1000 ? figure(short) : String(short);
};

const ofWhole = (part: number, whole: number): string => `(${figure(part)} of ${figure(whole)})`;

export const percent = (part: number, whole: number): string =>
  whole === 0 ? NOTHING : `${rounded((100 * part) / whole)} % ${ofWhole(part, whole)}`;

/** How often for each so many: `0.4 for each 1,000 (12 for 30,114)`. */
export const forEach = (part: number, whole: number, times: number): string =>
  whole === 0 ? NOTHING : `${rounded((times * part) / whole)} (${figure(part)} for ${figure(whole)})`;

/** A share of counters: a part of a whole. */
export const share = (says: string, of: string, per: string, run: LabConfig): Beside => ({
  says,
  runs: [run],
  value: (results) => percent(sumOf(results, of), sumOf(results, per)),
});

/** A count for each so many of another, of which it is no part. */
export const each = (says: string, of: string, per: string, times: number, run: LabConfig): Beside => ({
  says,
  runs: [run],
  value: (results) => forEach(sumOf(results, of), sumOf(results, per), times),
});
