import { useStore } from 'zustand';
import type { Controls } from '../../session/controls';
import { PAGES, pageAddress } from '../../session/pages';

interface WayIn {
  readonly who: string;
  readonly says: string;
  /** Commands and pages, as far as this page has them. */
  readonly ways: readonly { readonly id: string; readonly label: string }[];
}

export const WAYS: readonly WayIn[] = [
  {
    who: 'You teach',
    says: 'Step through a scenario on a projector, ask what happens next, and hand out a link that opens at the very moment.',
    ways: [
      { id: 'library', label: 'Choose a scenario' },
      { id: 'presenter', label: 'Large type for a projector' },
      { id: 'page:homework', label: 'Homework and its key' },
      { id: 'page:compare', label: 'Two designs side by side' },
      { id: 'page:published', label: 'Published figures beside counted ones' },
    ],
  },
  {
    who: 'You learn',
    says: 'Read a story beside the stage, predict the next step, then break a protection and watch what goes wrong.',
    ways: [
      { id: 'page:stories', label: 'Stories' },
      { id: 'page:glossary', label: 'Glossary' },
      { id: 'open:protected-but-not-flushed', label: 'See a protection missing' },
      { id: 'edit', label: 'Write a scenario' },
    ],
  },
  {
    who: 'You work on a hypervisor',
    says: 'Reproduce a race, let the checker find its shortest schedule, and paste the link into a review.',
    ways: [
      { id: 'race', label: 'Find a race' },
      { id: 'open:kvm-fast-no-barrier', label: 'A missing barrier' },
      { id: 'page:trace', label: 'Read a trace' },
      { id: 'page:truth', label: 'What it was checked against' },
      { id: 'page:lab', label: 'Run a workload' },
    ],
  },
];

/** Where to begin, by what somebody has come for. */
export function WaysIn({ controls }: { readonly controls: Controls }) {
  useStore(controls.session.store, (s) => s.furnished);
  return (
    <section className="home-who" aria-label="Ways in">
      {WAYS.map(({ who, says, ways }) => (
        <div key={who} className="home-card">
          <h2>{who}</h2>
          <p>{says}</p>
          <ul>
            {ways
              .filter(({ id }) => controls.find(id) !== undefined)
              .map(({ id, label }) => (
                <li key={id}>
                  <button type="button" className="home-link" onClick={() => go(controls, id)}>
                    {label}
                  </button>
                </li>
              ))}
          </ul>
        </div>
      ))}
    </section>
  );
}

/** What is about the stage is shown there. */
function go(controls: Controls, id: string): void {
  if (id === 'edit' || id === 'presenter') controls.execute('stage');
  controls.execute(id);
}

/** Every page there is, with what a person finds there. */
export function OtherPages() {
  const others = PAGES.filter(({ name }) => name !== 'home');
  return (
    <section className="home-pages" aria-labelledby="home-pages">
      <h2 id="home-pages">Pages</h2>
      <ul>
        {others.map(({ name, title, about }) => (
          <li key={name}>
            <a href={pageAddress(name)}>{title}</a> <span>{about}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
