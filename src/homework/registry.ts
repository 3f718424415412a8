import { fail, ok, type Result } from '../base';
import type { Generator } from './exercise';
import { backlinks } from './generators/backlinks';
import { derivation } from './generators/derivation';
import { faults } from './generators/faults';
import { hash } from './generators/hash';
import { memoryOrder } from './generators/memoryOrder';
import { mprotect } from './generators/mprotect';
import { resync } from './generators/resync';
import { walk } from './generators/walk';

/** Every kind of exercise, in the order of a course. Old versions stay in the list behind the new ones: links name them. */
export const GENERATORS: readonly Generator[] = [
  walk,
  faults,
  derivation,
  resync,
  hash,
  memoryOrder,
  backlinks,
  mprotect,
];

const offered = (): string =>
  GENERATORS.map(({ name, version }) => `${name} (version ${version})`).join(', ');

/** The generator a link or a command names; without a version, the newest. Or what there is instead. */
export function generatorNamed(name: string, version?: number): Result<Generator, string> {
  const named = GENERATORS.filter((g) => g.name === name);
  if (named.length === 0)
    return fail(`There is no generator called \`${name}\`. Expected one of: ${offered()}.`);
  if (version === undefined) return ok(named[0] as Generator);
  const found = named.find((g) => g.version === version);
  if (found !== undefined) return ok(found);
  return fail(
    `The generator \`${name}\` has no version ${version}. There is ${named.map((g) => `version ${g.version}`).join(' and ')}. A sheet of another version has other exercises: ask whoever gave you the link, or take the version there is.`,
  );
}
