import { useStore } from 'zustand';
import type { Controls } from '../../session/controls';
import { pageAddress } from '../../session/pages';
import { tellingOf } from '../../session/telling/telling';
import { STORIES, storyOf } from '../../teach/stories';
import type { Story } from '../../teach/stories/story';
import { Button } from '../../ui/Button';
import './stories.css';

interface StoriesProps {
  readonly controls: Controls;
  /** Empty, a story's id, or `id/number of a passage`. */
  readonly rest: string;
}

/** All stories; or one of them, with the way to each of its passages. */
export default function Stories({ controls, rest }: StoriesProps) {
  const telling = tellingOf(controls);
  const progress = useStore(telling.store, (s) => s.progress);
  const furnished = useStore(controls.session.store, (s) => s.furnished);
  const [id = '', number = ''] = rest.split('/');
  const story = storyOf(id);
  const wanted = /^\d{1,3}$/.test(number) ? Number(number) : undefined;
  return (
    <main className="stories">
      {rest !== '' && story === undefined && (
        <p role="alert" className="stories-wrong">
          There is no story named “{id.slice(0, 60)}”. The address was cut or mistyped; these are the stories
          there are.
        </p>
      )}
      {story === undefined ? (
        <ol className="stories-list" aria-label="Stories">
          {STORIES.map((one) => (
            <li key={one.id}>
              <Head story={one} read={progress[one.id] ?? 0} />
              <div className="stories-ways">
                <Button look="outline" disabled={!furnished} onClick={() => telling.begin(one.id)}>
                  {beginWords(one, progress[one.id] ?? 0)}
                </Button>
                <a href={pageAddress('stories', one.id)}>Its passages</a>
              </div>
            </li>
          ))}
        </ol>
      ) : (
        <article className="stories-one">
          <p>
            <a href={pageAddress('stories')}>All stories</a>
          </p>
          <Head story={story} read={progress[story.id] ?? 0} />
          <div className="stories-ways">
            <Button
              look="strong"
              disabled={!furnished}
              onClick={() => telling.begin(story.id, at(story, wanted))}
            >
              {at(story, wanted) === undefined
                ? beginWords(story, progress[story.id] ?? 0)
                : `Open passage ${wanted}`}
            </Button>
          </div>
          <ol className="stories-passages" aria-label="Passages">
            {story.passages.map((passage, i) => (
              <li key={`${passage.scene} ${passage.at}`}>
                <button
                  type="button"
                  disabled={!furnished}
                  aria-current={i + 1 === wanted ? 'true' : undefined}
                  onClick={() => telling.begin(story.id, i)}
                >
                  {firstSentence(passage.text)}
                </button>
              </li>
            ))}
          </ol>
        </article>
      )}
    </main>
  );
}

function Head({ story, read }: { readonly story: Story; readonly read: number }) {
  const of = story.passages.length;
  return (
    <>
      <h2>{story.title}</h2>
      <p>{story.about}</p>
      <p className="stories-state">
        {story.level} · {of} passages · {story.minutes} min
        {read > 0 && ` · ${Math.min(read, of)} read`}
      </p>
    </>
  );
}

const beginWords = (story: Story, read: number): string =>
  read === 0 ? 'Begin' : read >= story.passages.length ? 'Read again' : 'Go on';

const at = (story: Story, wanted: number | undefined): number | undefined =>
  wanted !== undefined && wanted >= 1 && wanted <= story.passages.length ? wanted - 1 : undefined;

const firstSentence = (text: string): string => /^.*?[.?](?= |$)/.exec(text)?.[0] ?? text;
