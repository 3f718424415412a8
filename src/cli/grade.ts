import { readFileSync } from 'node:fs';
import { type AnswersFile, runGrade } from './homeworkCommand';

/** `npm run grade -- ANSWERS.json ...`: a JSON report on the screen; exit 0, 1 if something could not be read, 2 if nothing could. */
function read(file: string): AnswersFile {
  try {
    return { file, text: readFileSync(file, 'utf8') };
  } catch (error) {
    return { file, text: undefined, why: (error as Error).message };
  }
}

const { code, out, err } = runGrade(process.argv.slice(2).map(read));
for (const line of err) console.error(line);
for (const line of out) console.log(line);
process.exitCode = code;
