import { readFileSync } from 'node:fs';
import { readArgs, runScenario, USAGE } from './scenarioCommand';

/** `npm run scenario -- FILE [--json] [--until STEP]`: exit 0 as the scenario says, 1 otherwise, 2 when it does not run. */
const args = readArgs(process.argv.slice(2));

if (typeof args === 'string') {
  console.error(args);
  process.exitCode = 2;
} else {
  let text: string | undefined;
  try {
    text = readFileSync(args.file, 'utf8');
  } catch (error) {
    console.error(`${args.file} cannot be read (${(error as Error).message}). ${USAGE}`);
    process.exitCode = 2;
  }
  if (text !== undefined) {
    const { code, out, err } = runScenario(text, args);
    for (const line of err) console.error(line);
    for (const line of out) console.log(line);
    process.exitCode = code;
  }
}
