import { useState } from 'react';
import { exerciseOf, type Field, readAnswer, writeCode } from '../../homework';
import type { ClassQuestion } from './address';
import { Blocks } from './Blocks';
import { questionName } from './ClassView';
import { FieldInput, ticksOf, writtenWrong } from './FieldInput';

/** For a student: the question, and the code to read out for what was answered. Whether it is right, the class will hear. */
export function AnswerView({ question }: { readonly question: ClassQuestion }) {
  // Another question is another address, and another element: this one stays what it was made for.
  const [{ exercise }] = useState(() => exerciseOf(question.sheet, question.n));
  const field = exercise.fields.find(({ id }) => id === question.field) as Field;
  const [typed, setTyped] = useState('');
  const wrong = writtenWrong(field, typed);
  const read = typed.trim() === '' ? undefined : readAnswer(field.type, typed);
  const code = read?.kind === 'ok' ? writeCode(questionName(question), field.type, read.value) : undefined;
  const input = <FieldInput id="class-answer" field={field} value={typed} onChange={setTyped} />;
  return (
    <section className="homework-exercise homework-own" aria-label="Question">
      <Blocks blocks={exercise.prompt} />
      <div className="homework-field">
        {ticksOf(field) === undefined ? (
          <>
            <label htmlFor="class-answer">{field.label}</label>
            {input}
          </>
        ) : (
          <fieldset>
            <legend>{field.label}</legend>
            {input}
          </fieldset>
        )}
      </div>
      <p className="homework-code" role="status">
        {code !== undefined ? (
          <>
            Your code: <strong>{code}</strong>
          </>
        ) : (
          (wrong ?? 'Answer, and a code to read out appears here.')
        )}
      </p>
    </section>
  );
}
