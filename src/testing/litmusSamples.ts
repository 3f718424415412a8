import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, 'oracles/litmus');

/** herd's samples, with the verdict that its reference gives each. */
export function litmusSamples(): { name: string; text: string; expected: 'allowed' | 'forbidden' }[] {
  const verdicts = JSON.parse(readFileSync(join(FOLDER, 'expected.json'), 'utf8')) as Record<
    string,
    'allowed' | 'forbidden'
  >;
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.litmus'))
    .map((file) => {
      const name = file.replace('.litmus', '');
      const expected = verdicts[name];
      if (expected === undefined) throw new Error(`no verdict is given for ${name}`);
      return { name, text: readFileSync(join(FOLDER, file), 'utf8'), expected };
    });
}
