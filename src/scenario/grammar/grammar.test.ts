import { readFileSync } from 'node:fs';
import { buildParserFile } from '@lezer/generator';
import { describe, expect, it } from 'vitest';

const here = (file: string): string => readFileSync(new URL(file, import.meta.url), 'utf8');

describe('the parser that is checked in', () => {
  it('is the one that the grammar gives; if not, run `npm run grammar`', () => {
    const { parser } = buildParserFile(here('./scenario.grammar'), { typeScript: true });
    expect(here('./scenario.gen.ts')).toBe(parser);
  });
});
