/** A piece of a paragraph: plain words, or a name that stood between backquotes. */
export interface QuotedPart {
  readonly text: string;
  readonly named: boolean;
}

/** Splits words at their backquotes, as scenarios write names: "The guest of `Three of 512`, but ...". */
export const quotedParts = (words: string): QuotedPart[] =>
  words
    .split('`')
    .map((text, i) => ({ text, named: i % 2 === 1 }))
    .filter(({ text }) => text !== '');

/** The same with curly quotes, where there is only room for words. */
export const plainQuotes = (words: string): string =>
  quotedParts(words)
    .map(({ text, named }) => (named ? `“${text}”` : text))
    .join('');
