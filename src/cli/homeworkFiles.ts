import { readFileSync } from 'node:fs';
import { fail, ok } from '../base';
import type { Printed, ReadText } from './homeworkCommand';

/** A file's text, or why there is none. */
export const readText: ReadText = (file) => {
  try {
    return ok(readFileSync(file, 'utf8'));
  } catch (error) {
    return fail((error as Error).message);
  }
};

export function print({ code, out, err }: Printed): void {
  for (const line of err) console.error(line);
  for (const line of out) console.log(line);
  process.exitCode = code;
}
