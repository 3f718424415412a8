import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { recordRun } from '../../engine';
import { resolved, resolvedText } from '../../testing/library';
import { verify } from '../explore';
import { checkLitmus, litmusSubject } from '../litmus/check';
import { parseLitmus } from '../litmus/parse';
import type { LitmusTest } from '../litmus/test';
import { printLitmus } from './litmus';
import { printPromela } from './promela';
import { litmusOf } from './scenario';

const FOLDER = new URL('../../testing/oracles/litmus/', import.meta.url);
const files = readdirSync(FOLDER).filter((file) => file.endsWith('.litmus'));

function parsed(text: string): LitmusTest {
  const test = parseLitmus(text);
  if (test.kind === 'error') throw new Error(`line ${test.error.line}: ${test.error.says}\n${text}`);
  return test.value;
}
const sample = (file: string): LitmusTest => parsed(readFileSync(new URL(file, FOLDER), 'utf8'));

/** Store buffering on bare hardware: each reads what the other writes, and may see neither store. */
const STORE_BUFFERING = (fence: string): string => `scenario "Store buffering"
design native
paging x86-64, 128 frames
store-buffers 4
map 0x40_0000 -> 0x040 rw user
vcpu 0
  store 0x40_0000 = 1
${fence}  load 0x40_0008
vcpu 1
  store 0x40_0008 = 1
${fence}  load 0x40_0000
`;

function runOfText(text: string) {
  const { spec, design } = resolvedText(text);
  return recordRun(spec, design);
}

describe('a litmus test', () => {
  it.each(files)('%s is read back as the same test after it was printed', (file) => {
    const test = sample(file);
    expect(parsed(printLitmus(test))).toEqual(test);
  });

  it.each(files)('%s: every reduction says what single steps say', (file) => {
    const subject = litmusSubject(sample(file));
    const whole = verify(subject).kind;
    for (const options of [{ fuse: true }, { reduce: true }, { fuse: true, reduce: true }])
      expect(verify(subject, options).kind).toBe(whole);
  });

  it('becomes a Promela model with the same threads, a process per buffer, and the question as an assertion', () => {
    const text = printPromela(sample('SB+mfences.litmus'));
    expect(text).toContain('active proctype P0() {');
    expect(text).toContain('  store(0, at_x, 1);\n  (waiting[0] == 0);\n  load(0, at_y, reg[0 * 8 + EAX]);');
    expect(text).toContain('active proctype B1() { drain(1) }');
    expect(text).toContain('assert(!(((reg[0 * 8 + EAX] == 0) && (reg[1 * 8 + EAX] == 0))))');
    const count = (mark: RegExp): number => text.match(mark)?.length ?? 0;
    expect(count(/\{/g)).toBe(count(/\}/g));
    expect(count(/\bdo$/gm)).toBe(count(/\bod\b/g));
    expect(count(/\bif$/gm)).toBe(count(/\bfi\b/g));
  });
});

describe('a scenario', () => {
  it('is exported with the question whether its own end can come about, which it can', () => {
    const test = litmusOf(runOfText(STORE_BUFFERING('')));
    if (test.kind === 'error') throw new Error(test.error);
    const text = printLitmus(test.value);
    expect(text).toContain('MOV [x],$1  | MOV [y],$1  ;');
    expect(checkLitmus(parsed(text)).verdict).toBe('allowed');
    // Both loads have read 0: no order of the four accesses themselves explains that.
    const weak = text.replace(/^exists.*$/m, 'exists (0:EBX=0 /\\ 1:EBX=0)');
    expect(checkLitmus(parsed(weak)).verdict).toBe('allowed');
    const fenced = litmusOf(runOfText(STORE_BUFFERING('  mfence\n')));
    if (fenced.kind === 'error') throw new Error(fenced.error);
    const strong = printLitmus(fenced.value).replace(/^exists.*$/m, 'exists (0:EBX=0 /\\ 1:EBX=0)');
    expect(checkLitmus(parsed(strong)).verdict).toBe('forbidden');
  });

  it('that does more than read and write memory says what has no counterpart', () => {
    const { spec, design } = resolved('stale-walk');
    const test = litmusOf(recordRun(spec, design));
    expect(test).toMatchObject({
      kind: 'error',
      error:
        'vCPU 0: `invlpg 0x40_5000` has no counterpart in a litmus test, which knows loads, stores, MFENCE and locked operations.',
    });
  });
});
