import { fail, ok, type Result } from '../base';
import { parse, print, printDiagnostic } from '../scenario';

/**
 * The text in the one way scenarios are laid out; what it says and its comments stay. A text with a line that cannot be read is
 * not laid out at all: that line would be lost.
 */
export function tidied(text: string): Result<string, string> {
  const { ast, diagnostics } = parse(text);
  const [first] = diagnostics;
  if (first !== undefined)
    return fail(`Not laid out anew, since a line of it cannot be read. ${printDiagnostic(first)}`);
  return ok(print(ast));
}
