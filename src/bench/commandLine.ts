import type { BenchArgs } from './bench';

export interface CommandLine {
  /** Parts of names; a bench runs when its name holds one of them. None: all run. */
  readonly filters: readonly string[];
  readonly json: boolean;
  readonly args: BenchArgs;
}

/** Reads `checker --n 2 --json`: words are filters, `--key value` and `--flag` are for the benches, `--json` for all. */
export function readCommandLine(words: readonly string[]): CommandLine {
  const filters: string[] = [];
  const args: Record<string, string> = {};
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (!word.startsWith('--')) {
      filters.push(word);
      continue;
    }
    const next = words[i + 1];
    const hasValue = word !== '--json' && next !== undefined && !next.startsWith('--');
    args[word.slice(2)] = hasValue ? next : '';
    if (hasValue) i++;
  }
  const { json, ...rest } = args;
  return { filters, json: json !== undefined, args: rest };
}
