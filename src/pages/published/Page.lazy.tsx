import { useEffect, useRef } from 'react';
import { PUBLISHED } from '../../lab';
import type { Controls } from '../../session/controls';
import { pageAddress } from '../../session/pages';
import { PageHead } from '../../ui/PageHead';
import { Mprotect } from './Mprotect';
import { Source } from './Source';
import { useTurns } from './useTurns';
import './published.css';

interface PageProps {
  readonly controls: Controls;
  /** The id of a source to begin at. */
  readonly rest: string;
}

const MPROTECT = { id: 'mprotect', title: 'mm + paravirt + xen: pte read-modify-write' };

/** The documents' figures beside what the simulation counts, labelled as what they are. */
export default function PublishedPage({ controls, rest }: PageProps) {
  const begin = (): (() => void) => controls.session.frames.begin('published');
  const turns = useTurns();
  const here = useRef<HTMLElement>(null);
  const sources = [...PUBLISHED, MPROTECT];
  const known = sources.some(({ id }) => id === rest);
  useEffect(() => {
    if (known) here.current?.querySelector(`#published-${rest}`)?.scrollIntoView();
  }, [known, rest]);
  return (
    <main className="published" ref={here}>
      <div className="published-page">
        <PageHead title="Published figures">
          The documents that this simulator is made from give figures. Here they stand beside what the
          simulation counts. The published figures are measurements of real machines; the counts are of
          made-up guests, and are computed in your browser while you read. No hardware time can be reproduced
          here, and none is claimed.
        </PageHead>
        {rest !== '' && !known && (
          <p role="alert" className="published-wrong">
            No document here is called “{rest.slice(0, 60)}”. Choose one from the list.
          </p>
        )}
        <nav aria-label="Documents">
          <ul className="published-list">
            {sources.map(({ id, title }) => (
              <li key={id}>
                <a href={pageAddress('published', id)}>{title}</a>
              </li>
            ))}
          </ul>
        </nav>
        {PUBLISHED.map((source) => (
          <Source key={source.id} source={source} begin={begin} turns={turns} />
        ))}
        <Mprotect begin={begin} />
      </div>
    </main>
  );
}
