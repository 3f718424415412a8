import type { Measure } from './bench';

const shown = (value: number | string): string =>
  typeof value === 'string' || Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));

/** One line for programs: the bench's name, then every measure under its own. */
export function jsonLine(bench: string, measures: readonly Measure[]): string {
  return JSON.stringify({ bench, ...Object.fromEntries(measures.map(({ name, value }) => [name, value])) });
}

/** One line per measure for people, figures right-aligned. */
export function tableOf(measures: readonly Measure[]): string {
  const nameWidth = Math.max(...measures.map(({ name }) => name.length));
  const valueWidth = Math.max(...measures.map(({ value }) => shown(value).length));
  return measures
    .map(({ name, value, unit, target }) => {
      const figure = `  ${name.padEnd(nameWidth)}  ${shown(value).padStart(valueWidth)} ${unit}`.trimEnd();
      return target === undefined ? figure : `${figure}   target ${target}`;
    })
    .join('\n');
}
