import type { First } from 'virtual:first';
import { defined } from '../base';
import { FIRST, libraryEntry } from '../library';
import { resolve } from '../scenario';
import { printDiagnostic } from '../scenario/diagnostic';

/**
 * What a bare visit shows, resolved where the page is built (vite.config.ts): the page can show it before it has fetched the
 * scenario language.
 */
export function first(): First {
  const { id, text } = defined(libraryEntry(FIRST), `the scenario ${FIRST} of the library`);
  const resolved = resolve(text);
  if (resolved.kind === 'error') {
    throw new Error(
      `The first scenario does not resolve:\n${resolved.error.map(printDiagnostic).join('\n')}`,
    );
  }
  // What its end is held against is a quarter of it, and nobody asks for that before the language has arrived.
  return { id, text, spec: { ...resolved.value.spec, expect: [] } };
}
