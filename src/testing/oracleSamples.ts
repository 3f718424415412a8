import { readdirSync, readFileSync } from 'node:fs';

const FOLDER = new URL('./oracles/', import.meta.url);

/** The recorded lines of an oracle's samples, one case each, in the order of their files. */
export function recordedLines(oracle: 'kvm' | 'xen'): readonly string[] {
  const folder = new URL(`${oracle}/`, FOLDER);
  return readdirSync(folder)
    .filter((file) => file.endsWith('.jsonl'))
    .flatMap((file) => readFileSync(new URL(file, folder), 'utf8').split('\n'))
    .filter((line) => line.trim() !== '');
}
