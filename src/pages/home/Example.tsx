import { useEffect } from 'react';
import { useStore } from 'zustand';
import { figure } from '../../base';
import { StagePanel } from '../../panels/stage/StagePanel';
import type { Controls } from '../../session/controls';
import { pause, play } from '../../session/player';
import { Button } from '../../ui/Button';
import { momentWords } from '../../views/moment';
import { playByItself, standStill } from './ambient';

/** The stage itself, playing: what a person would see there. */
export function Example({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const cursor = useStore(session.store, (s) => s.cursor);
  const length = useStore(session.store, (s) => s.length);
  const playing = useStore(session.store, (s) => s.playing);
  const title = useStore(session.store, (s) => s.spec?.title ?? '');
  useStore(session.store, (s) => s.version);
  useEffect(() => {
    standStill(controls);
    return playByItself(session);
  }, [controls, session]);
  const { run } = session;
  return (
    <figure className="home-example" aria-label={`An example: ${title}`}>
      <div className="home-stage">
        <StagePanel controls={controls} />
      </div>
      <figcaption className="home-caption">
        <div className="home-words">
          <p>{run === undefined ? '' : momentWords(run, cursor).caption}</p>
          {!playing && cursor > 0 && (
            <p className="home-moment">
              One moment of “{title}”: step {figure(cursor)} of {figure(length)}.
            </p>
          )}
        </div>
        <div className="home-ways">
          <Button look="outline" onClick={() => (playing ? pause(session) : play(session))}>
            {playing ? 'Pause' : 'Play'}
          </Button>
          <Button look="outline" onClick={() => controls.execute('stage')}>
            Open on the stage
          </Button>
        </div>
      </figcaption>
    </figure>
  );
}
