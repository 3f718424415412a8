/** One figure of a bench. */
export interface Measure {
  /** Its key in the JSON line: `states`, `secondsPerJump`. */
  readonly name: string;
  readonly value: number | string;
  /** `s`, `µs`, `MB`, `×` …; empty for a plain count or a word. */
  readonly unit: string;
  /** What it should be, in words: `< 1 µs`. Only the bundle size is a gate; the others orient. */
  readonly target?: string;
}

/** What follows the bench's name on the command line: `--n 2` is `n: '2'`, `--quick` is `quick: ''`. */
export type BenchArgs = Readonly<Record<string, string>>;

export interface Bench {
  readonly name: string;
  /** What is measured against what, in a sentence. */
  readonly about: string;
  /** Measures once per call: medians over repetitions are taken inside (`median`), where warm-up can be told apart. */
  run(args: BenchArgs): Promise<readonly Measure[]>;
}

/** The middle of the values, or the mean of the two in the middle. Throws on none. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which a share `q` (0 to 1) of the values lies, interpolated between neighbours. Throws on none. */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) throw new Error('There is no quantile of no values. Measure at least once.');
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * q;
  const low = sorted[Math.floor(place)] ?? Number.NaN;
  const high = sorted[Math.ceil(place)] ?? Number.NaN;
  return low + (high - low) * (place - Math.floor(place));
}

/** Seconds that each of `repeats` calls took, after `warmup` calls that are not counted. */
export function timeEach(work: () => void, repeats: number, warmup = 1): number[] {
  for (let i = 0; i < warmup; i++) work();
  return Array.from({ length: repeats }, () => {
    const start = performance.now();
    work();
    return (performance.now() - start) / 1000;
  });
}

/** A whole number given as `--name N`, or the default. */
export function wholeArg(args: BenchArgs, name: string, otherwise: number): number {
  const given = args[name];
  if (given === undefined) return otherwise;
  const value = Number(given);
  if (given === '' || !Number.isInteger(value) || value < 0) {
    throw new Error(`--${name} is "${given}", expected a whole number. Example: --${name} ${otherwise}.`);
  }
  return value;
}
