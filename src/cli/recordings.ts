import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Recordings } from '../oracle/truth/report';

const FOLDER = `${join(dirname(fileURLToPath(import.meta.url)), '..', 'testing', 'oracles')}/`;

const files = (oracle: string, ending: string): string[] =>
  readdirSync(`${FOLDER}${oracle}`)
    .filter((file) => file.endsWith(ending))
    .sort();
const read = (oracle: string, file: string): string => readFileSync(`${FOLDER}${oracle}/${file}`, 'utf8');
const lines = (oracle: string): string[] =>
  files(oracle, '.jsonl')
    .flatMap((file) => read(oracle, file).split('\n'))
    .filter((line) => line.trim() !== '');

/** The files that the samples are read from. */
export const recordingFiles = (): string[] => [
  ...['kvm', 'xen', 'walks'].flatMap((oracle) =>
    files(oracle, '.jsonl').map((file) => `${FOLDER}${oracle}/${file}`),
  ),
  ...files('litmus', '').map((file) => `${FOLDER}litmus/${file}`),
];

/** The recorded samples that come with the project. */
export const readRecordings = (): Recordings => ({
  kvm: lines('kvm'),
  xen: lines('xen'),
  walks: lines('walks'),
  litmus: files('litmus', '.litmus').map((file) => ({ name: file, text: read('litmus', file) })),
  verdicts: read('litmus', 'expected.json'),
});
