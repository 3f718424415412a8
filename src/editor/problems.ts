import type { Diagnostic as Mark } from '@codemirror/lint';
import type { Diagnostic } from '../scenario';

/** The language's diagnostics as the editor marks them; one that knows a replacement offers it. */
export function toMarks(diagnostics: readonly Diagnostic[], length: number): Mark[] {
  return diagnostics.map((one) => {
    const from = Math.min(one.from, length);
    const to = Math.min(Math.max(one.to, from), length);
    const { suggestion } = one;
    return {
      from,
      to,
      severity: one.severity,
      message: one.says,
      ...(suggestion === undefined
        ? {}
        : {
            actions: [
              {
                name: `Use ${suggestion}`,
                apply: (view, a, b) => view.dispatch({ changes: { from: a, to: b, insert: suggestion } }),
              },
            ],
          }),
    };
  });
}
