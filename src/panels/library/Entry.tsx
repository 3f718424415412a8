import { useStore } from 'zustand';
import type { Controls } from '../../session/controls';
import type { LibraryEntry } from '../../session/opening';
import { plainQuotes } from '../../ui/quoted';
import './panel.css';

interface EntryProps {
  readonly controls: Controls;
  readonly entry: LibraryEntry;
}

/** A scenario of the library: for whom it is, what it is about, and what breaks in it. */
export function Entry({ controls, entry }: EntryProps) {
  const here = useStore(controls.session.store, (s) => s.library === entry.id);
  return (
    <button
      type="button"
      className="library-entry"
      aria-current={here ? 'true' : undefined}
      // What is on stage already stays there as it is.
      onClick={() => {
        if (here) controls.session.set({ dialog: undefined });
        controls.execute(here ? 'stage' : `open:${entry.id}`);
      }}
    >
      <span className="library-title">{entry.title}</span>
      <span className="library-level">{here ? 'on stage' : entry.level}</span>
      <span className="library-about">{plainQuotes(entry.about)}</span>
      {entry.violates.length > 0 && (
        <span className="library-breaks">Breaks {entry.violates.join(', ')}</span>
      )}
    </button>
  );
}
