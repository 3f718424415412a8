import { useState } from 'react';
import type { Result } from '../base';
import type { Controls } from '../session/controls';
import {
  bringIn,
  type Draft,
  draftsOf,
  freeName,
  keepAs,
  readDrafts,
  removeDraft,
  writeDrafts,
} from '../session/drafts';
import { scenarioFile } from '../session/fileNames';
import { Button } from '../ui/Button';

interface DraftsProps {
  readonly controls: Controls;
  /** What is in the editor now. */
  readonly text: () => string;
  readonly onOpen: (text: string) => void;
}

/** Texts kept under names in this browser, and as files. */
export function Drafts({ controls, text, onOpen }: DraftsProps) {
  const { session, host } = controls;
  const [drafts, setDrafts] = useState(() => draftsOf(session));
  const [name, setName] = useState(session.state.spec?.title ?? '');
  /** The last one removed can be brought back. */
  const [removed, setRemoved] = useState<Draft>();
  const [said, setSaid] = useState('');

  const done = <T,>(result: Result<T, string>, says: string): boolean => {
    setDrafts(draftsOf(session));
    setSaid(result.kind === 'error' ? result.error : says);
    return result.kind === 'ok';
  };
  const keep = (): void => {
    done(keepAs(session, name, text()), `Kept as “${name.trim()}”.`);
  };
  const open = (draft: Draft): void => {
    const now = text();
    const unkept = session.state.draft !== undefined && !drafts.some((one) => one.text === now);
    // What was being typed is kept before it makes room.
    const free = freeName(drafts, 'What you were typing', now);
    if (
      unkept &&
      !done(keepAs(session, free, now), `“${draft.name}” is open. Your text is kept as “${free}”.`)
    )
      return;
    if (!unkept) setSaid(`“${draft.name}” is open.`);
    setName(draft.name);
    onOpen(draft.text);
  };
  const remove = (draft: Draft): void => {
    if (done(removeDraft(session, draft.name), `“${draft.name}” is removed.`)) setRemoved(draft);
  };
  const bring = (): void => {
    const arrived = session.frames.begin('file');
    host
      .pickFile()
      .then((file) => {
        if (file === undefined) return;
        const read = readDrafts(file.name, file.text);
        if (read.kind === 'error') setSaid(read.error);
        else done(bringIn(session, read.value), `${file.name} is among your drafts.`);
      })
      .catch((error: unknown) => setSaid(error instanceof Error ? error.message : String(error)))
      .finally(arrived);
  };

  return (
    <section className="editor-drafts" aria-label="Drafts">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          keep();
        }}
      >
        <input
          aria-label="Name of the draft"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <Button look="outline" type="submit">
          Keep this text
        </Button>
      </form>
      {drafts.length === 0 && (
        <p className="editor-quiet">
          Nothing is kept yet. What you type is saved by itself, and put here when another scenario comes on
          stage; all of it in this browser only.
        </p>
      )}
      <ul>
        {drafts.map((draft) => (
          <li key={draft.name}>
            <Button onClick={() => open(draft)}>{draft.name}</Button>
            <span>
              <Button
                aria-label={`Download ${draft.name}`}
                onClick={() => host.download(scenarioFile(draft.name), draft.text)}
              >
                Download
              </Button>
              <Button aria-label={`Remove ${draft.name}`} onClick={() => remove(draft)}>
                Remove
              </Button>
            </span>
          </li>
        ))}
      </ul>
      <p className="editor-row">
        <Button onClick={bring}>From a file</Button>
        <Button
          disabled={drafts.length === 0}
          onClick={() => host.download('shadowscope-drafts.json', writeDrafts(drafts))}
        >
          All as one file
        </Button>
      </p>
      <p role="status" className="editor-row">
        {said}
        {removed !== undefined && (
          <Button
            onClick={() => {
              if (done(keepAs(session, removed.name, removed.text), `“${removed.name}” is back.`))
                setRemoved(undefined);
            }}
          >
            Bring “{removed.name}” back
          </Button>
        )}
      </p>
    </section>
  );
}
