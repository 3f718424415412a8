import { useState } from 'react';
import { useStore } from 'zustand';
import type { Controls } from '../../session/controls';
import type { LibraryEntry } from '../../session/opening';
import { Dialog } from '../../ui/Dialog';
import './panel.css';

/** Built-in scenarios by topic; each says for whom it is. */
export function LibraryPanel({ controls }: { readonly controls: Controls }) {
  const { session, sources } = controls;
  const [wanted, setWanted] = useState('');
  const here = useStore(session.store, (s) => s.library);
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  const found = sources.library.filter((entry) => {
    const text = `${entry.title} ${entry.topic} ${entry.level} ${entry.about}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const topics = [...new Set(found.map((entry) => entry.topic))];
  return (
    <Dialog title="Library" open size="large" onClose={() => session.set({ dialog: undefined })}>
      <input
        type="search"
        data-first
        className="library-search"
        aria-label="Search the library"
        placeholder="Search by word"
        value={wanted}
        onChange={(event) => setWanted(event.target.value)}
      />
      {found.length === 0 && <p>No scenario has all of these words. Try fewer.</p>}
      {topics.map((topic) => (
        <section key={topic} className="library-topic" aria-label={topic}>
          <h3>{topic}</h3>
          <ul>
            {found
              .filter((entry) => entry.topic === topic)
              .map((entry) => (
                <Entry
                  key={entry.id}
                  entry={entry}
                  here={entry.id === here}
                  // What is on stage already stays there as it is.
                  open={() => {
                    if (entry.id === here) session.set({ dialog: undefined });
                    else controls.execute(`open:${entry.id}`);
                  }}
                />
              ))}
          </ul>
        </section>
      ))}
    </Dialog>
  );
}

function Entry({
  entry,
  here,
  open,
}: {
  readonly entry: LibraryEntry;
  readonly here: boolean;
  readonly open: () => void;
}) {
  return (
    <li>
      <button type="button" className="library-entry" aria-current={here ? 'true' : undefined} onClick={open}>
        <span className="library-title">{entry.title}</span>
        <span className="library-level">{here ? 'on stage' : entry.level}</span>
        <span className="library-about">{entry.about}</span>
      </button>
    </li>
  );
}
