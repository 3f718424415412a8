import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Recordings } from '../oracle/truth/report';

const FOLDER = fileURLToPath(new URL('../testing/oracles/', import.meta.url));

const files = (oracle: string, ending: string): string[] =>
  readdirSync(`${FOLDER}${oracle}`)
    .filter((file) => file.endsWith(ending))
    .sort();
const read = (oracle: string, file: string): string => readFileSync(`${FOLDER}${oracle}/${file}`, 'utf8');
const lines = (oracle: string): string[] =>
  files(oracle, '.jsonl')
    .flatMap((file) => read(oracle, file).split('\n'))
    .filter((line) => line.trim() !== '');

/** The recorded samples that come with the project. */
export const readRecordings = (): Recordings => ({
  kvm: lines('kvm'),
  xen: lines('xen'),
  walks: lines('walks'),
  litmus: files('litmus', '.litmus').map((file) => ({ name: file, text: read('litmus', file) })),
  verdicts: read('litmus', 'expected.json'),
});
