import type { Run } from '../engine';
import type { FigureSpec } from '../hypervisor';
import type { CounterSpec } from '../kernel';

export interface Cost {
  readonly name: string;
  /** What one count means. */
  readonly says: string;
  readonly value: number;
  /** What it comes to at the end of the run. */
  readonly final: number;
}

const finals = new WeakMap<
  Run,
  { readonly length: number; readonly values: Readonly<Record<string, number>> }
>();

function finalOf(run: Run): Readonly<Record<string, number>> {
  const known = finals.get(run);
  if (known?.length === run.length) return known.values;
  const values = run.peek(run.length, () => run.world.counters.all());
  finals.set(run, { length: run.length, values });
  return values;
}

/** A ratio of counters at a cursor. */
export interface Share {
  readonly name: string;
  readonly says: string;
  readonly published: string;
  readonly part: number;
  readonly whole: number;
  /** `12 % (3 of 25)`. */
  readonly text: string;
}

/** A design's figures at a cursor: those whose whole is not nothing. */
export function sharesAt(run: Run, cursor: number, figures: readonly FigureSpec[]): readonly Share[] {
  if (figures.length === 0) return [];
  const values = run.peek(cursor, () => run.world.counters.all());
  return figures.flatMap(({ name, of, per, says, published }) => {
    const part = values[of] ?? 0;
    const whole = [per].flat().reduce((sum, counter) => sum + (values[counter] ?? 0), 0);
    if (whole === 0) return [];
    const text = `${Math.round((1000 * part) / whole) / 10} % (${part} of ${whole})`;
    return [{ name, says, published, part, whole, text }];
  });
}

/**
 * The counters at a cursor, in the design's order; those that stay at nothing in the whole run are left to `quiet`.
 * `explained`: their meanings, for a run that began before these had been fetched.
 */
export function costsAt(
  run: Run,
  cursor: number,
  explained: readonly CounterSpec[] = [],
): { readonly counted: readonly Cost[]; readonly quiet: readonly Cost[]; readonly most: number } {
  const values = run.peek(cursor, () => run.world.counters.all());
  const final = finalOf(run);
  const meaning = new Map(explained.map((spec) => [spec.name, spec.says]));
  const costs = run.world.counters.specs.map(({ name, says }) => ({
    name,
    says: says === '' ? (meaning.get(name) ?? '') : says,
    value: values[name] ?? 0,
    final: final[name] ?? 0,
  }));
  const counted = costs.filter((cost) => cost.final > 0);
  return {
    counted,
    quiet: costs.filter((cost) => cost.final === 0),
    most: Math.max(1, ...counted.map((cost) => cost.final)),
  };
}
