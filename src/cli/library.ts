import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { IDS } from '../library/ids';
import { libraryModule } from '../scenario/libraryModule';

const place = (file: string): string => fileURLToPath(new URL(`../library/${file}`, import.meta.url));

/** Writes the module of the library's texts anew: `npm run library`, after a scenario file was changed. */
const files = IDS.map((id) => ({ id, text: readFileSync(place(`${id}.scenario`), 'utf8') }));
writeFileSync(place('texts.gen.ts'), libraryModule(files));
