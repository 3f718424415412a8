import { fail, ok, type Result } from '../base';
import type { Exercise, Generator, Key, Level } from './exercise';
import { GENERATORS, generatorNamed } from './registry';
import { makeExercise } from './seed';

/** A sheet by what makes it: nothing else is ever kept. Its address is `<generator>/<seed>/<version>/<count>/<level>`. */
export interface SheetName {
  /** A generator, or `mixed`: all of them in turn. */
  readonly generator: string;
  readonly seed: number;
  /** Of the generator; of a mixed sheet the version of the mixture. */
  readonly version: number;
  readonly count: number;
  readonly level: Level;
}

/** One exercise of a sheet; `number` counts from 1. */
export interface SheetExercise {
  readonly number: number;
  readonly generator: Generator;
  readonly exercise: Exercise;
  readonly key: Key;
}

export const MIXED = 'mixed';
/** Raised when a generator joins the mixture or one of its versions does: the same name must mean the same sheet. */
export const MIXED_VERSION = 1;
/** The generators of mixture 1, in order. */
const MIXTURE = ['walk', 'faults', 'derivation', 'resync', 'hash', 'memory-order', 'backlinks', 'mprotect'];

export const MOST_EXERCISES = 40;
export const DEFAULT_COUNT = 4;

/** Which generator makes the nth exercise (from 0). */
function generatorOf({ generator, version }: SheetName, n: number): Result<Generator, string> {
  if (generator !== MIXED) return generatorNamed(generator, version);
  return generatorNamed(MIXTURE[n % MIXTURE.length] as string, 1);
}

/** One exercise of a sheet, made anew. The name must be one that `sheetNamed` gave. */
export function exerciseOf(name: SheetName, n: number): SheetExercise {
  const generator = generatorOf(name, n);
  if (generator.kind === 'error') throw new Error(generator.error);
  return {
    number: n + 1,
    generator: generator.value,
    ...makeExercise(generator.value, name.seed, n, name.level),
  };
}

/** The whole sheet. A second or so for ten exercises: pages make one exercise after the other instead. */
export function makeSheet(name: SheetName): SheetExercise[] {
  return Array.from({ length: name.count }, (_, n) => exerciseOf(name, n));
}

export const sheetAddress = ({ generator, seed, version, count, level }: SheetName): string =>
  `${generator}/${seed}/${version}/${count}/${level}`;

/** At the end of the address of a sheet on the page: students cannot check their answers. */
export const NO_CHECKS = 'unchecked';

/** Parts of a name as text, from a link, a command line or an answers file; what is missing is filled in. */
export interface SheetParts {
  readonly generator: string;
  readonly seed: string;
  readonly version?: string | undefined;
  readonly count?: string | undefined;
  readonly level?: string | undefined;
}

/** A sheet's name, checked: or what was found, what was expected, and what there is. */
export function sheetNamed(parts: SheetParts): Result<SheetName, string> {
  const seed = wholeNumber('seed', parts.seed, 0, 0xffff_ffff);
  if (seed.kind === 'error') return seed;
  const count = wholeNumber('number of exercises', parts.count ?? String(DEFAULT_COUNT), 1, MOST_EXERCISES);
  if (count.kind === 'error') return count;
  const level = wholeNumber('level', parts.level ?? '1', 1, 3);
  if (level.kind === 'error') return level;
  const rest = { seed: seed.value, count: count.value, level: level.value as Level };
  if (parts.generator === MIXED) {
    const version = wholeNumber('version', parts.version ?? String(MIXED_VERSION), 1, MIXED_VERSION);
    return version.kind === 'error' ? version : ok({ generator: MIXED, version: version.value, ...rest });
  }
  const version = parts.version === undefined ? undefined : wholeNumber('version', parts.version, 1, 9999);
  if (version?.kind === 'error') return version;
  const generator = generatorNamed(parts.generator, version?.value);
  if (generator.kind === 'error') return generator;
  return ok({ generator: generator.value.name, version: generator.value.version, ...rest });
}

function wholeNumber(what: string, text: string, least: number, most: number): Result<number, string> {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return ok(value);
  return fail(`Found \`${text}\` for the ${what}. Expected a whole number from ${least} to ${most}.`);
}

/** Every generator, and the mixture: for lists to choose from. */
export const CHOICES: readonly {
  readonly name: string;
  readonly title: string;
  readonly says: string;
  readonly version: number;
}[] = [
  {
    name: MIXED,
    title: 'A mixed sheet',
    says: 'One exercise of each kind in turn.',
    version: MIXED_VERSION,
  },
  ...GENERATORS,
];
