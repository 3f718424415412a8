import { hoverTooltip, type Tooltip } from '@codemirror/view';
import { referenceOf } from '../scenario/reference';

/** The language's own help on the keyword under the pointer: its form, what it does, an example. */
export const hoverHelp = hoverTooltip((view, pos): Tooltip | null => {
  const word = view.state.wordAt(pos);
  if (word === null) return null;
  const line = view.state.doc.lineAt(pos);
  // A word is a keyword only at the start of its line; elsewhere the same letters may be a name.
  if (line.text.slice(0, word.from - line.from).trim() !== '') return null;
  const keyword = /^[\w-]+/.exec(line.text.slice(word.from - line.from))?.[0] ?? '';
  const entry = referenceOf(keyword);
  if (entry === undefined) return null;
  return {
    pos: word.from,
    end: word.from + keyword.length,
    above: true,
    create: () => {
      const dom = document.createElement('div');
      dom.className = 'editor-help';
      dom.dataset.layer = 'overlay';
      for (const [tag, text] of [
        ['code', entry.syntax],
        ['p', entry.says],
        ['pre', entry.examples.join('\n')],
      ] as const) {
        const part = document.createElement(tag);
        part.textContent = text;
        dom.append(part);
      }
      return { dom };
    },
  };
});
