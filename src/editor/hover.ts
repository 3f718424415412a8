import { type EditorView, hoverTooltip, type Tooltip } from '@codemirror/view';
import { referenceOf } from '../scenario/reference';
import type { Sources } from '../session/opening';

/** Help on a word: its form, what it does, examples. */
interface Help {
  readonly from: number;
  readonly to: number;
  readonly syntax: string;
  readonly says: string;
  readonly examples: readonly string[];
}

/** The language's own help on the keyword under the pointer, and the design's on an operation that is called. */
export const hoverHelp = (sources: Sources) =>
  hoverTooltip((view, pos): Tooltip | null => {
    const help = helpAt(view, pos, sources);
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

/** What there is to say about the word at a place of the text. */
export function helpAt(view: Pick<EditorView, 'state'>, pos: number, sources: Sources): Help | undefined {
  const word = view.state.wordAt(pos);
  if (word === null) return undefined;
  const line = view.state.doc.lineAt(pos);
  const call = /^\s*(?:call|hypercall)\s+(?=([\w-]+))/.exec(line.text);
  const from = line.from + (call?.[0].length ?? 0);
  if (call !== null && pos >= from && pos <= from + (call[1] ?? '').length)
    return operationHelp(call[1] ?? '', from, view.state.doc.toString(), sources);
  // A word is a keyword only at the start of its line; elsewhere the same letters may be a name.
  if (line.text.slice(0, word.from - line.from).trim() !== '') return undefined;
  const keyword = /^[\w-]+/.exec(line.text.slice(word.from - line.from))?.[0] ?? '';
  const entry = referenceOf(keyword);
  if (entry === undefined) return undefined;
  const { syntax, says, examples } = entry;
  return { from: word.from, to: word.from + keyword.length, syntax, says, examples };
}

function operationHelp(name: string, from: number, text: string, sources: Sources): Help | undefined {
  const design = /^\s*design\s+([\w-]+)/m.exec(text)?.[1];
  const operation = sources.designs
    .find((one) => one.name === design)
    ?.operations?.find((one) => one.name === name);
  if (operation === undefined) return undefined;
  const args = operation.args.map(({ what }) => what.toUpperCase().replaceAll(' ', '-'));
  const syntax = ['call', name, ...args].join(' ');
  return { from, to: from + name.length, syntax, says: operation.says, examples: [] };
}
