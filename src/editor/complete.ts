import type {
  Completion,
  CompletionContext,
  CompletionResult,
  CompletionSource,
} from '@codemirror/autocomplete';
import { type Expected, expectedAt, type Group } from '../scenario';
import { GROUP_TITLES, REFERENCE, referenceOf } from '../scenario/reference';
import type { Sources } from '../session/opening';
import { type Around, aroundOf, namesFor, type Structures } from '../session/scenarioNames';

const WORD = /[\w.-]*/;

/** Keywords by group; the group that goes on where the cursor stands comes first. */
function keywords(groups: readonly Group[]): Completion[] {
  return REFERENCE.map((entry, nth) => ({
    label: entry.keyword,
    type: 'keyword',
    // In the order in which a scenario is written, not by the alphabet.
    boost: -nth / 2,
    detail: entry.syntax.slice(entry.keyword.length).trim(),
    info: entry.says,
    section: { name: GROUP_TITLES[entry.group], rank: groups.indexOf(entry.group) },
  }));
}

const ORDER: readonly Group[] = ['about', 'machine', 'memory', 'block', 'operation', 'run'];

/** What usually comes after a statement of a group: within a block, its operations; else the same group, then those behind it. */
export function groupsAfter(text: string): readonly Group[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('#'));
  const last = lines
    .map((line) => referenceOf(line.trim().split(/\s/)[0] ?? ''))
    .findLast((one) => one !== undefined);
  if (last === undefined) return ORDER;
  const now: Group = last.group === 'block' ? 'operation' : last.group;
  const at = ORDER.indexOf(now);
  return [...ORDER.slice(at), ...ORDER.slice(0, at)];
}

/** What may stand here: at the start of a line its keyword; after it, whatever the form looks for at this very place. */
export function completions(sources: Sources, structures: Structures = () => undefined): CompletionSource {
  return (context: CompletionContext): CompletionResult | null => {
    const word = context.matchBefore(WORD);
    if (word === null || (word.from === word.to && !context.explicit)) return null;
    const text = context.state.doc.toString();
    const { form, before, expected } = expectedAt(text, word.from);
    const line = context.state.doc.lineAt(context.pos);
    const around = aroundOf(text, before, structures);
    // A comment, or the inside of a quoted text, is the author's own.
    if (inWords(line.text.slice(0, word.from - line.from))) return null;
    const options =
      form === undefined && before.length === 0
        ? keywords(groupsAfter(text.slice(0, word.from)))
        : unique(expected.flatMap((one) => optionsOf(one, sources, around, context.explicit, form?.keyword)));
    // A word that is complete wants no list over the next line: Enter is a new line then.
    const whole = (typed: string): boolean => options.some(({ label }) => label === typed);
    if (options.length === 0 || (!context.explicit && whole(word.text))) return null;
    return { from: word.from, options, validFor: (typed) => /^[\w.-]*$/.test(typed) && !whole(typed) };
  };
}

function inWords(before: string): boolean {
  const withoutTexts = before.replace(/"(?:[^"\\]|\\.)*"/g, '');
  return withoutTexts.includes('#') || withoutTexts.includes('"');
}

function optionsOf(
  { what, words, symbol }: Expected,
  sources: Sources,
  around: Around,
  explicit: boolean,
  keyword: string | undefined,
): Completion[] {
  const about = keyword === undefined ? undefined : referenceOf(keyword)?.syntax;
  const literal = words.map(
    (label): Completion => ({
      label,
      type: /^\w/.test(label) ? 'text' : 'operator',
      ...(about !== undefined && { info: about }),
    }),
  );
  if (symbol === undefined) return literal;
  // Numbers are offered to those who ask: whoever types one knows which.
  if (!explicit && (symbol === 'FRAME' || symbol === 'ADDRESS')) return literal;
  const section = { name: what.replace(/^an? |^the /, ''), rank: 0 };
  return [
    ...literal,
    ...namesFor(symbol, sources, around).map(
      ({ label, says, detail }): Completion => ({
        ...{ label, type: 'property', section },
        ...(says !== '' && { info: says }),
        ...(detail !== undefined && detail !== '' && { detail }),
      }),
    ),
  ];
}

function unique(options: readonly Completion[]): Completion[] {
  const seen = new Set<string>();
  return options.filter(({ label }) => {
    if (seen.has(label)) return false;
    seen.add(label);
    return true;
  });
}
