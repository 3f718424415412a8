import { useState } from 'react';
import { useStore } from 'zustand';
import type { Controls } from '../../session/controls';
import type { LibraryEntry } from '../../session/opening';
import { Button } from '../../ui/Button';
import { plainQuotes } from '../../ui/quoted';

/** For whom a scenario is: what its author calls beginner, intermediate, advanced and expert, in three. */
const LEVELS = [
  { id: 'intro', label: 'Intro', of: ['beginner'] },
  { id: 'core', label: 'Core', of: ['intermediate'] },
  { id: 'advanced', label: 'Advanced', of: ['advanced', 'expert'] },
] as const;

/** The library by topic and level. */
export function Shelves({ controls }: { readonly controls: Controls }) {
  const [level, setLevel] = useState<string>();
  useStore(controls.session.store, (s) => s.furnished);
  const { library } = controls.sources;
  const wanted: readonly string[] | undefined = LEVELS.find(({ id }) => id === level)?.of;
  const found = library.filter((entry) => wanted === undefined || wanted.includes(entry.level));
  const topics = [...new Set(found.map(({ topic }) => topic))];
  return (
    <section className="home-shelves" aria-labelledby="home-shelves">
      <div className="home-shelves-head">
        <h2 id="home-shelves">Library</h2>
        <fieldset className="home-levels" aria-label="For whom">
          {[{ id: undefined, label: 'All' }, ...LEVELS].map(({ id, label }) => (
            <Button key={label} look="outline" aria-pressed={level === id} onClick={() => setLevel(id)}>
              {label}
            </Button>
          ))}
        </fieldset>
      </div>
      {library.length > 0 && (
        <p>
          {found.length} of {library.length} scenarios, each with what it must show.
        </p>
      )}
      {topics.map((topic) => (
        <Topic
          key={topic}
          topic={topic}
          entries={found.filter((entry) => entry.topic === topic)}
          controls={controls}
        />
      ))}
    </section>
  );
}

interface TopicProps {
  readonly topic: string;
  readonly entries: readonly LibraryEntry[];
  readonly controls: Controls;
}

function Topic({ topic, entries, controls }: TopicProps) {
  // A closed shelf holds nothing: the page has 250 entries otherwise, of which nobody sees one.
  const [open, setOpen] = useState(false);
  return (
    <details className="home-topic" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span>{topic}</span> <span className="home-count">{entries.length}</span>
      </summary>
      {open && (
        <ul>
          {entries.map((entry) => (
            <li key={entry.id}>
              <button type="button" className="home-entry" onClick={() => show(controls, entry.id)}>
                <span className="home-entry-title">{entry.title}</span>
                <span className="home-count">{entry.level}</span>
                <span className="home-entry-about">{plainQuotes(entry.about)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </details>
  );
}

/** What is on stage already stays there as it is. */
function show(controls: Controls, id: string): void {
  if (controls.session.state.library === id) controls.execute('stage');
  else controls.execute(`open:${id}`);
}
