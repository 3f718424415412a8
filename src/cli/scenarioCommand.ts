import { judge, type Run, reportOf, reportText, startRun, verdictText } from '../engine';
import { printDiagnostic, resolve } from '../scenario';

/** How it ended: 0 as the scenario says, 1 otherwise, 2 when there was nothing to run. */
export interface Outcome {
  readonly code: 0 | 1 | 2;
  readonly out: readonly string[];
  readonly err: readonly string[];
}

export interface ScenarioArgs {
  readonly file: string;
  readonly json: boolean;
  /** Record only so many steps, and judge nothing that the rest could still bring. */
  readonly until: number | undefined;
}

export const USAGE = 'Usage: npm run scenario -- FILE [--json] [--until STEP]';

/** The command line, or what is wrong with it. */
export function readArgs(args: readonly string[]): ScenarioArgs | string {
  const files: string[] = [];
  let json = false;
  let until: number | undefined;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (arg === '--json') json = true;
    else if (arg === '--until') {
      const given = args[++i] ?? 'nothing';
      if (!/^\d+$/.test(given)) return `--until is given ${given}. Expected a number of steps. ${USAGE}`;
      until = Number(given);
    } else if (arg.startsWith('-')) return `There is no option ${arg}. ${USAGE}`;
    else files.push(arg);
  }
  const [file] = files;
  if (file === undefined || files.length > 1) {
    return `Found ${files.length} files. Expected one scenario. ${USAGE}`;
  }
  return { file, json, until };
}

/** Runs a scenario's text without a browser and tells what happened. `file` is only named in messages. */
export function runScenario(text: string, { file, json, until }: ScenarioArgs): Outcome {
  const resolved = resolve(text);
  if (resolved.kind === 'error') {
    return { code: 2, out: [], err: resolved.error.map((d) => `${file}: ${printDiagnostic(d)}`) };
  }
  const { spec, design, warnings } = resolved.value;
  const err = warnings.map((d) => `${file}: ${printDiagnostic(d)}`);
  let run: Run;
  try {
    run = startRun(spec, design);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { code: 2, out: [], err: [...err, `${file}: This scenario cannot be built: ${why}.`] };
  }
  run.extend(until);
  return { ...told(run, json), err };
}

function told(run: Run, json: boolean): Pick<Outcome, 'code' | 'out'> {
  // A run cut by --until may still show what it has not shown yet: then only what broke counts.
  const verdict = run.ending.kind === 'open' ? undefined : judge(run);
  const report = reportOf(run, run.length, verdict);
  const good = verdict?.ok ?? report.violations.every(({ announced }) => announced);
  const code = good ? 0 : 1;
  if (json) return { code, out: [JSON.stringify(report, null, 2)] };
  const lines = reportText(run, report);
  if (verdict === undefined) {
    const closing = good
      ? `Stopped after step ${run.length}: expectations were not judged.`
      : `Stopped after step ${run.length}: an invariant broke that the scenario does not announce.`;
    return { code, out: [...lines, '', closing] };
  }
  const wrong = verdictText(run, verdict);
  const count = verdict.findings.length;
  const closing =
    wrong.length === 0
      ? [`As the scenario says: ${count} of ${count} expectations met.`]
      : ['Not as the scenario says:', ...wrong.map((line) => `  ${line}`)];
  return { code, out: [...lines, '', ...closing] };
}
