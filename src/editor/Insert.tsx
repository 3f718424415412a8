import { useState } from 'react';
import { Dialog } from '../ui/Dialog';
import { type Insertion, matching } from './insertions';

interface InsertProps {
  readonly all: readonly Insertion[];
  readonly onChoose: (line: string) => void;
  readonly onClose: () => void;
}

/** Everything the language can say, found by a word; what is chosen stands below the cursor's line and can run as it is. */
export function Insert({ all, onChoose, onClose }: InsertProps) {
  const [wanted, setWanted] = useState('');
  const found = matching(all, wanted);
  const groups = [...new Set(found.map(({ group }) => group))];
  return (
    <Dialog title="Insert a line" open size="large" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (found[0] !== undefined) onChoose(found[0].line);
        }}
      >
        <input
          type="search"
          data-first
          className="editor-search"
          aria-label="Search what can be inserted"
          placeholder="Search by word; Enter takes the first"
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
        />
      </form>
      {found.length === 0 && <p role="status">Nothing has all of these words. Try fewer.</p>}
      {groups.map((group) => (
        <section key={group} className="editor-insert" aria-label={group}>
          <h3>{group}</h3>
          <ul>
            {found
              .filter((one) => one.group === group)
              .map((one) => (
                <li key={one.syntax}>
                  <button type="button" onClick={() => onChoose(one.line)}>
                    <code>{one.syntax}</code>
                    <span>{one.says}</span>
                  </button>
                </li>
              ))}
          </ul>
        </section>
      ))}
    </Dialog>
  );
}
