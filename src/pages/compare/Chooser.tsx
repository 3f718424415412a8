import { useState } from 'react';
import type { Result } from '../../base';
import type { LinkState } from '../../permalink';
import { pastedLink } from '../../session/comparing';
import type { Controls } from '../../session/controls';
import { Button } from '../../ui/Button';
import { Choose } from './Choose';
import { type Choice, choicesFor, libraryChoices, type Made, stageChoice } from './choices';
import { nameOf } from './sideName';

type Side = Result<Controls, string> | undefined;

interface ChooserProps {
  readonly controls: Controls;
  readonly left: Side;
  readonly right: Side;
  readonly onLeft: (link: LinkState) => void;
  readonly onRight: (made: Made) => void;
  readonly onSwap: () => void;
}

/** What stands on each side, and how to change it. */
export function Chooser({ controls, left, right, onLeft, onRight, onSwap }: ChooserProps) {
  // The stage may have changed since: asked when the list is opened.
  const forLeft = (): readonly Choice[] => [...stageChoice(controls), ...libraryChoices(controls)];
  const forRight = (): readonly Choice[] => [
    ...(left?.kind === 'ok' ? choicesFor(left.value) : libraryChoices(controls)),
    ...stageChoice(controls),
  ];
  return (
    <section className="compare-choose" aria-label="What is compared">
      <Picker letter="A" side={left} choices={forLeft} onChoose={({ link }) => onLeft(link)} />
      <Button look="outline" onClick={onSwap} disabled={right?.kind !== 'ok'}>
        Swap
      </Button>
      <Picker letter="B" side={right} choices={forRight} onChoose={onRight} />
    </section>
  );
}

interface PickerProps {
  readonly letter: string;
  readonly side: Side;
  readonly choices: () => readonly Choice[];
  readonly onChoose: (made: Made) => void;
}

function Picker({ letter, side, choices, onChoose }: PickerProps) {
  const [problem, setProblem] = useState<string>();
  const [choosing, setChoosing] = useState(false);
  const shown =
    side === undefined ? 'Nothing yet: choose below.' : side.kind === 'ok' ? nameOf(side.value) : side.error;
  return (
    <div className="compare-picker">
      <p className="compare-picked">
        <b className="compare-letter">{letter}</b>
        <span className={side?.kind === 'error' ? 'compare-wrong' : undefined}>{shown}</span>
      </p>
      <Button look="outline" aria-haspopup="dialog" onClick={() => setChoosing(true)}>
        {letter === 'A' ? 'Another run for A…' : side === undefined ? 'Compare with…' : 'Another run for B…'}
      </Button>
      <label>
        <span className="compare-label">or a link, for {letter}</span>
        <input
          type="text"
          placeholder="Paste a link of Shadowscope"
          spellCheck={false}
          onChange={(event) => {
            const text = event.target.value.trim();
            if (text === '') {
              setProblem(undefined);
              return;
            }
            const link = pastedLink(text);
            setProblem(link.kind === 'error' ? link.error : undefined);
            if (link.kind === 'ok') onChoose({ link: link.value, without: [] });
          }}
        />
      </label>
      {choosing && (
        <Choose
          title={letter === 'A' ? 'Side A: which run?' : 'Side B: compare with what?'}
          choices={choices()}
          onClose={() => setChoosing(false)}
          onChoose={(choice) => {
            setChoosing(false);
            setProblem(undefined);
            onChoose(choice.make());
          }}
        />
      )}
      {problem !== undefined && (
        <p className="compare-wrong" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
