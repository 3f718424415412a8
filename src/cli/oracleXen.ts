/** `npm run -s oracle:xen -- FILE... [--max N]`: replays recorded cases of the real Xen on the design. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { checkXenCase, parseXenCase, type XenDifference } from '../oracle/xen';

interface Options {
  readonly files: readonly string[];
  readonly max: number;
  readonly trouble: string | undefined;
}

/** The command line; what cannot be read of it is told like any other finding. */
function options(): Options {
  const none = { files: [], max: 20 };
  try {
    const { values, positionals } = parseArgs({
      options: { max: { type: 'string', default: '20' } },
      allowPositionals: true,
    });
    if (positionals.length === 0) return { ...none, trouble: 'no file' };
    if (!/^\d+$/.test(values.max)) return { ...none, trouble: `--max ${values.max}` };
    return { files: positionals, max: Number(values.max), trouble: undefined };
  } catch (error) {
    return { ...none, trouble: error instanceof Error ? error.message : String(error) };
  }
}

const given = options();
const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

let passed = 0;
let failed = 0;
let shown = 0;

/** Prints one finding while there is room for it. */
function show(line: string): void {
  shown++;
  if (shown <= given.max) print(line);
}

const say = (name: string, { where, what, expected, got }: XenDifference): string =>
  `case ${name}, ${where}, ${what}: expected ${expected}, got ${got}`;

function replayLine(where: string, line: string): void {
  const parsed = parseXenCase(line);
  if (parsed.kind === 'error') {
    failed++;
    show(`${where}: ${parsed.error}`);
    return;
  }
  const differences = checkXenCase(parsed.value);
  if (differences.length === 0) passed++;
  else failed++;
  for (const difference of differences) show(`${where}: ${say(parsed.value.name, difference)}`);
}

/** A file's text, unpacked if it is packed. */
function read(file: string): string {
  const bytes = readFileSync(file);
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return (packed ? gunzipSync(bytes) : bytes).toString('utf8');
}

function replayFile(file: string): void {
  let text: string;
  try {
    text = read(file);
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

if (given.trouble !== undefined) {
  print(
    `Found ${given.trouble}. Expected: npm run -s oracle:xen -- FILE... [--max N], with N a whole number.`,
  );
  failed++;
} else {
  for (const file of given.files) replayFile(file);
  if (shown > given.max) print(`… and ${shown - given.max} more. Raise --max to see them.`);
}
print(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
