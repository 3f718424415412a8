/** `npm run -s oracle:walks -- FILE... [--max N]`: replays recorded accesses on the machine model. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { checkWalk, parseWalkCase } from '../oracle';

/** The command line; what cannot be read of it is told like any other finding. */
function options(): { files: readonly string[]; max: string; trouble: string | undefined } {
  try {
    const { values, positionals } = parseArgs({
      options: { max: { type: 'string', default: '20' } },
      allowPositionals: true,
    });
    return { files: positionals, max: values.max, trouble: positionals.length === 0 ? 'no file' : undefined };
  } catch (error) {
    return { files: [], max: '20', trouble: error instanceof Error ? error.message : String(error) };
  }
}

const given = options();
const max = /^\d+$/.test(given.max) ? Number(given.max) : -1;
const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

let passed = 0;
let failed = 0;
let shown = 0;

/** Prints one finding while there is room for it. */
function show(line: string): void {
  shown++;
  if (shown <= max) print(line);
}

function replayLine(where: string, line: string): void {
  const parsed = parseWalkCase(line);
  if (parsed.kind === 'error') {
    failed++;
    show(`${where}: ${parsed.error}`);
    return;
  }
  const differences = checkWalk(parsed.value);
  if (differences.length === 0) passed++;
  else failed++;
  for (const { what, expected, got } of differences)
    show(`${where}: case ${parsed.value.id}, ${what}: expected ${expected}, got ${got}`);
}

function replayFile(file: string): void {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    failed++;
    show(
      `${file}: cannot be read (${error instanceof Error ? error.message : String(error)}). Check the path`,
    );
    return;
  }
  const before = passed + failed;
  text.split('\n').forEach((line, i) => {
    if (line.trim() !== '') replayLine(`${file}:${i + 1}`, line);
  });
  if (passed + failed > before) return;
  failed++;
  show(`${file}:1: no case found. Expected one JSON object per line`);
}

const trouble = given.trouble ?? (max < 0 ? `--max ${given.max}` : undefined);
if (trouble !== undefined) {
  print(`Found ${trouble}. Expected: npm run -s oracle:walks -- FILE... [--max N], with N a whole number.`);
  failed++;
} else {
  for (const file of given.files) replayFile(file);
  if (shown > max) print(`… and ${shown - max} more. Raise --max to see them.`);
}
print(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
