import { useState } from 'react';
import type { Controls } from '../../session/controls';
import { type Explored, openRace, type Schedule, shareRace } from '../../session/racing/opening';
import { copyLink } from '../../session/sharing';
import { Button } from '../../ui/Button';

interface RaceActionsProps {
  readonly controls: Controls;
  readonly explored: Explored;
  readonly found: Schedule;
  /** What the link is called: `this race`. */
  readonly what: string;
}

/** Where a schedule can go from here: on stage, or into a link. */
export function RaceActions({ controls, explored, found, what }: RaceActionsProps) {
  const { session, host } = controls;
  const [said, setSaid] = useState('');
  const copy = async (): Promise<void> => {
    const shared = shareRace(session, explored, found, host.address());
    if (shared.kind !== 'link') {
      setSaid(`${shared.why} Open it on stage and share it from there as a file.`);
      return;
    }
    const copied = await copyLink(session, host, shared.url);
    setSaid(
      copied ? 'Copied.' : 'This browser does not let the page copy. Open it on stage and choose Share.',
    );
  };
  return (
    <div className="race-actions">
      <Button look="strong" onClick={() => openRace(session, explored, found)}>
        Open on stage
      </Button>
      <Button look="outline" onClick={() => void copy()}>
        Copy link to {what}
      </Button>
      <span className="race-said" role="status">
        {said}
      </span>
    </div>
  );
}
