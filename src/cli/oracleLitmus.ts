/** `npm run -s oracle:litmus -- FILE|DIR... [--expect FILE.json] [--max N]`: explores litmus tests, each exhaustively. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type LitmusExpected, litmusDifference, litmusText, parseLitmusExpected, runLitmus } from '../oracle';

const USAGE = 'npm run -s oracle:litmus -- FILE|DIR... [--expect FILE.json] [--max N], with N a whole number';

interface Given {
  readonly paths: readonly string[];
  readonly expect: string | undefined;
  readonly max: string;
  readonly trouble: string | undefined;
}

/** The command line; what cannot be read of it is told like any other finding. */
function commandLine(): Given {
  try {
    const { values, positionals } = parseArgs({
      options: { expect: { type: 'string' }, max: { type: 'string', default: '20' } },
      allowPositionals: true,
    });
    const trouble = positionals.length === 0 ? 'no file' : undefined;
    return { paths: positionals, expect: values.expect, max: values.max, trouble };
  } catch (error) {
    const trouble = error instanceof Error ? error.message : String(error);
    return { paths: [], expect: undefined, max: '20', trouble };
  }
}

const given = commandLine();
const max = /^\d+$/.test(given.max) ? Number(given.max) : -1;
const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

let passed = 0;
let failed = 0;
let shown = 0;

/** Counts a failure and prints it while there is room. */
function wrong(line: string): void {
  failed++;
  shown++;
  if (shown <= max) print(line);
}

const why = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The tests a path stands for: itself, or every .litmus file of a folder, by name. */
function testsAt(path: string): readonly string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    const files = readdirSync(path, { recursive: true, encoding: 'utf8' });
    const tests = files.filter((file) => file.endsWith('.litmus')).sort();
    if (tests.length === 0) wrong(`${path}: no test found. Expected files that end in .litmus`);
    return tests.map((file) => join(path, file));
  } catch (error) {
    wrong(`${path}: cannot be read (${why(error)}). Check the path`);
    return [];
  }
}

function readExpected(file: string): LitmusExpected | undefined {
  try {
    const read = parseLitmusExpected(readFileSync(file, 'utf8'));
    if (read.kind === 'ok') return read.value;
    wrong(`${file}: ${read.error}`);
  } catch (error) {
    wrong(`${file}: cannot be read (${why(error)}). Check the path`);
  }
  return undefined;
}

function explore(file: string, expected: LitmusExpected | undefined): void {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    wrong(`${file}: cannot be read (${why(error)}). Check the path`);
    return;
  }
  const result = runLitmus(file, text);
  if (result.kind === 'error') {
    wrong(result.error);
    return;
  }
  print(litmusText(result.value));
  const difference = expected && litmusDifference(result.value, expected);
  if (difference === undefined) passed++;
  else wrong(difference);
}

const trouble = given.trouble ?? (max < 0 ? `--max ${given.max}` : undefined);
if (trouble !== undefined) {
  print(`Found ${trouble}. Expected: ${USAGE}.`);
  failed++;
} else {
  const expected = given.expect === undefined ? undefined : readExpected(given.expect);
  // Verdicts that cannot be compared with anything would pass for nothing.
  if (given.expect === undefined || expected !== undefined)
    for (const path of given.paths) for (const file of testsAt(path)) explore(file, expected);
  if (shown > max) print(`… and ${shown - max} more. Raise --max to see them.`);
}
if (given.expect !== undefined) print(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
