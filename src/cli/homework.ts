import { runHomework } from './homeworkCommand';
import { print, readText } from './homeworkFiles';

/** `npm run homework -- --seed N --count M`: a sheet of exercises on the screen, or with `--key` its key. */
print(runHomework(process.argv.slice(2), readText));
