import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { litmusDifference, litmusText, parseLitmusExpected, runLitmus } from './litmus';

const SAMPLES = 'src/testing/oracles/litmus';
const read = (file: string): string => readFileSync(`${SAMPLES}/${file}`, 'utf8');

describe('the litmus samples', () => {
  const expected = parseLitmusExpected(read('expected.json'));
  const files = readdirSync(SAMPLES).filter((file) => file.endsWith('.litmus'));

  it('come with a verdict each', () => {
    expect(expected.kind === 'ok' && expected.value.size).toBe(files.length);
  });

  it.each(files)('%s comes out as on the processor', (file) => {
    if (expected.kind === 'error') throw new Error(expected.error);
    const result = runLitmus(file, read(file));
    if (result.kind === 'error') throw new Error(result.error);
    expect(litmusDifference(result.value, expected.value)).toBeUndefined();
  });
});

describe('the litmus oracle', () => {
  const line = { name: 'SB', verdict: 'allowed', states: 34 } as const;

  it('prints name, verdict and states', () => {
    expect(litmusText(line)).toBe('SB allowed 34');
  });

  it('names what differs, and a test nobody gave a verdict for', () => {
    expect(litmusDifference(line, new Map([['SB', 'forbidden']]))).toBe(
      'SB: expected forbidden, got allowed',
    );
    expect(litmusDifference(line, new Map())).toContain('no verdict is given');
  });

  it('names file and line of a text it cannot read', () => {
    const result = runLitmus('a/b.litmus', 'X86 T\n{ }\n P0 ;\n JMP L0 ;\nexists (x=0)\n');
    expect(result).toMatchObject({
      kind: 'error',
      error: expect.stringMatching(/^a\/b\.litmus:4: found `JMP L0`/),
    });
  });

  it.each([
    ['{', 'is not JSON'],
    ['[]', 'holds no object'],
    ['{"SB":"maybe"}', 'says "maybe" of SB'],
  ])('does not take %s for verdicts', (text, error) => {
    expect(parseLitmusExpected(text)).toMatchObject({ kind: 'error', error: expect.stringContaining(error) });
  });
});
