import type { Controls } from '../../session/controls';
import { type LibraryEntry, openLibrary } from '../../session/opening';
import { lookForRaces, onStage, type RaceSettings } from '../../session/racing/page';
import { steeringOf } from '../../session/racing/steering';
import { Button } from '../../ui/Button';
import { plainQuotes } from '../../ui/quoted';
import { Asked } from './Asked';

/** The headings of the library under which races stand. */
const TOPICS = ['KVM: the fast page fault', 'Races', 'Memory order'];

interface BeginProps {
  readonly controls: Controls;
  readonly settings: RaceSettings;
}

/** What stands where a verdict will be: what a search would run now, and races to begin with. */
export function Begin({ controls, settings }: BeginProps) {
  const { session, sources } = controls;
  const stage = onStage(session);
  const races = TOPICS.flatMap((topic) => sources.library.filter((entry) => entry.topic === topic));
  const explore = ({ id }: LibraryEntry) => {
    if (openLibrary(session, sources, id)) lookForRaces(session, settings);
  };
  return (
    <>
      <p className="race-nothing">
        Nothing has been explored yet. Choose “Look for a race” to run what is on stage in every order,
        whatever its schedule says, or begin with one of these.
      </p>
      <ul className="race-begin">
        {races.map((entry) => (
          <li key={entry.id}>
            <button type="button" className="race-card" onClick={() => explore(entry)}>
              <span className="race-card-title">{entry.title}</span>
              <span className="race-card-about">{plainQuotes(entry.about)}</span>
              {entry.violates.length > 0 && (
                <span className="race-card-breaks">Breaks {entry.violates.join(', ')}</span>
              )}
            </button>
          </li>
        ))}
      </ul>
      {stage !== undefined && (
        <p className="race-by-hand">
          <Button
            look="outline"
            onClick={() => steeringOf(session).begin({ ...stage, removed: [] }, [], 0, 'the beginning')}
          >
            Steer what is on stage by hand
          </Button>
        </p>
      )}
      {stage !== undefined && (
        <details className="race-stage">
          <summary>What is on stage now</summary>
          <Asked explored={{ ...stage, removed: [] }} />
        </details>
      )}
    </>
  );
}
