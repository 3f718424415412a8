import { GROUP_TITLES, REFERENCE } from '../scenario/reference';
import type { Sources } from '../session/opening';

/** A line that can be put into a text, as it would be typed. */
export interface Insertion {
  readonly line: string;
  readonly group: string;
  /** What may stand in it: `map ADDRESS -> FRAME RIGHTS`. */
  readonly syntax: string;
  readonly says: string;
}

/** Operations of a design that its own manual names take frames and addresses; a small number stands for each until it is typed. */
const ARGUMENT = '0x030';

/**
 * Every statement of the language by its own example, so that what is put in can run as it is, and what the text's design lets be
 * done from outside. `text` is asked for its design only.
 */
export function insertions(text: string, sources: Sources): readonly Insertion[] {
  const ofLanguage = REFERENCE.map(({ examples, syntax, group, says }) => ({
    line: examples[0] ?? syntax,
    group: GROUP_TITLES[group],
    syntax,
    says,
  }));
  const named = /^\s*design\s+([\w-]+)/m.exec(text)?.[1];
  const design = sources.designs.find((one) => one.name === named);
  const ofDesign = (design?.operations ?? []).map((operation) => ({
    line: ['call', operation.name, ...operation.args.map(() => ARGUMENT)].join(' '),
    group: `What ${design?.title ?? ''} is asked from outside`,
    syntax: [
      'call',
      operation.name,
      ...operation.args.map(({ what }) => what.toUpperCase().replaceAll(' ', '-')),
    ].join(' '),
    says: operation.says,
  }));
  return [...ofLanguage, ...ofDesign];
}

/** Those that have all the words, in their order. */
export function matching(all: readonly Insertion[], wanted: string): readonly Insertion[] {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  return all.filter(({ line, syntax, says, group }) => {
    const searched = `${line} ${syntax} ${says} ${group}`.toLowerCase();
    return words.every((word) => searched.includes(word));
  });
}

/**
 * Where a new line goes, and as what: below the line of the cursor, indented as that line's block is. An empty line is used up.
 */
export function placed(
  line: { readonly text: string; readonly from: number; readonly to: number },
  insertion: string,
): { readonly from: number; readonly to: number; readonly insert: string; readonly caret: number } {
  const opens = /^\s*(vcpu|host|prologue|repeat)\b/.test(line.text);
  const own = /^\s*/.exec(line.text)?.[0] ?? '';
  const indent = opens ? `${own}  ` : own;
  const written = insertion
    .split('\n')
    .map((one) => indent + one)
    .join('\n');
  if (line.text.trim() === '')
    return { from: line.from, to: line.to, insert: written, caret: line.from + written.length };
  return { from: line.to, to: line.to, insert: `\n${written}`, caret: line.to + 1 + written.length };
}
