import { useEffect, useRef } from 'react';
import { useStore } from 'zustand';
import { figure } from '../../base';
import type { Controls } from '../../session/controls';
import { pageAddress } from '../../session/pages';
import { type Telling, tellingOf, type Whereabouts } from '../../session/telling/telling';
import { STOP_WORDS } from '../../session/telling/words';
import type { Passage, Story } from '../../teach/stories/story';
import { Button, IconButton } from '../../ui/Button';
import { Switch } from '../../ui/Switch';
import { Terms } from '../../ui/Terms';
import { explainedParts } from '../../views/terms';
import './panel.css';

/** A story being told: its passage about the moment on stage, and the way to the next one. */
export function TellingPanel({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const telling = tellingOf(controls);
  const { story, index, stops, stopped } = useStore(telling.store);
  const playing = useStore(session.store, (s) => s.playing);
  useStore(session.store, (s) => s.cursor);
  useStore(session.store, (s) => s.version);
  const card = useRef<HTMLElement>(null);
  // On a phone the card scrolls by itself: another passage is read from its beginning.
  // biome-ignore lint/correctness/useExhaustiveDependencies: which passage it is decides, not what the effect reads
  useEffect(() => {
    const box = card.current?.closest('.phone-words');
    if (box !== null && box !== undefined) box.scrollTop = 0;
  }, [story, index]);
  const { passage } = telling;
  if (story === undefined || passage === undefined) return null;
  const count = story.passages.length;
  const last = index === count - 1;
  return (
    <article ref={card} className="telling" aria-label={`Story: ${story.title}`}>
      <header className="telling-head">
        <div>
          <p className="telling-kicker">
            <a href={pageAddress('stories', story.id)} data-tip="All passages of this story">
              Story · {index + 1} of {count}
            </a>
          </p>
          <h2>{story.title}</h2>
        </div>
        <IconButton icon="close" label="Close the story" onClick={() => telling.leave()} />
      </header>
      <progress
        className="telling-bar"
        max={count}
        value={index + 1}
        aria-label="How far the story is told"
      />
      <div className="telling-passage" aria-live={playing ? 'off' : 'polite'}>
        <Words passage={passage} />
      </div>
      <Where telling={telling} playing={playing} />
      {last && <End story={story} next={telling.after} />}
      {stopped !== undefined && stopped !== 'passage' && !playing && (
        <p className="telling-stop" role="status">
          Stopped here: {STOP_WORDS[stopped]}.
        </p>
      )}
      <div className="telling-ways">
        <Button look="outline" disabled={index === 0} onClick={() => telling.back()}>
          Back
        </Button>
        {playing ? (
          <Button look="outline" onClick={() => controls.execute('play')}>
            Pause
          </Button>
        ) : (
          <Button look="outline" disabled={last} onClick={() => telling.playOn()}>
            Play on
          </Button>
        )}
        {last ? (
          <Onward telling={telling} />
        ) : (
          <Button look="strong" onClick={() => telling.next()}>
            Next
          </Button>
        )}
      </div>
      <Switch
        label="Stop where something begins"
        on={stops}
        onChange={(on) => telling.setStops(on)}
        says="Playing stops at faults, at the end of a walk, where a fault is judged, and where tables drift or are brought back."
      />
    </article>
  );
}

/** At the end: what somebody who has read it can say now, and what comes after it. */
function End({ story, next }: { readonly story: Story; readonly next: Story | undefined }) {
  return (
    <div className="telling-end">
      <p>
        <b>The end of this story.</b> You know now{' '}
        {story.about.charAt(0).toLowerCase() + story.about.slice(1)}
      </p>
      {next !== undefined && (
        <p>
          Next: “{next.title}”, {next.minutes} minutes.
        </p>
      )}
    </div>
  );
}

function Onward({ telling }: { readonly telling: Telling }) {
  const next = telling.after;
  if (next === undefined)
    return (
      <a className="ui-button is-strong" href={pageAddress('stories')}>
        All stories
      </a>
    );
  return (
    <Button look="strong" onClick={() => telling.begin(next.id)}>
      Next story
    </Button>
  );
}

function Words({ passage }: { readonly passage: Passage }) {
  return (
    <>
      <p className="telling-text">
        <Terms parts={explainedParts(passage.text)} />
      </p>
      <p className="telling-look">
        <b>Look:</b> {passage.look}
      </p>
      <p className="telling-sources">
        From{' '}
        {passage.sources.map(({ name, place, title, href }, i) => (
          <span key={`${name} ${place}`}>
            {i > 0 && '; '}
            {href === undefined ? (
              <cite>{title}</cite>
            ) : (
              <a href={href} target="_blank" rel="noreferrer" data-tip={title}>
                {name}
              </a>
            )}
            : {place}
          </span>
        ))}
        .
      </p>
    </>
  );
}

/** Whoever has gone on by hand is told where the story stands, and how to come back. */
function Where({ telling, playing }: { readonly telling: Telling; readonly playing: boolean }) {
  const at = telling.whereabouts();
  if (at.kind === 'here' || (playing && at.kind === 'moved')) return null;
  return (
    <div className="telling-away" role="status">
      <p>{awayWords(at)}</p>
      <Button look="outline" onClick={() => telling.comeBack()}>
        Return to the story
      </Button>
    </div>
  );
}

function awayWords(at: Exclude<Whereabouts, { readonly kind: 'here' }>): string {
  if (at.kind === 'elsewhere') return 'You have left the story: something else is on stage.';
  const steps = Math.abs(at.steps);
  const many = steps === 1 ? 'one step' : `${figure(steps)} steps`;
  return at.steps > 0
    ? `The stage is ${many} further than this passage.`
    : `The stage is ${many} before this passage.`;
}
