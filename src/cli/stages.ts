import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Counts, countCheck, countClosingLine, countPlaywright, countVitest, sum } from './counts';
import { exec, type Finished } from './exec';
import { ORACLES, type Oracle } from './oracles';

export interface Outcome extends Counts {
  /** What the stage printed, where it was not shown while it ran. */
  readonly output: string;
}

export interface Stage {
  readonly name: string;
  /** `live`: the stage runs alone and may show its output as it comes. */
  run(live: boolean): Promise<Outcome>;
}

const VITEST_REPORT = '.cache/vitest.json';
const PLAYWRIGHT_REPORT = '.cache/playwright.json';

const read = (file: string): string | null => (existsSync(file) ? readFileSync(file, 'utf8') : null);

/** Runs commands one after the other, all of them, and fails if any did. */
async function all(live: boolean, commands: readonly (readonly [string, ...string[]])[]): Promise<Finished> {
  let exit = 0;
  let output = '';
  for (const [program, ...args] of commands) {
    const done = await exec(program, args, { live });
    exit ||= done.exit;
    output += done.output;
  }
  return { exit, output, stdout: '' };
}

function check(name: string, commands: readonly (readonly [string, ...string[]])[]): Stage {
  return {
    name,
    async run(live) {
      const { exit, output } = await all(live, commands);
      return { ...countCheck(exit), output };
    },
  };
}

export const lint = check('lint', [['biome', 'ci', '--colors=off', '.']]);

export const types = check('types', [
  ['tsc', '--noEmit', '-p', 'tsconfig.json'],
  ['tsc', '--noEmit', '-p', 'tsconfig.core.json'],
]);

export const build: Stage = {
  name: 'build',
  async run(live) {
    // The page that the later stages look at is this build or none: never one from before.
    rmSync('dist', { recursive: true, force: true });
    const { exit, output } = await exec('vite', ['build'], { live });
    return { ...countCheck(exit), output };
  },
};

export const size = check('size', [['tsx', 'src/cli/size.ts']]);

export const unit: Stage = {
  name: 'unit',
  async run(live) {
    mkdirSync('.cache', { recursive: true });
    rmSync(VITEST_REPORT, { force: true });
    const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${VITEST_REPORT}`];
    const { exit, output } = await exec('vitest', ['run', ...reporters], { live });
    return { ...countVitest(read(VITEST_REPORT), exit), output };
  },
};

async function replay({ script, samples, endings, options = [] }: Oracle, live: boolean): Promise<Outcome> {
  const files = existsSync(samples) ? readdirSync(samples).sort() : [];
  const given = files.filter((file) => endings.some((ending) => file.endsWith(ending)));
  if (given.length === 0) {
    const trouble = `${script}: no sample in ${samples}`;
    return { passed: 0, failed: 1, skipped: 0, trouble, output: '' };
  }
  const paths = given.map((file) => join(samples, file));
  const { exit, stdout, output } = await exec('npm', ['run', '-s', script, '--', ...paths, ...options], {
    live,
  });
  const counts = countClosingLine(stdout, exit);
  return { ...counts, ...(counts.trouble && { trouble: `${script}: ${counts.trouble}` }), output };
}

export const oracles: Stage = {
  name: 'oracles',
  async run(live) {
    const outcomes: Outcome[] = [];
    for (const oracle of ORACLES) outcomes.push(await replay(oracle, live));
    const trouble = outcomes.flatMap((outcome) => outcome.trouble ?? []).join('; ');
    const output = outcomes.map((outcome) => outcome.output).join('');
    return { ...sum(outcomes), ...(trouble && { trouble }), output };
  },
};

export const e2e: Stage = {
  name: 'e2e',
  async run(live) {
    rmSync(PLAYWRIGHT_REPORT, { force: true });
    const browser = await exec('tsx', ['src/cli/browserInstall.ts'], { live });
    if (browser.exit !== 0) {
      return { passed: 0, failed: 1, skipped: 0, trouble: 'no browser, see above', output: browser.output };
    }
    const { exit, output } = await exec('playwright', ['test'], { live });
    return { ...countPlaywright(read(PLAYWRIGHT_REPORT), exit), output: browser.output + output };
  },
};
