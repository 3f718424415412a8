import { useState } from 'react';
import { Dialog } from '../../ui/Dialog';
import type { Choice } from './choices';

interface ChooseProps {
  readonly title: string;
  readonly choices: readonly Choice[];
  readonly onChoose: (choice: Choice) => void;
  readonly onClose: () => void;
}

/** Those that have all the words, in their order. */
function matching(choices: readonly Choice[], wanted: string): readonly Choice[] {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  return choices.filter(({ title, group }) => {
    const searched = `${title} ${group}`.toLowerCase();
    return words.every((word) => searched.includes(word));
  });
}

/** All that can stand on a side, found by a word. Nothing happens before something is chosen: arrows and typing only look. */
export function Choose({ title, choices, onChoose, onClose }: ChooseProps) {
  const [wanted, setWanted] = useState('');
  const found = matching(choices, wanted);
  const groups = [...new Set(found.map(({ group }) => group))];
  return (
    <Dialog title={title} open size="large" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const first = found.find(({ unable }) => unable === undefined);
          if (first !== undefined) onChoose(first);
        }}
      >
        <input
          type="search"
          data-first
          className="compare-search"
          aria-label="Search runs"
          placeholder="Search by word; Enter takes the first"
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
        />
      </form>
      {found.length === 0 && <p role="status">No run has all of these words. Try fewer.</p>}
      {groups.map((group) => (
        <section key={group} className="compare-choices" aria-label={group}>
          <h3>{group}</h3>
          <ul>
            {found
              .filter((one) => one.group === group)
              .map((one) => (
                <li key={one.id}>
                  {one.unable === undefined ? (
                    <button type="button" onClick={() => onChoose(one)}>
                      {one.title}
                    </button>
                  ) : (
                    <p className="compare-unable">
                      {one.title} cannot run this guest: {one.unable}
                    </p>
                  )}
                </li>
              ))}
          </ul>
        </section>
      ))}
    </Dialog>
  );
}
