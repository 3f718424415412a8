import { termParts } from '../teach/glossary/terms';

/** A text cut at the terms of the glossary in it, each with its explanation. Terms in `known` have been explained before. */
export function explainedParts(text: string, known?: ReadonlySet<string>) {
  return termParts(text, known).map(({ text: words, term }) =>
    term === undefined ? { text: words } : { text: words, term: { name: term.name, says: term.says } },
  );
}
