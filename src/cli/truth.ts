import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { truthOf } from '../oracle/truth';
import { readRecordings } from './recordings';

/** `npm run truth`: runs every oracle on its samples and writes what came of it, which the page “What is checked” shows. */
const sections = truthOf(readRecordings());
writeFileSync(
  fileURLToPath(new URL('../oracle/truth/checked.gen.json', import.meta.url)),
  `${JSON.stringify(sections, null, 2)}\n`,
);
for (const { title, passed, failed, unit } of sections)
  console.log(`${title}: ${passed} ${unit} passed, ${failed} failed`);
process.exitCode = sections.every(({ failed }) => failed === 0) ? 0 : 1;
