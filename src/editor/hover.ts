import { type EditorView, hoverTooltip, type Tooltip } from '@codemirror/view';
import { expectedAt } from '../scenario';
import { referenceOf } from '../scenario/reference';
import type { Sources } from '../session/opening';
import { aroundOf, designOf, namesFor, type Structures } from '../session/scenarioNames';

/** Help on a word: its form, what it does, examples. */
interface Help {
  readonly from: number;
  readonly to: number;
  readonly syntax: string;
  readonly says: string;
  readonly examples: readonly string[];
}

/** The language's own help on the word under the pointer, and the design's on its names. */
export const hoverHelp = (sources: Sources, structures: Structures) =>
  hoverTooltip((view, pos): Tooltip | null => {
    const help = helpAt(view, pos, sources, structures);
    if (help === undefined) return null;
    return {
      pos: help.from,
      end: help.to,
      above: true,
      create: () => {
        const dom = document.createElement('div');
        dom.className = 'editor-help';
        dom.dataset.layer = 'overlay';
        for (const [tag, text] of [
          ['code', help.syntax],
          ['p', help.says],
          ['pre', help.examples.join('\n')],
        ] as const) {
          if (text === '') continue;
          const part = document.createElement(tag);
          part.textContent = text;
          dom.append(part);
        }
        return { dom };
      },
    };
  });

/** What there is to say about the word at a place of the text: a keyword, a word of its form, or a name that the design knows. */
export function helpAt(
  view: Pick<EditorView, 'state'>,
  pos: number,
  sources: Sources,
  structures: Structures = () => undefined,
): Help | undefined {
  const { doc } = view.state;
  const line = doc.lineAt(pos);
  const word = wordAround(line.text, pos - line.from);
  if (word === undefined) return undefined;
  const [from, to] = [line.from + word.from, line.from + word.to];
  const text = doc.toString();
  const { form, before, expected } = expectedAt(text, from);
  // A word is a keyword only at the start of its line; elsewhere the same letters may be a name.
  if (form === undefined) {
    const entry = before.length === 0 ? referenceOf(word.text) : undefined;
    return entry && { from, to, syntax: entry.syntax, says: entry.says, examples: entry.examples };
  }
  for (const { symbol } of expected) {
    if (symbol === undefined || symbol === 'FRAME' || symbol === 'ADDRESS') continue;
    if (symbol === 'OPERATION') return operationHelp(word.text, from, text, sources);
    const found = namesFor(symbol, sources, aroundOf(text, before, structures)).find(
      ({ label }) => label === word.text,
    );
    if (found !== undefined)
      return {
        ...{ from, to, says: found.says, examples: [] },
        syntax: [found.label, found.detail ?? ''].join(' ').trim(),
      };
  }
  const statement = expected.some(({ words }) => words.includes(word.text))
    ? referenceOf(form.keyword)
    : undefined;
  return statement && { from, to, syntax: statement.syntax, says: statement.says, examples: [] };
}

/** A word of the language: letters, digits, hyphens and dots within. */
function wordAround(
  text: string,
  at: number,
): { readonly from: number; readonly to: number; readonly text: string } | undefined {
  for (const match of text.matchAll(/[A-Za-z_][\w]*(?:[-.]\w+)*|32-bit/g)) {
    const to = match.index + match[0].length;
    if (match.index <= at && at <= to) return { from: match.index, to, text: match[0] };
  }
  return undefined;
}

function operationHelp(name: string, from: number, text: string, sources: Sources): Help | undefined {
  const operation = designOf(sources, text)?.operations?.find((one) => one.name === name);
  if (operation === undefined) return undefined;
  const args = operation.args.map(({ what }) => what.toUpperCase().replaceAll(' ', '-'));
  const syntax = ['call', name, ...args].join(' ');
  return { from, to: from + name.length, syntax, says: operation.says, examples: [] };
}
