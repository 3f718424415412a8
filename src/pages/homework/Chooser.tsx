import { useState } from 'react';
import { CHOICES, GENERATORS, LEVELS, type Level, MIXED, MOST_EXERCISES, sheetNamed } from '../../homework';
import type { Controls } from '../../session/controls';
import { goToPage, pageAddress } from '../../session/pages';
import { Button } from '../../ui/Button';
import { PageHead } from '../../ui/PageHead';
import { restOf } from './address';

const ANY_SEED = 1_000_000;

/** Where each kind has a level of its own: what they have in common. */
const LEVEL_WORDS: Readonly<Record<Level, string>> = {
  1: 'for the week in which it was first heard of.',
  2: 'for practice.',
  3: 'for an examination.',
};

/** Which sheet is it to be? For students who want to practise, and for whoever sets homework. */
export function Chooser({ controls }: { readonly controls: Controls }) {
  const [generator, setGenerator] = useState<string>(MIXED);
  const [seed, setSeed] = useState('1');
  const [count, setCount] = useState('8');
  const [level, setLevel] = useState<Level>(1);
  const [checks, setChecks] = useState(true);
  const sheet = sheetNamed({ generator, seed: seed.trim(), count: count.trim(), level: String(level) });
  const go = (rest: string): void => goToPage(controls.session, controls.host, 'homework', rest);
  const chosen = GENERATORS.find(({ name }) => name === generator);
  return (
    <>
      <PageHead title="Homework">
        Exercises that the simulator draws, solves and marks. A seed makes a sheet: the same seed makes the
        same one, on every machine, for ever.
      </PageHead>
      <form
        className="homework-chooser"
        onSubmit={(e) => {
          e.preventDefault();
          if (sheet.kind === 'ok') go(restOf({ kind: 'sheet', sheet: sheet.value, checks }));
        }}
      >
        <fieldset className="homework-kinds">
          <legend>What about?</legend>
          {CHOICES.map(({ name, title, says }) => (
            <label key={name}>
              <input
                type="radio"
                name="generator"
                checked={generator === name}
                onChange={() => setGenerator(name)}
              />
              <span>
                <b className="homework-kind">{title}</b>
                <span>{says}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <div className="homework-settings">
          <label>
            Seed
            <span className="homework-seed">
              <input inputMode="numeric" value={seed} onChange={(e) => setSeed(e.target.value)} />
              <Button
                look="outline"
                onClick={() => setSeed(String(Math.floor(controls.session.frames.now * 7919) % ANY_SEED))}
              >
                Another
              </Button>
            </span>
          </label>
          <label>
            Exercises (1 to {MOST_EXERCISES})
            <input inputMode="numeric" value={count} onChange={(e) => setCount(e.target.value)} />
          </label>
          <label>
            Level
            <select value={level} onChange={(e) => setLevel(Number(e.target.value) as Level)}>
              {LEVELS.map((one) => (
                <option key={one} value={one}>
                  {one}
                  {`: ${chosen === undefined ? LEVEL_WORDS[one] : chosen.levels[one]}`}
                </option>
              ))}
            </select>
          </label>
          <label className="homework-tick">
            <input type="checkbox" checked={checks} onChange={(e) => setChecks(e.target.checked)} />
            Students may check their answers
          </label>
          {sheet.kind === 'error' && (
            <p role="alert" className="homework-wrong">
              {sheet.error}
            </p>
          )}
          <Button look="strong" type="submit" disabled={sheet.kind === 'error'}>
            Make the sheet
          </Button>
          {sheet.kind === 'ok' && (
            <nav aria-label="For course staff">
              <a href={pageAddress('homework', restOf({ kind: 'key', sheet: sheet.value }))}>
                Its answer key
              </a>
              <a href={pageAddress('homework', restOf({ kind: 'staff', sheet: sheet.value }))}>
                A sheet for each student, and marks
              </a>
              {generator !== MIXED && (
                <a
                  href={pageAddress(
                    'homework',
                    `class/${generator}/${sheet.value.seed}/${sheet.value.version}/${level}`,
                  )}
                >
                  Ask one of it in class
                </a>
              )}
            </nav>
          )}
          <p className="homework-small">
            For course staff on a terminal: <code>npm run homework -- --list</code> prints sheets and keys,{' '}
            <code>npm run grade -- answers.json</code> marks what was handed in. There is no server: whoever
            knows a sheet’s name can make its key, so set marks on sheets whose seed you have told nobody.
          </p>
        </div>
      </form>
    </>
  );
}
