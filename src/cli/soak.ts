import { exec } from './exec';

/**
 * `npm run soak [-- --minutes N] [--runs N] [name...]`: the laws (`*.laws.test.ts`) with many more runs than
 * `npm test` grants them, round after round with a new seed, until the time is over or a law breaks.
 * Drivers that count operations instead of runs read `SOAK=1` and take their long form.
 */
function option(name: string, otherwise: number): number {
  const index = process.argv.indexOf(`--${name}`);
  if (index < 0) return otherwise;
  const value = Number(process.argv[index + 1]);
  if (!(value > 0)) throw new Error(`--${name} is "${process.argv[index + 1]}", expected a number above 0.`);
  return value;
}

const minutes = option('minutes', 10);
const runs = option('runs', 2000);
const names = process.argv
  .slice(2)
  .filter((word, index, all) => !word.startsWith('--') && !all[index - 1]?.startsWith('--'));
const end = performance.now() + minutes * 60_000;
const first = Date.now() | 0;

let round = 0;
let exit = 0;
do {
  const seed = String((first + round) | 0);
  console.log(`Round ${round + 1}, seed ${seed}, ${runs} runs per law.`);
  Object.assign(process.env, { FC_SEED: seed, FC_RUNS: String(runs), SOAK: '1' });
  const filters = names.length > 0 ? names : ['.laws.test.ts'];
  const done = await exec('vitest', ['run', '--testTimeout=3600000', ...filters], {
    live: true,
    limit: 3_600_000,
  });
  exit = done.exit;
  if (exit !== 0)
    console.error(`A law broke. Repeat it: FC_SEED=${seed} FC_RUNS=${runs} SOAK=1 npx vitest run FILE`);
  round++;
} while (exit === 0 && performance.now() < end);
process.exitCode = exit;
