import { useEffect, useRef, useState } from 'react';
import { pageAddress } from '../../session/pages';
import { GLOSSARY, termOf } from '../../teach/glossary/glossary';
import type { Term } from '../../teach/glossary/term';
import { PageHead } from '../../ui/PageHead';
import './glossary.css';

/** Every term by topic; an address names one. */
export default function Glossary({ rest }: { readonly rest: string }) {
  const [wanted, setWanted] = useState('');
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  const found = GLOSSARY.filter((term) => words.every((word) => searched(term).includes(word)));
  const topics = [...new Set(found.map(({ topic }) => topic))];
  const here = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another address is another place
  useEffect(() => {
    // Not its value: newer browsers give a promise, which React would take for the way to clean up.
    here.current?.scrollIntoView({ block: 'center' });
  }, [rest]);
  return (
    <main className="glossary">
      <div className="glossary-head">
        <PageHead title="Glossary">
          The words of the stage, the captions and the stories. Wherever one of them is dotted below, point at
          it or move the focus to it, and it explains itself.
        </PageHead>
        <input
          type="search"
          aria-label="Search the glossary"
          placeholder="Search by word"
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
        />
      </div>
      {rest !== '' && termOf(rest) === undefined && (
        <p role="alert" className="glossary-wrong">
          The glossary has no term named “{rest.slice(0, 60)}”. Search for another word.
        </p>
      )}
      {found.length === 0 && <p>No term has all of these words. Try fewer.</p>}
      {topics.map((topic) => (
        <section key={topic} aria-label={topic}>
          <h2>{topic}</h2>
          <dl>
            {found
              .filter((term) => term.topic === topic)
              .map((term) => (
                <div
                  key={term.id}
                  ref={term.id === rest ? here : undefined}
                  className={term.id === rest ? 'is-here' : undefined}
                >
                  <dt>
                    <a href={pageAddress('glossary', term.id)}>{term.name}</a>
                  </dt>
                  <dd>{term.says}</dd>
                </div>
              ))}
          </dl>
        </section>
      ))}
    </main>
  );
}

const searched = ({ name, says, forms }: Term): string => [name, says, ...forms].join(' ').toLowerCase();
