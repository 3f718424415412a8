import { autocompletion, closeBrackets, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { bracketMatching } from '@codemirror/language';
import { lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  keymap,
  lineNumbers,
  tooltips,
} from '@codemirror/view';
import type { Diagnostic } from '../scenario';
import type { Sources } from '../session/opening';
import type { Structures } from '../session/scenarioNames';
import { completions } from './complete';
import { hoverHelp } from './hover';
import { placed } from './insertions';
import { scenarioSupport } from './language';
import { toMarks } from './problems';
import { theme } from './theme';

export interface EditorOptions {
  readonly parent: Element;
  readonly text: string;
  readonly sources: Sources;
  /** What the design on stage calls its structures. */
  readonly structures: Structures;
  readonly onChange: (text: string) => void;
  /** Mod+Enter. */
  readonly onRun: () => void;
  /** Shift+Alt+F. */
  readonly onTidy: () => void;
}

export interface Editor {
  readonly text: () => string;
  readonly replace: (text: string) => void;
  readonly mark: (diagnostics: readonly Diagnostic[]) => void;
  /** Puts a line below that of the cursor, as part of its block. */
  readonly insert: (line: string) => void;
  readonly goTo: (offset: number) => void;
  readonly destroy: () => void;
}

/** The scenario editor, without React: a text, its marks, and what to do when it changes. */
export function createEditor(options: EditorOptions): Editor {
  const view = new EditorView({
    parent: options.parent,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        highlightActiveLine(),
        bracketMatching(),
        closeBrackets(),
        scenarioSupport(),
        theme,
        // Help may be wider than the editor's part of the window.
        tooltips({ parent: document.body }),
        autocompletion({
          override: [completions(options.sources, options.structures)],
          icons: false,
        }),
        lintGutter(),
        hoverHelp(options.sources, options.structures),
        keymap.of([
          {
            key: 'Mod-Enter',
            run: () => {
              options.onRun();
              return true;
            },
          },
          {
            key: 'Shift-Alt-f',
            run: () => {
              options.onTidy();
              return true;
            },
          },
          ...completionKeymap,
          ...lintKeymap,
          ...historyKeymap,
          ...defaultKeymap,
        ]),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': 'Scenario text', tabindex: '0' }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) options.onChange(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    text: () => view.state.doc.toString(),
    replace: (text) => {
      // The caret stays on its line as far as there is one: laying a text out anew moves nobody.
      const line = view.state.doc.lineAt(view.state.selection.main.head).number;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
      const { doc } = view.state;
      view.dispatch({ selection: { anchor: doc.line(Math.min(line, doc.lines)).from } });
    },
    insert: (text) => {
      const { from, to, insert, caret } = placed(view.state.doc.lineAt(view.state.selection.main.head), text);
      view.dispatch({ changes: { from, to, insert }, selection: { anchor: caret }, scrollIntoView: true });
      view.focus();
    },
    mark: (diagnostics) =>
      view.dispatch(setDiagnostics(view.state, toMarks(diagnostics, view.state.doc.length))),
    goTo: (offset) => {
      const at = Math.min(offset, view.state.doc.length);
      view.dispatch({ selection: { anchor: at }, scrollIntoView: true });
      view.focus();
    },
    destroy: () => view.destroy(),
  };
}
