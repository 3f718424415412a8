import { useEffect } from 'react';
import { useStore } from 'zustand';
import type { Controls } from '../../session/controls';
import { pageAddress } from '../../session/pages';
import { tellingOf } from '../../session/telling/telling';
import { STORIES } from '../../teach/stories';
import { START_HERE } from '../../teach/stories/path';
import type { Story } from '../../teach/stories/story';
import { Button } from '../../ui/Button';
import { PageHead } from '../../ui/PageHead';
import { readRest } from './reading';
import './stories.css';

interface StoriesProps {
  readonly controls: Controls;
  /** Empty, a story's id, or `id/number of a passage`. */
  readonly rest: string;
}

/** All stories; or one of them, with the way to each of its passages. The address of a passage puts that on stage. */
export default function Stories({ controls, rest }: StoriesProps) {
  const furnished = useStore(controls.session.store, (s) => s.furnished);
  useEffect(() => {
    const wanted = readRest(rest);
    if (furnished && wanted.kind === 'passage') tellingOf(controls).begin(wanted.story.id, wanted.index);
  }, [controls, furnished, rest]);
  const wanted = readRest(rest);
  if (wanted.kind === 'passage')
    return (
      <main className="stories">
        <p className="app-loading">“{wanted.story.title}” is being opened.</p>
      </main>
    );
  return (
    <main className="stories">
      {wanted.wrong !== undefined && (
        <p role="alert" className="stories-wrong">
          {wanted.wrong}
        </p>
      )}
      {wanted.kind === 'all' ? (
        <AllStories controls={controls} ready={furnished} />
      ) : (
        <OneStory controls={controls} story={wanted.story} ready={furnished} />
      )}
    </main>
  );
}

interface ListProps {
  readonly controls: Controls;
  /** The library has arrived, which stories are told from. */
  readonly ready: boolean;
}

function AllStories({ controls, ready }: ListProps) {
  const telling = tellingOf(controls);
  const progress = useStore(telling.store, (s) => s.progress);
  return (
    <>
      <PageHead title="Stories">
        Each is told in passages beside the stage, which plays to the moment that a passage is about. Begin
        with the first: it takes nothing for granted.
      </PageHead>
      <ol className="stories-list" aria-label="Stories">
        {STORIES.map((one) => (
          <li key={one.id}>
            <Head story={one} read={progress[one.id] ?? 0} />
            <div className="stories-ways">
              <Button look="outline" disabled={!ready} onClick={() => telling.begin(one.id)}>
                {beginWords(one, progress[one.id] ?? 0)}
              </Button>
              <a href={pageAddress('stories', one.id)}>Its passages</a>
            </div>
          </li>
        ))}
      </ol>
    </>
  );
}

function OneStory({ controls, story, ready }: ListProps & { readonly story: Story }) {
  const telling = tellingOf(controls);
  const read = useStore(telling.store, (s) => s.progress[story.id] ?? 0);
  return (
    <article className="stories-one">
      <p>
        <a href={pageAddress('stories')}>All stories</a>
      </p>
      <Head story={story} read={read} />
      <div className="stories-ways">
        <Button look="strong" disabled={!ready} onClick={() => telling.begin(story.id)}>
          {beginWords(story, read)}
        </Button>
      </div>
      <ol className="stories-passages" aria-label="Passages">
        {story.passages.map((passage, i) => (
          <li key={`${passage.scene} ${passage.at}`}>
            <a href={pageAddress('stories', `${story.id}/${i + 1}`)}>{firstSentence(passage.text)}</a>
          </li>
        ))}
      </ol>
    </article>
  );
}

function Head({ story, read }: { readonly story: Story; readonly read: number }) {
  const of = story.passages.length;
  const step = START_HERE.indexOf(story) + 1;
  return (
    <>
      <h2>{story.title}</h2>
      <p>{story.about}</p>
      <p className="stories-state">
        {step > 0 && `start here, ${step} of ${START_HERE.length} · `}
        {story.level} · {of} passages · {story.minutes} min
        {read > 0 && ` · ${Math.min(read, of)} read`}
      </p>
    </>
  );
}

const beginWords = (story: Story, read: number): string =>
  read === 0 ? 'Begin' : read >= story.passages.length ? 'Read again' : 'Go on';

const firstSentence = (text: string): string => /^.*?[.?](?= |$)/.exec(text)?.[0] ?? text;
