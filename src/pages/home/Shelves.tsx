import { useState } from 'react';
import { useStore } from 'zustand';
import { Entry } from '../../panels/library/Entry';
import { SearchRow } from '../../panels/library/SearchRow';
import { searchLibrary, topicsOf } from '../../panels/library/search';
import type { Controls } from '../../session/controls';
import type { LibraryEntry } from '../../session/opening';

/** The library by topic and level, and by words. */
export function Shelves({ controls }: { readonly controls: Controls }) {
  const [level, setLevel] = useState<string>();
  const [wanted, setWanted] = useState('');
  useStore(controls.session.store, (s) => s.furnished);
  const { library } = controls.sources;
  const found = searchLibrary(library, wanted, level);
  const searching = wanted.trim() !== '';
  return (
    <section className="home-shelves" aria-labelledby="home-shelves">
      <div className="home-shelves-head">
        <h2 id="home-shelves">Library</h2>
        <SearchRow wanted={wanted} onWanted={setWanted} level={level} onLevel={setLevel} />
      </div>
      {library.length > 0 && (
        <p role="status">
          {found.length === 0
            ? 'No scenario has all of these words. Try fewer, or another level.'
            : `${found.length} of ${library.length} scenarios, each with what it must show.`}
        </p>
      )}
      {topicsOf(found).map((topic) => (
        <Topic
          // Whoever has asked for something wants to see it: with the first word all shelves open, without words they close.
          key={`${topic} ${searching}`}
          open={searching}
          controls={controls}
          topic={topic}
          entries={found.filter((entry) => entry.topic === topic)}
        />
      ))}
    </section>
  );
}

interface TopicProps {
  readonly controls: Controls;
  readonly topic: string;
  readonly entries: readonly LibraryEntry[];
  /** Whether the shelf is open to begin with. */
  readonly open: boolean;
}

function Topic({ controls, topic, entries, open }: TopicProps) {
  // A closed shelf holds nothing: the page has 250 entries otherwise, of which nobody sees one.
  const [opened, setOpened] = useState(open);
  return (
    <details className="home-topic" open={opened} onToggle={(event) => setOpened(event.currentTarget.open)}>
      <summary>
        <span>{topic}</span> <span className="home-count">{entries.length}</span>
      </summary>
      {opened && (
        <ul>
          {entries.map((entry) => (
            <li key={entry.id}>
              <Entry controls={controls} entry={entry} />
            </li>
          ))}
        </ul>
      )}
    </details>
  );
}
