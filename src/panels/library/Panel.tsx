import { useState } from 'react';
import { useStore } from 'zustand';
import type { Controls } from '../../session/controls';
import type { LibraryEntry } from '../../session/opening';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { plainQuotes } from '../../ui/quoted';
import './panel.css';

const LEVELS = ['beginner', 'intermediate', 'advanced', 'expert'];

/** Built-in scenarios by topic; each says for whom it is, and what breaks in it. */
export function LibraryPanel({ controls }: { readonly controls: Controls }) {
  const { session, sources } = controls;
  const [wanted, setWanted] = useState('');
  const [level, setLevel] = useState<string>();
  const here = useStore(session.store, (s) => s.library);
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  const found = sources.library.filter((entry) => {
    const text = searched(entry);
    return (level === undefined || entry.level === level) && words.every((word) => text.includes(word));
  });
  const topics = [...new Set(found.map((entry) => entry.topic))];
  const levels = LEVELS.filter((one) => sources.library.some((entry) => entry.level === one));
  return (
    <Dialog title="Library" open size="large" onClose={() => session.set({ dialog: undefined })}>
      <div className="library-choose">
        <input
          type="search"
          data-first
          className="library-search"
          aria-label="Search the library"
          placeholder="Search by word"
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
        />
        <fieldset className="library-levels" aria-label="For whom">
          {[undefined, ...levels].map((one) => (
            <Button
              key={one ?? 'all'}
              look="outline"
              aria-pressed={level === one}
              onClick={() => setLevel(one)}
            >
              {one ?? 'all'}
            </Button>
          ))}
        </fieldset>
      </div>
      {found.length === 0 && <p>No scenario has all of these words. Try fewer, or another level.</p>}
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
      <section className="library-topic" aria-label="Recorded on real machines">
        <h3>Recorded on real machines</h3>
        <p className="library-more">
          Guest programs that ran on a real Linux and a real Xen, to put on stage beside what these did.
        </p>
        <Button look="outline" onClick={() => controls.execute('page:recorded')}>
          Choose a recorded case
        </Button>
      </section>
    </Dialog>
  );
}

/** What a search looks at: also the switches that are off, and what breaks. */
function searched({ title, topic, level, about, without, violates }: LibraryEntry): string {
  return [title, topic, level, about, ...without, ...violates].join(' ').toLowerCase();
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
        <span className="library-about">{plainQuotes(entry.about)}</span>
        {entry.violates.length > 0 && (
          <span className="library-breaks">Breaks {entry.violates.join(', ')}</span>
        )}
      </button>
    </li>
  );
}
