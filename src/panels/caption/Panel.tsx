import { useStore } from 'zustand';
import { figure } from '../../base';
import type { Controls } from '../../session/controls';
import { notesOf } from '../../session/notes';
import { classNames } from '../../ui/classNames';
import { Terms } from '../../ui/Terms';
import { momentWords } from '../../views/moment';
import { explainedParts } from '../../views/terms';
import './panel.css';

/** Where we are, who acts, and in one sentence what just happened and why. */
export function CaptionPanel({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const cursor = useStore(session.store, (s) => s.cursor);
  const playing = useStore(session.store, (s) => s.playing);
  useStore(session.store, (s) => s.version);
  const { run } = session;
  if (run === undefined) return null;
  const words = momentWords(run, cursor);
  const notes = notesOf(run).filter((note) => note.cursor === cursor);
  return (
    <section className="caption" aria-label="What happens">
      <header className="caption-head">
        <h2>
          Step {figure(words.step)}
          <span className="caption-of"> of {figure(words.of)}</span>
        </h2>
        {words.actor !== '' && (
          <span className={classNames('caption-who', `lane-${words.lane}`)}>
            {words.actor} · {words.doing}
          </span>
        )}
      </header>
      {/* While it plays, a sentence every 420 ms is noise to whoever listens; the one it stops at is read. */}
      <p className="caption-text" aria-live={playing ? 'off' : 'polite'}>
        <Terms parts={explainedParts(words.caption)} />
      </p>
      {words.broken.map((says) => (
        <p key={says} className="caption-broken" role="alert">
          {says.startsWith('Broken') ? says : `Broken: ${says}`}
        </p>
      ))}
      {notes.map(({ note }) => (
        <p key={note.from} className="caption-note">
          <Terms parts={explainedParts(note.text)} />
        </p>
      ))}
      {words.ending !== '' && <p className="caption-ending">{words.ending}</p>}
    </section>
  );
}
