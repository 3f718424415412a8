import { parseArgs } from 'node:util';
import { linesOf } from './lines';

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

/** Runs the command to its closing line, `N passed, M failed`, with every finding before it up to `--max`; exits 1 if any failed. */
export async function replayFiles(command: ReplayCommand): Promise<void> {
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

  const replayFile = async (file: string): Promise<void> => {
    let at = 0;
    let cases = 0;
    try {
      for await (const line of linesOf(file)) {
        at++;
        if (line.trim() === '') continue;
        cases++;
        const replayed = command.replay(line, given.notes);
        if (replayed.passed) passed++;
        else failed++;
        for (const says of replayed.says) show(`${file}:${at}: ${says}`);
      }
    } catch (error) {
      failed++;
      const why = error instanceof Error ? error.message : String(error);
      const where = at === 0 ? file : `${file}: after line ${at}`;
      show(`${where}: cannot be read (${why}). Check the path, and that the file is whole`);
      return;
    }
    if (cases > 0) return;
    failed++;
    show(`${file}:1: no case found. Expected one JSON object per line`);
  };

  if (given.trouble === undefined) {
    for (const file of given.files) await replayFile(file);
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
