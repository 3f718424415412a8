import { useState } from 'react';
import type { Controls } from '../../session/controls';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Entry } from './Entry';
import './panel.css';
import { SearchRow } from './SearchRow';
import { searchLibrary, topicsOf } from './search';

/** Built-in scenarios by topic; each says for whom it is, and what breaks in it. */
export function LibraryPanel({ controls }: { readonly controls: Controls }) {
  const { session, sources } = controls;
  const [wanted, setWanted] = useState('');
  const [level, setLevel] = useState<string>();
  const found = searchLibrary(sources.library, wanted, level);
  return (
    <Dialog title="Library" open size="large" onClose={() => session.set({ dialog: undefined })}>
      <SearchRow wanted={wanted} onWanted={setWanted} level={level} onLevel={setLevel} />
      {found.length === 0 && <p>No scenario has all of these words. Try fewer, or another level.</p>}
      {topicsOf(found).map((topic) => (
        <section key={topic} className="library-topic" aria-label={topic}>
          <h3>{topic}</h3>
          <ul>
            {found
              .filter((entry) => entry.topic === topic)
              .map((entry) => (
                <li key={entry.id}>
                  <Entry controls={controls} entry={entry} />
                </li>
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
