import type { Controls } from '../../session/controls';
import { Button } from '../../ui/Button';
import { quotedParts } from '../../ui/quoted';

/** A paragraph of a story. The title of another scenario leads there. */
export function Words({ controls, words }: { readonly controls: Controls; readonly words: string }) {
  return (
    <p>
      {quotedParts(words).map(({ text, named }) => {
        if (!named) return <span key={text}>{text}</span>;
        const entry = controls.sources.library.find(({ title }) => title === text);
        if (entry === undefined) return <span key={text}>“{text}”</span>;
        return (
          <Button
            key={text}
            className="story-link"
            data-tip="Opens this scenario"
            onClick={() => controls.execute(`open:${entry.id}`)}
          >
            “{text}”
          </Button>
        );
      })}
    </p>
  );
}
