import { useStore } from 'zustand';
import type { Controls } from '../../session/controls';
import { herdText } from '../../session/herdText';
import { notesOf } from '../../session/notes';
import { goTo } from '../../session/stepping';
import { classNames } from '../../ui/classNames';
import { Origin } from '../../ui/Origin';
import './panel.css';
import { Words } from './Words';

/** What the scenario is about, and what its author says along the way. */
export function StoryPanel({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const spec = useStore(session.store, (s) => s.spec);
  const text = useStore(session.store, (s) => s.text);
  const cursor = useStore(session.store, (s) => s.cursor);
  useStore(session.store, (s) => s.version);
  const { run } = session;
  const origins = spec?.origins ?? [];
  if (spec === undefined || run === undefined) return null;
  const notes = notesOf(run);
  const herd = herdText(text);
  return (
    <article className="story">
      <h2 className="story-title">{spec.title}</h2>
      {spec.about.map((paragraph) => (
        <Words key={paragraph} controls={controls} words={paragraph} />
      ))}
      {herd !== undefined && (
        <section aria-label="The litmus test">
          <h3 className="story-head">As a litmus test, in herd’s text</h3>
          <pre className="story-herd">{herd}</pre>
        </section>
      )}
      {origins.length > 0 && (
        <p className="story-origins">
          <span>Facts: </span>
          {origins.map((words) => (
            <span key={words} className="story-origin">
              <Origin words={words} />
            </span>
          ))}
        </p>
      )}
      {notes.length > 0 && (
        // Closed, so that it does not tell the end; each note is said at its moment, beside the caption.
        <details className="story-details">
          <summary>{notes.length === 1 ? 'One note' : `${notes.length} notes`} along the way</summary>
          <ol className="story-notes" aria-label="Notes along the way">
            {notes.map((note) => (
              <li key={note.note.from}>
                <button
                  type="button"
                  className={classNames(
                    'story-note',
                    note.cursor === cursor && 'is-here',
                    note.cursor > cursor && 'is-ahead',
                  )}
                  aria-current={note.cursor === cursor ? 'step' : undefined}
                  onClick={() => goTo(session, note.cursor)}
                >
                  <span className="story-step">{note.cursor}</span>
                  <span>{note.note.text}</span>
                </button>
              </li>
            ))}
          </ol>
        </details>
      )}
    </article>
  );
}
