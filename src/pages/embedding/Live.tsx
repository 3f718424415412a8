import { type FormEvent, useEffect, useRef, useState } from 'react';
import { type Asked, EMBED_PROTOCOL, embedAddress } from '../../session/embed/protocol';
import { Button } from '../../ui/Button';
import { ASKED_ROWS } from './words';

interface LiveProps {
  readonly url: string;
  readonly title: string;
  readonly height: number;
}

/** One line of what was said, the newest first. */
interface Said {
  readonly key: number;
  readonly from: 'page' | 'frame';
  readonly text: string;
}

/** Older ones are of no use to whoever tries something now. */
const MOST = 12;

const BUTTONS: readonly { readonly label: string; readonly asked: Asked }[] = [
  { label: 'To the start', asked: { do: 'start' } },
  { label: 'Back', asked: { do: 'back' } },
  { label: 'Forward', asked: { do: 'forward' } },
  { label: 'Play', asked: { do: 'play' } },
  { label: 'Pause', asked: { do: 'pause' } },
  { label: 'To the end', asked: { do: 'end' } },
  { label: 'Dark', asked: { do: 'scheme', scheme: 'dark' } },
  { label: 'Light', asked: { do: 'scheme', scheme: 'light' } },
];

const written = (asked: object): string => JSON.stringify({ shadowscope: EMBED_PROTOCOL, ...asked });

/** The frame as it stands in a course page, with what such a page may send to it, and all that both say. */
export function Live({ url, title, height }: LiveProps) {
  const frame = useRef<HTMLIFrameElement>(null);
  const next = useRef(0);
  const [log, setLog] = useState<readonly Said[]>([]);
  const [own, setOwn] = useState(() => written({ do: 'go', step: 12, id: 'first' }));

  useEffect(() => {
    const heard = (event: MessageEvent): void => {
      if (event.source !== frame.current?.contentWindow || frame.current === null) return;
      const text = JSON.stringify(event.data);
      setLog((before) => [{ key: next.current++, from: 'frame', text } as const, ...before].slice(0, MOST));
    };
    window.addEventListener('message', heard);
    return () => window.removeEventListener('message', heard);
  }, []);

  const say = (message: unknown, text: string): void => {
    setLog((before) => [{ key: next.current++, from: 'page', text } as const, ...before].slice(0, MOST));
    frame.current?.contentWindow?.postMessage(message, '*');
  };
  const sendOwn = (event: FormEvent): void => {
    event.preventDefault();
    say(parsed(own), own);
  };
  return (
    <>
      <iframe
        ref={frame}
        className="embedding-live"
        title={`Shadowscope: ${title}`}
        src={embedAddress(url)}
        height={height}
        loading="lazy"
        allow="fullscreen"
      />
      <div className="embedding-buttons" role="toolbar" aria-label="What your page may ask for">
        {BUTTONS.map(({ label, asked }) => (
          <Button
            key={label}
            look="outline"
            onClick={() => say({ shadowscope: EMBED_PROTOCOL, ...asked }, written(asked))}
          >
            {label}
          </Button>
        ))}
      </div>
      <form className="embedding-own" onSubmit={sendOwn}>
        <label>
          A message of your own
          <input
            type="text"
            value={own}
            spellCheck={false}
            onChange={(event) => setOwn(event.target.value)}
            list="embedding-examples"
          />
        </label>
        <datalist id="embedding-examples">
          {ASKED_ROWS.map(({ example }) => (
            <option key={example.do} value={written(example)} />
          ))}
        </datalist>
        <Button type="submit" look="outline">
          Send
        </Button>
      </form>
      <h4 id="embedding-log">What was said, the newest first</h4>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
      <ol className="embedding-log" aria-labelledby="embedding-log" tabIndex={0}>
        {log.map(({ key, from, text }) => (
          <li key={key} className={`is-${from}`}>
            <b>{from === 'page' ? 'page says' : 'frame says'}</b> <code>{text}</code>
          </li>
        ))}
        {log.length === 0 && <li>Nothing yet: the frame says ready when it is there.</li>}
      </ol>
    </>
  );
}

/** What is no JSON is sent as the text that it is: it can be seen what the frame does with it. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
