import { runGrade } from './gradeCommand';
import { print, readText } from './homeworkFiles';

/** `npm run grade -- ANSWERS.json ...`: a report on the screen; exit 0, 1 if something wants looking at, 2 if nothing could be graded. */
print(runGrade(process.argv.slice(2), readText));
