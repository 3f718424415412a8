import { fnv1a, Random } from '../base';
import type { Generator, Level, Made } from './exercise';

/**
 * The nth exercise (from 0) of a generator for a seed: its own draws, so that a sheet of ten begins as a sheet of five does.
 * Seeds are whole numbers of 32 bits.
 */
export function makeExercise(generator: Generator, seed: number, n: number, level: Level): Made {
  const name = `${generator.name}/${generator.version}/${seed}/${n}/${level}`;
  return generator.make(new Random(fnv1a(name)), level);
}
