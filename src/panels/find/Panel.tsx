import { useState } from 'react';
import { useStore } from 'zustand';
import { type Answer, questions } from '../../session/backwards';
import type { Controls } from '../../session/controls';
import { goTo } from '../../session/stepping';
import { Dialog } from '../../ui/Dialog';
import './panel.css';

/** Questions about the past, answered from the journal and the events, each answer a moment to go to. */
export function FindPanel({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const cursor = useStore(session.store, (s) => s.cursor);
  const entity = useStore(session.store, (s) => s.focus.now?.entity);
  const [asked, setAsked] = useState<{ readonly id: string; readonly answers: readonly Answer[] }>();
  const { run } = session;
  if (run === undefined) return null;
  const close = (): void => session.set({ dialog: undefined });
  return (
    <Dialog title="Ask about the past" open onClose={close}>
      <p className="find-now">
        Seen from step {cursor}.{' '}
        {entity === undefined ? 'Nothing is chosen on the stage.' : `Chosen on the stage: ${entity}.`}
      </p>
      <ul className="find-list">
        {questions(run, cursor, entity).map((question) => (
          <li key={question.id}>
            <button
              type="button"
              className="find-question"
              disabled={question.needs !== undefined}
              aria-expanded={asked?.id === question.id}
              onClick={() => setAsked({ id: question.id, answers: question.ask() })}
            >
              {question.title}
            </button>
            {question.needs !== undefined && <p className="find-needs">{question.needs}</p>}
            {asked?.id === question.id && (
              <div aria-live="polite">
                {asked.answers.length === 0 && (
                  <p className="find-needs">Not in this run up to step {cursor}.</p>
                )}
                {asked.answers.map((answer) => (
                  <button
                    key={`${answer.cursor} ${answer.says}`}
                    type="button"
                    className="find-answer"
                    onClick={() => {
                      close();
                      goTo(session, answer.cursor);
                    }}
                  >
                    <span>
                      step {answer.cursor} · {answer.actor}
                    </span>
                    {answer.says}
                  </button>
                ))}
              </div>
            )}
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
