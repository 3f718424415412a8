import { useRef, useState } from 'react';
import { Button } from './Button';
import './copyText.css';

interface CopyTextProps {
  /** What the text is, for those who do not see where it stands. */
  readonly name: string;
  readonly text: string;
  readonly rows: number;
  /** What the button says. */
  readonly button: string;
  /** False where the browser does not let the page. */
  readonly copy: (text: string) => Promise<boolean>;
}

const SAID = {
  'not yet': '',
  copied: 'Copied.',
  refused: 'This browser does not let the page copy. It is selected: copy it with your keyboard.',
} as const;

/** A text to be taken elsewhere: it can be read, selected and copied, and a browser that refuses to copy says so. */
export function CopyText({ name, text, rows, button, copy }: CopyTextProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const [of, setOf] = useState<{ readonly text: string; readonly said: keyof typeof SAID }>();
  // What was said of another text is not said of this one.
  const said = of?.text === text ? of.said : 'not yet';
  const take = async (): Promise<void> => {
    const done = await copy(text);
    if (!done) {
      field.current?.focus();
      field.current?.select();
    }
    setOf({ text, said: done ? 'copied' : 'refused' });
  };
  return (
    <div className="ui-copy">
      <textarea
        ref={field}
        aria-label={name}
        readOnly
        spellCheck={false}
        rows={rows}
        value={text}
        onFocus={(event) => event.target.select()}
      />
      <div className="ui-copy-row">
        <Button look="outline" onClick={() => void take()}>
          {button}
        </Button>
        <span role="status">{SAID[said]}</span>
      </div>
    </div>
  );
}
