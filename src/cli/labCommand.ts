import { configOf, LabRun, labCsv, labJson, labText, resultOf } from '../lab';

export interface LabOutcome {
  readonly code: 0 | 2;
  readonly out: readonly string[];
  readonly err: readonly string[];
}

export const LAB_USAGE =
  'Usage: npm run lab -- [--workload NAME] [--design NAME] [--seed N] [--accesses N] [--PARAMETER N] [--json | --csv]';

/** The command line as names and values; or what is wrong with it. */
function pairs(args: readonly string[]): Map<string, string> | string {
  const found = new Map<string, string>();
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (!arg.startsWith('--') || arg === '--')
      return `There is \`${arg}\` where an option is expected. ${LAB_USAGE}`;
    const key = arg.slice(2);
    if (key === 'json' || key === 'csv') {
      found.set(key, '');
      continue;
    }
    const value = args[++i];
    if (value === undefined) return `--${key} is given nothing. Expected a value behind it. ${LAB_USAGE}`;
    found.set(key, value);
  }
  return found;
}

/** Runs a workload without a browser and prints what it counts: what the page prints for the same seed. */
export function runLab(args: readonly string[]): LabOutcome {
  const said = pairs(args);
  if (typeof said === 'string') return { code: 2, out: [], err: [said] };
  const json = said.delete('json');
  const csv = said.delete('csv');
  const config = configOf(said);
  if (config.kind === 'error') return { code: 2, out: [], err: [...config.error, LAB_USAGE] };
  try {
    const run = new LabRun(config.value);
    while (!run.advance(1_000_000));
    const result = resultOf(run);
    return { code: 0, out: [json ? labJson(result) : csv ? labCsv(result) : labText(result)], err: [] };
  } catch (error) {
    return { code: 2, out: [], err: [error instanceof Error ? error.message : String(error)] };
  }
}
