import { sum } from './counts';
import { build, e2e, lint, type Outcome, oracles, type Stage, size, types, unit } from './stages';

/**
 * `npm test`: every stage runs, whatever the ones before it found; the last line is the true total.
 * Stages in one row run at the same time. The rows fit two cores: vitest and Playwright keep both busy by themselves.
 */
const FULL: readonly (readonly Stage[])[] = [[lint, types, build], [unit], [oracles], [size], [e2e]];
/** `npm run check`: the inner loop. The layer test is one of the unit tests. */
const FAST: readonly (readonly Stage[])[] = [[lint, types], [unit]];

interface Row extends Outcome {
  readonly name: string;
  readonly seconds: number;
}

async function timed(stage: Stage, live: boolean): Promise<Row> {
  const start = performance.now();
  if (live) console.log(`\n=== ${stage.name}`);
  const outcome = await stage.run(live);
  if (!live) console.log(`\n=== ${stage.name}\n${outcome.output}`);
  return { ...outcome, name: stage.name, seconds: (performance.now() - start) / 1000 };
}

function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(({ name, passed, failed, skipped, seconds, trouble }) => {
    const figures = [passed, failed, skipped].map((count) => String(count).padStart(8)).join('');
    const mark = failed === 0 ? 'ok  ' : 'FAIL';
    return `${mark} ${name.padEnd(8)}${figures}${seconds.toFixed(1).padStart(9)} s${trouble ? `  ${trouble}` : ''}`;
  });
  return ['     stage     passed  failed skipped       time', ...lines].join('\n');
}

const start = performance.now();
const rows: Row[] = [];
for (const group of process.argv.includes('--fast') ? FAST : FULL) {
  rows.push(...(await Promise.all(group.map((stage) => timed(stage, group.length === 1)))));
}
const { passed, failed } = sum(rows);
console.log(`\n${tableOf(rows)}\n\nTook ${((performance.now() - start) / 1000).toFixed(1)} s.`);
// This line stands last and alone: whoever runs the tests reads it.
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
