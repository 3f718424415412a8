import { useState } from 'react';
import { answerSpace, exerciseOf, type Field, type QuestionName, showAnswer, tally } from '../../homework';
import { pageAddress } from '../../session/pages';
import { Button } from '../../ui/Button';
import { type ClassQuestion, restOf } from './address';
import { Blocks } from './Blocks';
import { StageWay } from './StageWay';

/** What a question's codes are bound to. */
export const questionName = ({ sheet, n, field }: ClassQuestion): QuestionName =>
  `${sheet.generator}/${sheet.version}/${sheet.seed}/${n + 1}/${sheet.level}/${field}`;

interface ClassViewProps {
  readonly question: ClassQuestion;
  /** The address of the whole page, without its fragment: students type it. */
  readonly page: string;
}

/** For the projector: the question, where to answer it, and what came of it. */
export function ClassView({ question, page }: ClassViewProps) {
  // Another question is another address, and another element: this one stays what it was made for.
  const [{ exercise, key }] = useState(() => exerciseOf(question.sheet, question.n));
  const field = exercise.fields.find(({ id }) => id === question.field) as Field;
  const [codes, setCodes] = useState('');
  const [shown, setShown] = useState(false);
  const name = questionName(question);
  const { answers, wrong } = tally(name, field.type, codes);
  const most = Math.max(1, ...answers.map(({ count }) => count));
  const total = answers.reduce((sum, { count }) => sum + count, 0);
  const right = key.answers[field.id] as string;
  const had = answers.find(({ answer }) => answer === right)?.count ?? 0;
  const where = pageAddress('homework', restOf({ kind: 'answer', question }));
  const others = exercise.fields.filter(({ id, type }) => id !== field.id && answerSpace(type) !== undefined);
  return (
    <div className="homework-class">
      <section className="homework-exercise" aria-labelledby="class-question">
        <Blocks blocks={exercise.prompt} />
        <h2 id="class-question" className="homework-question">
          {field.label}
        </h2>
        <p>
          Answer on your own machine at{' '}
          <a href={where}>
            {page}
            {where}
          </a>{' '}
          and read out the code you get.
        </p>
        <div className="homework-ways">
          <a
            href={pageAddress(
              'homework',
              restOf({
                kind: 'class',
                question: {
                  ...question,
                  sheet: { ...question.sheet, seed: (question.sheet.seed + 1) % 2 ** 32 },
                },
              }).replace(/\/[^/]*$/, ''),
            )}
          >
            Another exercise
          </a>
          {others.map(({ id, label }) => (
            <a
              key={id}
              href={pageAddress('homework', restOf({ kind: 'class', question: { ...question, field: id } }))}
            >
              {label}
            </a>
          ))}
        </div>
      </section>
      <section className="homework-tally" aria-label="Answers of the class">
        <label>
          <span>
            Codes, one after the other; <code>x3</code> behind one that was heard three times
          </span>
          <textarea rows={3} value={codes} spellCheck={false} onChange={(e) => setCodes(e.target.value)} />
        </label>
        <p role="status">
          {total} {total === 1 ? 'answer' : 'answers'}
          {wrong.length > 0 && `, ${wrong.length} not understood`}
        </p>
        {wrong.map((one) => (
          <p key={one} className="homework-wrong">
            {one}
          </p>
        ))}
        <ul className="homework-bars">
          {answers.map(({ answer, count }) => (
            <li key={answer} className={shown && answer === right ? 'is-right' : undefined}>
              <span className="homework-answer">
                {shown && answer === right && '✓ '}
                {showAnswer(field.type, answer)}
              </span>
              <meter
                min={0}
                max={most}
                value={count}
                aria-label={`${showAnswer(field.type, answer)}: ${count}`}
              />
              <span>{count}</span>
            </li>
          ))}
        </ul>
        <Button look="outline" aria-expanded={shown} onClick={() => setShown(!shown)}>
          {shown ? 'Hide the answer' : 'Show the answer'}
        </Button>
        {shown && (
          <div>
            <p>
              <b>{showAnswer(field.type, right)}</b>
              {total > 0 && ` was the answer of ${had} of ${total}.`}
            </p>
            <p>{field.rule}</p>
            <p>
              <StageWay
                exercise={exercise}
                to={key.decided[field.id]}
                words="See where it is decided"
                about={field.label}
              />
            </p>
          </div>
        )}
      </section>
    </div>
  );
}
