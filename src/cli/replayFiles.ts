import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';

/** What came of one recorded case. */
export interface Replayed {
  readonly passed: boolean;
  /** One line for each thing to tell, without file and line. */
  readonly says: readonly string[];
}

/** A command that replays recorded cases: files of one JSON object per line, packed by gzip or not. */
export interface ReplayCommand {
  /** As in `npm run -s NAME`. */
  readonly name: string;
  /** Whether `--notes` is known: tells of what was different and may be. */
  readonly notes?: boolean;
  /** Replays the case in a line. */
  readonly replay: (line: string, notes: boolean) => Replayed;
}

interface Options {
  readonly files: readonly string[];
  readonly max: number;
  readonly notes: boolean;
  readonly trouble: string | undefined;
}

/** The command line; what cannot be read of it is told like any other finding. */
function optionsOf(command: ReplayCommand): Options {
  const none = { files: [], max: 20, notes: false };
  try {
    const { values, positionals } = parseArgs({
      options: { max: { type: 'string', default: '20' }, notes: { type: 'boolean', default: false } },
      allowPositionals: true,
    });
    if (positionals.length === 0) return { ...none, trouble: 'no file' };
    if (!/^\d+$/.test(values.max)) return { ...none, trouble: `--max ${values.max}` };
    if (values.notes && command.notes !== true) return { ...none, trouble: '--notes' };
    return { files: positionals, max: Number(values.max), notes: values.notes, trouble: undefined };
  } catch (error) {
    return { ...none, trouble: error instanceof Error ? error.message : String(error) };
  }
}

/** A file's text, unpacked if it is packed. */
function read(file: string): string {
  const bytes = readFileSync(file);
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return (packed ? gunzipSync(bytes) : bytes).toString('utf8');
}

/** Runs the command to its closing line, `N passed, M failed`, with every finding before it up to `--max`; exits 1 if any failed. */
export function replayFiles(command: ReplayCommand): void {
  const given = optionsOf(command);
  let passed = 0;
  let failed = 0;
  let shown = 0;
  const print = (line: string): void => {
    process.stdout.write(`${line}\n`);
  };
  const show = (line: string): void => {
    shown++;
    if (shown <= given.max) print(line);
  };

  const replayFile = (file: string): void => {
    let text: string;
    try {
      text = read(file);
    } catch (error) {
      failed++;
      const why = error instanceof Error ? error.message : String(error);
      show(`${file}: cannot be read (${why}). Check the path`);
      return;
    }
    const before = passed + failed;
    text.split('\n').forEach((line, i) => {
      if (line.trim() === '') return;
      const replayed = command.replay(line, given.notes);
      if (replayed.passed) passed++;
      else failed++;
      for (const says of replayed.says) show(`${file}:${i + 1}: ${says}`);
    });
    if (passed + failed > before) return;
    failed++;
    show(`${file}:1: no case found. Expected one JSON object per line`);
  };

  if (given.trouble === undefined) {
    for (const file of given.files) replayFile(file);
    if (shown > given.max) print(`… and ${shown - given.max} more. Raise --max to see them.`);
  } else {
    const notes = command.notes === true ? ' [--notes]' : '';
    print(
      `Found ${given.trouble}. Expected: npm run -s ${command.name} -- FILE... [--max N]${notes}, with N a whole number.`,
    );
    failed++;
  }
  print(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
