import { useStore } from 'zustand';
import type { Controls } from '../../session/controls';
import { pageAddress } from '../../session/pages';
import type { Progress } from '../../session/telling/progress';
import { tellingOf } from '../../session/telling/telling';
import { START_HERE } from '../../teach/stories/path';
import type { Story } from '../../teach/stories/story';
import { Button } from '../../ui/Button';

/** The path for somebody who knows only what a process is: stories in order, and how far they have been read. */
export function StartHere({ controls }: { readonly controls: Controls }) {
  const telling = tellingOf(controls);
  const progress = useStore(telling.store, (s) => s.progress);
  const furnished = useStore(controls.session.store, (s) => s.furnished);
  const minutes = START_HERE.reduce((sum, story) => sum + story.minutes, 0);
  const next = START_HERE.find((story) => readOf(story, progress) < story.passages.length);
  const begun = START_HERE.some((story) => readOf(story, progress) > 0);
  return (
    <section className="home-start" aria-labelledby="home-start">
      <h2 id="home-start">Start here</h2>
      <p>
        For somebody who knows what a process is, and no more. {START_HERE.length} stories, about {minutes}{' '}
        minutes in all; below each title, what you know after it. How far you have come is kept in this
        browser.
      </p>
      <ol className="home-path">
        {START_HERE.map((story) => (
          <Row
            key={story.id}
            story={story}
            read={readOf(story, progress)}
            begin={() => telling.begin(story.id)}
            furnished={furnished}
          />
        ))}
      </ol>
      <div className="home-ways">
        {next !== undefined && (
          <Button look="strong" disabled={!furnished} onClick={() => telling.begin(next.id)}>
            {begun ? `Go on with “${next.title}”` : `Begin with “${next.title}”`}
          </Button>
        )}
        <a className="ui-button is-outline" href={pageAddress('stories')}>
          All stories
        </a>
        <a className="ui-button is-outline" href={pageAddress('glossary')}>
          Glossary
        </a>
      </div>
    </section>
  );
}

const readOf = (story: Story, progress: Progress): number =>
  Math.min(progress[story.id] ?? 0, story.passages.length);

interface RowProps {
  readonly story: Story;
  readonly read: number;
  readonly begin: () => void;
  readonly furnished: boolean;
}

function Row({ story, read, begin, furnished }: RowProps) {
  const of = story.passages.length;
  return (
    <li className={read === of ? 'is-read' : undefined}>
      <button type="button" className="home-story" disabled={!furnished} onClick={begin}>
        <span className="home-story-title">{story.title}</span>
        <span className="home-story-about">{story.about}</span>
        <span className="home-story-state">
          {read === 0 ? `${story.minutes} min` : read === of ? 'read' : `${read} of ${of} read`}
        </span>
      </button>
    </li>
  );
}
