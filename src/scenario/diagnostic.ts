import type { Span } from '../engine/spec';

/** What is wrong in a text, where, and what to do about it. */
export interface Diagnostic extends Span {
  readonly severity: 'error' | 'warning';
  /** From 1, as editors count. */
  readonly line: number;
  readonly column: number;
  /** Whole sentences, without the place: "`rww` is not a set of rights. Expected some of r w x user. Did you mean `rw`?" */
  readonly says: string;
  /** What to put in place of the span, when one replacement is likely. */
  readonly suggestion?: string;
}

/** A diagnostic before anybody knows which line it is on. */
export interface Finding extends Span {
  readonly severity: 'error' | 'warning';
  readonly says: string;
  readonly suggestion?: string;
}

/** `Line 7, column 12: ...`: the way every message of the language is shown in a terminal. */
export function printDiagnostic(d: Diagnostic): string {
  const label = d.severity === 'warning' ? 'warning: ' : '';
  return `Line ${d.line}, column ${d.column}: ${label}${d.says}`;
}

/** Findings with their places in the text, in the order of the text. */
export function placed(text: string, findings: readonly Finding[]): Diagnostic[] {
  const starts = [0];
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
  const place = (offset: number): { line: number; column: number } => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
  return [...findings]
    .sort((a, b) => a.from - b.from || a.to - b.to)
    .map((f) => ({ ...f, ...place(f.from) }));
}
