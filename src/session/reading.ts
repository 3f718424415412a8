import { fail, ok, type Result } from '../base';
import { litmusScenario, parseLitmus } from '../checker';
import { isRecorded } from '../oracle/recordedText';
import { resolve } from '../scenario';
import type { Diagnostic } from '../scenario/diagnostic';
import type { Compiled } from './opening';
import { compileRecorded } from './recorded/reader';

/** Whether a text is meant as a litmus test: herd names the architecture first, after comments. Other architectures are refused in words. */
export const isLitmus = (text: string): boolean =>
  /^\s*(\(\*[\s\S]*?\*\)\s*)*(X86|X86_64|PPC|ARM|AArch64|C|LISA|RISCV|MIPS)\s+\S[^\n]*\n[\s\S]*\{/.test(text);

/** A scenario's text, a litmus test's, which becomes a scenario first, or a recorded case. */
export function compileText(text: string): Result<Compiled, readonly Diagnostic[]> {
  if (isRecorded(text)) return compileRecorded(text);
  if (!isLitmus(text)) return resolve(text);
  const parsed = parseLitmus(text);
  if (parsed.kind === 'error') {
    const { line, from, says } = parsed.error;
    const column = from - text.lastIndexOf('\n', from - 1);
    const end = text.indexOf('\n', from);
    const to = Math.max(from, end < 0 ? text.length : end);
    return fail([{ severity: 'error', from, to, line, column, says: `A litmus test: ${says}.` }]);
  }
  const scenario = litmusScenario(parsed.value, text);
  const resolved = resolve(scenario);
  return resolved.kind === 'error' ? resolved : ok({ ...resolved.value, text: scenario });
}
