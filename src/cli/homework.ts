import { runHomework } from './homeworkCommand';

/** `npm run homework -- --seed N --count M`: a sheet of exercises on the screen, or with `--key` its key. */
const { code, out, err } = runHomework(process.argv.slice(2));
for (const line of err) console.error(line);
for (const line of out) console.log(line);
process.exitCode = code;
