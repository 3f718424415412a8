import { termParts } from '../teach/glossary/terms';

/** A text cut at the terms of the glossary in it, each with its explanation. Terms in `known` have been explained before. */
export function explainedParts(text: string, known?: ReadonlySet<string>) {
  return termParts(text, known).map(({ text: words, term }) =>
    term === undefined ? { text: words } : { text: words, term: { name: term.name, says: term.says } },
  );
}

/** The lines of a listing, each term marked where it stands first in it; in line `current` all of them. */
export function explainedLines(lines: readonly string[], current: number) {
  const known = new Set<string>();
  return lines.map((line, i) => {
    const parts = termParts(line, i === current ? undefined : known);
    for (const { term } of parts) if (term !== undefined) known.add(term.id);
    return parts.map(({ text, term }) =>
      term === undefined ? { text } : { text, term: { name: term.name, says: term.says } },
    );
  });
}
