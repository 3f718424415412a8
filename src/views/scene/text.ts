/**
 * Widths of text without a page to measure it on, so that the layout can promise that nothing is clipped. IBM Plex Mono
 * advances 0.6 em; for Inter the classes below are rounded up from its metrics, so an estimate is never too small.
 */
const MONO_EM = 0.6;

const CLASSES: readonly (readonly [RegExp, number])[] = [
  [/ /, 0.29],
  [/[ijl.,:;'|!]/, 0.3],
  [/[ftr]/, 0.4],
  [/[()[\]/-]/, 0.46],
  [/[mw]/, 0.88],
  [/[MW@%]/, 0.95],
  [/[A-Z]/, 0.73],
  [/[0-9_+=]/, 0.66],
];

export const monoWidth = (text: string, size: number): number => text.length * size * MONO_EM;

/** `tracked`: letter-spacing in em, for labels in capitals. */
export function wordsWidth(text: string, size: number, tracked = 0): number {
  let em = 0;
  for (const char of text) em += (CLASSES.find(([set]) => set.test(char))?.[1] ?? 0.62) + tracked;
  return em * size;
}

/** The text, shortened at a word boundary with an ellipsis if it does not fit; empty when not even one word fits. */
export function fitWords(text: string, size: number, width: number): string {
  if (wordsWidth(text, size) <= width) return text;
  const words = text.split(' ');
  for (let n = words.length - 1; n > 0; n--) {
    const short = `${words.slice(0, n).join(' ')}…`;
    if (wordsWidth(short, size) <= width) return short;
  }
  return '';
}

/** Breaks text into at most `lines` lines of a width; what does not fit is shortened. */
export function wrapWords(text: string, size: number, width: number, lines: number): string[] {
  const out: string[] = [];
  let line = '';
  const words = text.split(' ');
  for (let i = 0; i < words.length; i++) {
    const longer = line === '' ? (words[i] as string) : `${line} ${words[i]}`;
    if (wordsWidth(longer, size) <= width) line = longer;
    else if (out.length + 1 >= lines)
      return [...out, fitWords([line, ...words.slice(i)].join(' '), size, width)];
    else {
      out.push(line);
      line = words[i] as string;
    }
  }
  return line === '' ? out : [...out, line];
}
