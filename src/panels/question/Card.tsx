import { useEffect } from 'react';
import { useStore } from 'zustand';
import { figure } from '../../base';
import { oneChoice, pick } from '../../session/asking/answering';
import { type AskingState, type Item, isOpen, scoreOf } from '../../session/asking/state';
import type { Controls } from '../../session/controls';
import type { Part } from '../../teach/questions';
import { Button } from '../../ui/Button';
import { classNames } from '../../ui/classNames';
import { RuleBox } from './RuleBox';

interface CardProps {
  readonly controls: Controls;
  readonly item: Item;
  readonly asking: AskingState;
}

/** A question, its answer in the making, and the verdict with the rule that decides. It never stops anybody from going on. */
export function Card({ controls, item, asking }: CardProps) {
  const { session } = controls;
  const cursor = useStore(session.store, (s) => s.cursor);
  // Without a hypervisor under the guest the decisions are the processor's.
  const bare = useStore(session.store, (s) => s.spec?.design === 'native');
  const { question, grade } = item;
  const open = isOpen(item);
  const here = cursor === question.cursor;
  useHidden(open && here ? question.hides : []);
  const { right, wrong, passed } = scoreOf(asking, true);
  return (
    <section className="question" aria-label="Question">
      <header className="question-head">
        <span className="question-kind">
          {item.origin === 'turn' ? `You are the ${bare ? 'processor' : 'hypervisor'}` : 'A question'}
        </span>
        {item.origin === 'turn' && (
          <span className="question-score">
            {right} right · {wrong} wrong{passed > 0 && ` · ${passed} passed`}
          </span>
        )}
      </header>
      <h3 className="question-prompt" aria-live="polite">
        {question.prompt}
      </h3>
      {!here && (
        <p className="question-elsewhere">
          Asked at step {figure(question.cursor)}.{' '}
          <Button look="outline" onClick={() => controls.execute('answer-back')}>
            Back there
          </Button>
        </p>
      )}
      {question.parts.map((part) => (
        <PartView key={part.says} controls={controls} part={part} item={item} />
      ))}
      {grade !== undefined && (
        <div className={classNames('question-verdict', grade.right ? 'is-right' : 'is-wrong')} role="status">
          <strong>{grade.right ? 'Right.' : 'Not so.'}</strong>
          {grade.wrong.length > 0 && (
            <ul>
              {grade.wrong.map((says) => (
                <li key={says}>{says}</li>
              ))}
            </ul>
          )}
          <RuleBox controls={controls} rule={grade.rule} />
        </div>
      )}
      <Actions controls={controls} item={item} open={open} />
    </section>
  );
}

function Actions({
  controls,
  item,
  open,
}: {
  readonly controls: Controls;
  readonly item: Item;
  readonly open: boolean;
}) {
  const turn = item.origin === 'turn';
  const go = (id: string) => () => void controls.execute(id);
  return (
    <div className="question-actions">
      {open && !oneChoice(item) && (
        <Button look="strong" aria-keyshortcuts="Enter" data-tip="Answer  (Enter)" onClick={go('answer')}>
          Answer
        </Button>
      )}
      {!open && (
        <Button
          look={turn ? 'outline' : 'strong'}
          aria-keyshortcuts="a"
          data-tip="Show what the run does  (a)"
          onClick={go('answer-show')}
        >
          Show me
        </Button>
      )}
      {turn && (
        <Button
          look={open ? 'outline' : 'strong'}
          aria-keyshortcuts="g"
          data-tip={open ? 'On to the next decision  (g)' : 'The next decision  (g or Enter)'}
          onClick={go('decision-next')}
        >
          {open ? 'Pass' : 'Next decision'}
        </Button>
      )}
      {open && !turn && (
        <Button
          look="outline"
          aria-keyshortcuts="x"
          data-tip="Skip the question  (x)"
          onClick={go('answer-skip')}
        >
          Skip
        </Button>
      )}
      {turn ? (
        <Button look="plain" onClick={go('hypervisor')}>
          Leave
        </Button>
      ) : (
        !open && (
          <Button look="outline" onClick={go('answer-close')}>
            Put away
          </Button>
        )
      )}
    </div>
  );
}

function PartView({
  controls,
  part,
  item,
}: {
  readonly controls: Controls;
  readonly part: Part;
  readonly item: Item;
}) {
  const open = isOpen(item);
  const all = item.question.parts.flatMap(({ options }) => options);
  return (
    <fieldset className={classNames('question-part', `is-${part.how}`, part.many && 'is-many')}>
      <legend>
        {part.says}
        {part.many ? ' (any number)' : ''}
        {part.how === 'entries' && open ? '. You can also choose on the stage.' : ''}
      </legend>
      <div className="question-options">
        {part.options.map((option) => {
          const chosen = item.picked.includes(option.id);
          const truth = item.question.truth.includes(option.id);
          const mark = open ? '' : truth ? 'is-true' : chosen ? 'is-false' : '';
          return (
            <button
              key={option.id}
              type="button"
              className={classNames('question-option', chosen && 'is-chosen', mark)}
              aria-pressed={chosen}
              disabled={!open}
              onClick={() => pick(controls.session, option.id)}
            >
              <span className="question-key" aria-hidden="true">
                {keyOf(all.indexOf(option))}
              </span>
              <span>{option.says}</span>
              {!open && truth && <span className="question-mark">right</span>}
              {!open && chosen && !truth && <span className="question-mark">not so</span>}
            </button>
          );
        })}
      </div>
    </fieldset>
  );
}

/** The key that chooses the nth option (from 0): the tenth is 0; further ones have none. */
const keyOf = (n: number): string => (n < 10 ? String((n + 1) % 10) : '·');

/** What on the page would tell the answer is hidden while the question is open: see panel.css. */
function useHidden(parts: readonly string[]): void {
  const words = parts.join(' ');
  useEffect(() => {
    const { dataset } = document.documentElement;
    if (words === '') delete dataset.asked;
    else dataset.asked = words;
    return () => {
      delete dataset.asked;
    };
  }, [words]);
}
