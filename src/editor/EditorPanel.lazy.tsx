import { useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { printDiagnostic } from '../scenario';
import type { Controls } from '../session/controls';
import { checkDraft, discardDraft, runDraft } from '../session/editing';
import { structuresOnStage } from '../session/scenarioNames';
import { Button, IconButton } from '../ui/Button';
import { createEditor, type Editor } from './createEditor';
import { Drafts } from './Drafts';
import { Insert } from './Insert';
import { insertions } from './insertions';
import { TEMPLATE } from './template';
import { tidied } from './tidy';
import './editor.css';

/** The scenario's text beside the stage. What was last good stays on stage until the text runs again. */
export default function EditorPanel({ controls }: { readonly controls: Controls }) {
  const { session, sources } = controls;
  const box = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor>(undefined);
  const diagnostics = useStore(session.store, (s) => s.diagnostics);
  const changed = useStore(session.store, (s) => s.draft !== undefined);
  const empty = useStore(session.store, (s) => s.draft?.trim() === '');
  const text = useStore(session.store, (s) => s.text);
  const [inserting, setInserting] = useState(false);
  const [keeping, setKeeping] = useState(false);

  useEffect(() => {
    const parent = box.current;
    if (parent === null) return;
    const check = (): void => checkDraft(session, sources, made.text());
    const made = createEditor({
      parent,
      text: session.state.draft ?? session.state.text,
      sources,
      structures: () => structuresOnStage(session),
      // Once per frame, however fast somebody types.
      onChange: () => session.frames.draw(check),
      onRun: () => runDraft(session, sources),
      onTidy: () => tidy(session, made),
    });
    editor.current = made;
    made.mark(session.state.diagnostics);
    return () => {
      session.frames.cancel(check);
      // What was typed in the last frame must not be lost with the editor.
      checkDraft(session, sources, made.text());
      editor.current = undefined;
      made.destroy();
    };
  }, [session, sources]);

  useEffect(() => editor.current?.mark(diagnostics), [diagnostics]);

  // Another scenario came on stage while the editor was open, and nothing typed waits.
  useEffect(() => {
    const made = editor.current;
    if (made !== undefined && session.state.draft === undefined && made.text() !== text) made.replace(text);
  }, [text, session]);

  const errors = diagnostics.filter((one) => one.severity === 'error');
  return (
    <section className="editor" aria-label="Scenario editor">
      <header className="editor-head">
        <h2>Scenario</h2>
        <Button data-tip="Everything the language can say, by a word" onClick={() => setInserting(true)}>
          Insert
        </Button>
        <Button
          data-tip="Lay the text out anew (Shift Alt F)"
          onClick={() => editor.current !== undefined && tidy(session, editor.current)}
        >
          Tidy up
        </Button>
        <Button aria-expanded={keeping} onClick={() => setKeeping(!keeping)}>
          Drafts
        </Button>
        <Button
          look="strong"
          disabled={!changed || errors.length > 0}
          data-tip="Run this text (Ctrl Enter)"
          onClick={() => runDraft(session, sources)}
        >
          Run
        </Button>
        <Button
          disabled={!changed}
          onClick={() => {
            discardDraft(session);
            editor.current?.replace(session.state.text);
          }}
        >
          Discard
        </Button>
        <IconButton icon="close" label="Close the editor" onClick={() => session.set({ editing: false })} />
      </header>
      {keeping ? (
        <Drafts
          controls={controls}
          text={() => editor.current?.text() ?? ''}
          onOpen={(draft) => editor.current?.replace(draft)}
        />
      ) : (
        <span />
      )}
      <div className="editor-text" ref={box} data-own-keys />
      {inserting && (
        <Insert
          all={insertions(editor.current?.text() ?? '', sources)}
          onClose={() => setInserting(false)}
          onChoose={(line) => {
            setInserting(false);
            editor.current?.insert(line);
          }}
        />
      )}
      <div className="editor-problems" role="status" aria-label="Problems">
        {empty ? (
          <p className="editor-row">
            The text is empty. Ctrl Space says what can stand at any place.
            <Button look="outline" onClick={() => editor.current?.replace(TEMPLATE)}>
              Begin with a small scenario
            </Button>
          </p>
        ) : diagnostics.length === 0 ? (
          <p>{changed ? 'No errors. Run it to see it on stage.' : 'This is what is on stage.'}</p>
        ) : (
          <ul>
            {diagnostics.map((one) => (
              <li key={`${one.from} ${one.says}`} className={`is-${one.severity}`}>
                <button type="button" onClick={() => editor.current?.goTo(one.from)}>
                  {printDiagnostic(one)}
                </button>
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}

function tidy(session: Controls['session'], editor: Editor): void {
  const text = editor.text();
  const laidOut = tidied(text);
  if (laidOut.kind === 'error') session.say(laidOut.error, 'wrong');
  else if (laidOut.value !== text) editor.replace(laidOut.value);
}
