import { useState } from 'react';
import { type Exercise, stageLink, type Told } from '../../homework';

interface SolutionProps {
  readonly exercise: Exercise;
  readonly told: readonly Told[];
}

/** How the run comes to the answers, in its own sentences: each leads to its moment on the stage. */
export function Solution({ exercise, told }: SolutionProps) {
  // Links are made when somebody looks: a run may tell two hundred sentences.
  const [open, setOpen] = useState(false);
  const link = open ? stageLink(exercise) : undefined;
  return (
    <details className="homework-solution" onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary>How the run comes to it</summary>
      {open && (
        <>
          <ol>
            {told.map((one, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a solution never changes
              <li key={i}>
                <Sentence exercise={exercise} one={one} />
              </li>
            ))}
          </ol>
          {link !== undefined && (
            <p>
              <a href={link}>Watch it on the stage from the beginning</a>
            </p>
          )}
        </>
      )}
    </details>
  );
}

function Sentence({ exercise, one }: { readonly exercise: Exercise; readonly one: Told }) {
  const link = one.at === undefined && one.schedule === undefined ? undefined : stageLink(exercise, one);
  return link === undefined ? one.says : <a href={link}>{one.says}</a>;
}
