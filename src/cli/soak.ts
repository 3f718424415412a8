import { bundle } from './bundle';
import { exec } from './exec';

/**
 * `npm run soak [-- WHAT] [options]`: what `npm test` does not have the time for. Without WHAT: all but `xi`, `lab` and `world`, one after the other.
 *   random       1,000,000 operations of random guests of Xen with all protections on  [--operations N] [--seed S]
 *   protections  each protection off, from ten seeds: what it protects must break       [--seeds N] [--seed S] [--only NAME,NAME]
 *   kvm          20,000 random worlds of KVM                                         [--worlds N] [--seed S] [--without NAME,NAME]
 *   cases        2,000 made-up cases in the format of KVM's recordings               [--cases N] [--operations N] [--seed S]
 *   laws         all laws with many more runs, round after round, until the time is over [--minutes N] [--runs N] [FILE...]
 *                (the first round also has the verdicts of the fast page fault that take minutes)
 *   lab          a workload of 100,000,000 accesses on the page, against the command line     [--accesses N]; needs a build
 *   xi           random guests of XI, in all paging modes and pool sizes                 [--guests N] [--operations N] [--seed S]
 *   world        one random world again                                  --seed S [--without NAME] [--scenario FILE]
 */
const JOBS = ['random', 'protections', 'kvm', 'cases', 'laws', 'lab', 'xi', 'world'] as const;
type Job = (typeof JOBS)[number];
/** The driver of each job that is not one of Xen's guests. */
const DRIVERS: Partial<Record<Job, string>> = {
  kvm: 'src/testing/kvmDriver/main.ts',
  cases: 'src/testing/kvmCases/main.ts',
  xi: 'src/testing/xiDriver/main.ts',
};
const XEN_DRIVER = 'src/testing/xenDriver/main.ts';
/** Tables of which `npm test` has time for some rows only. */
const TABLES = ['src/checker/proposalRaces.test.ts'];
/** Ends what hangs, not what is slow. */
const HOURS = 6 * 3_600_000;

const words = process.argv.slice(2);
const named = JOBS.find((job) => job === words[0]);
const rest = named === undefined ? words : words.slice(1);

function option(name: string, otherwise: number): number {
  const index = rest.indexOf(`--${name}`);
  if (index < 0) return otherwise;
  const value = Number(rest[index + 1]);
  if (!(value > 0)) throw new Error(`--${name} is "${rest[index + 1]}", expected a number above 0.`);
  return value;
}

/** The random driver runs bundled: twice as fast as through a loader. */
async function driver(job: Exclude<Job, 'laws' | 'lab'>): Promise<number> {
  const file = await bundle(DRIVERS[job] ?? XEN_DRIVER);
  console.log(`\n=== ${job}`);
  const seed = rest.includes('--seed') ? [] : ['--seed', String(Date.now() % 1_000_000_000)];
  return (await exec('node', [file, job, ...rest, ...seed], { live: true, limit: HOURS })).exit;
}

/** Rounds of all laws (`*.laws.test.ts`) or of the files named, each with a new seed, until the time is over or one breaks. */
async function laws(): Promise<number> {
  const end = performance.now() + option('minutes', 10) * 60_000;
  const runs = option('runs', 2000);
  const files = rest.filter((word, i) => !word.startsWith('--') && !rest[i - 1]?.startsWith('--'));
  const first = Date.now() | 0;
  for (let round = 0; round === 0 || performance.now() < end; round++) {
    const seed = String((first + round) | 0);
    console.log(`\n=== laws, round ${round + 1}, seed ${seed}, ${runs} runs per law`);
    Object.assign(process.env, { FC_SEED: seed, FC_RUNS: String(runs), SOAK: '1' });
    const filters = files.length > 0 ? files : round === 0 ? ['.laws.test.ts', ...TABLES] : ['.laws.test.ts'];
    const done = await exec('vitest', ['run', '--testTimeout=3600000', ...filters], {
      live: true,
      limit: HOURS,
    });
    if (done.exit === 0) continue;
    console.error(`A law broke. Repeat it: FC_SEED=${seed} FC_RUNS=${runs} SOAK=1 npx vitest run FILE`);
    return done.exit;
  }
  return 0;
}

/** The page's run of a workload, and the command line's, of a length that `npm test` has no time for. */
async function lab(): Promise<number> {
  process.env.LAB_ACCESSES = String(option('accesses', 100_000_000));
  return (
    await exec('playwright', ['test', 'lab.spec.ts', '--timeout=3600000'], { live: true, limit: HOURS })
  ).exit;
}

const run = (job: Job): Promise<number> => (job === 'laws' ? laws() : job === 'lab' ? lab() : driver(job));

process.exitCode = 0;
for (const job of named === undefined
  ? (['random', 'protections', 'kvm', 'cases', 'laws'] as const)
  : [named])
  process.exitCode ||= await run(job);
