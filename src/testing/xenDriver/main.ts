import { writeFileSync } from 'node:fs';
import { defined } from '../../base';
import { appetiteFor } from './appetites';
import { drive, wentWrong } from './drive';
import { BUDGET, type Hunted, hunt, huntTrace, PROTECTIONS } from './hunt';
import { asScenario, sayDriven } from './report';

/**
 * The random driver by itself, bundled and started by `npm run soak`:
 *   random --operations N --seed S              worlds with all protections on, until so many operations are done
 *   protections --seeds N --seed S [--only X]   each protection off, from N seeds
 *   world --seed S [--without X]                one world again; its smallest failing run goes to --scenario FILE
 */
const [command = '', ...rest] = process.argv.slice(2);

function option(name: string): string | undefined {
  const index = rest.indexOf(`--${name}`);
  return index < 0 ? undefined : rest[index + 1];
}
const number = (name: string, otherwise: number): number => Number(option(name) ?? otherwise);

const seconds = (since: number): string => ((performance.now() - since) / 1000).toFixed(0);

function repeatWith(seed: number, without?: string): string {
  return `npm run soak -- world --seed ${seed}${without === undefined ? '' : ` --without ${without}`}`;
}

/** Worlds with consecutive seeds. Ends at the first that goes wrong, with all that is needed to look at it. */
function random(): number {
  const total = number('operations', 1_000_000);
  const first = number('seed', 0);
  const start = performance.now();
  let operations = 0;
  for (let n = 0, said = 0; operations < total; n++) {
    const driven = drive((first + n) | 0);
    operations += driven.played.operations;
    if (wentWrong(driven)) {
      console.error(`${sayDriven(driven)}\nRepeat it: ${repeatWith(driven.seed)}\n\n${asScenario(driven)}`);
      return 1;
    }
    if (operations - said < 50_000) continue;
    said = operations;
    console.log(
      `${operations} operations from seed ${first}, ${n + 1} worlds, ${seconds(start)} s: nothing breaks.`,
    );
  }
  console.log(`${operations} operations from seed ${first} in ${seconds(start)} s: nothing breaks.`);
  return 0;
}

const row = (cells: readonly (string | number)[]): string =>
  cells
    .map((cell, i) => (i < 2 ? String(cell).padEnd(i === 0 ? 28 : 5) : String(cell).padStart(7)))
    .join(' ');

/** At least nine of ten seeds must find what a protection protects. */
const ENOUGH = 0.9;

function protections(): number {
  const seeds = number('seeds', 10);
  const first = number('seed', 0);
  const only = option('only')?.split(',');
  let missed = 0;
  for (const protection of PROTECTIONS) {
    if (only !== undefined && !only.includes(protection.name)) continue;
    const start = performance.now();
    const all: Hunted[] = Array.from({ length: seeds }, (_, n) => hunt(protection, first + n));
    const found = all.filter((one) => one.driven !== undefined).length;
    const enough = found >= ENOUGH * seeds;
    if (!enough) missed++;
    const figures = all.map((one) => (one.driven === undefined ? 'missed' : one.operations));
    console.log(
      `${enough ? 'ok  ' : 'FAIL'} ${row([protection.name, protection.protects, ...figures])}   ${seconds(start)} s`,
    );
    if (!enough) for (const one of all) console.log(`       ${huntTrace(one)}`);
  }
  console.log(
    missed === 0
      ? `Every protection that is off names its invariant within ${BUDGET} operations.`
      : `${missed} protections were missed: expected their invariant among the first to break, from ${ENOUGH * 100} % of the seeds within ${BUDGET} operations. Give them an appetite in src/testing/xenDriver/appetites.ts.`,
  );
  return missed === 0 ? 0 : 1;
}

function world(): number {
  const seed = Number(defined(option('seed'), 'a seed: world --seed S'));
  const without = option('without');
  const driven = drive(seed, without === undefined ? {} : appetiteFor(without), without);
  console.log(sayDriven(driven));
  if (!wentWrong(driven)) return 0;
  const text = asScenario(driven);
  const file = option('scenario');
  if (file === undefined) console.log(`\n${text}`);
  else writeFileSync(file, text);
  return 1;
}

const commands: Readonly<Record<string, () => number>> = { random, protections, world };
process.exitCode = defined(commands[command], `a command (${Object.keys(commands).join(', ')})`)();
