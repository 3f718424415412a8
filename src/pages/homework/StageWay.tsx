import { useMemo } from 'react';
import { type Exercise, type Moment, stageLink, type Told } from '../../homework';

interface StageWayProps {
  readonly exercise: Exercise;
  readonly to: Moment | Told | undefined;
  readonly words: string;
  /** For those who hear the link alone: what it is about. */
  readonly about: string;
}

/** A link to the moment of the exercise's run that decides something; nothing where no run does. */
export function StageWay({ exercise, to, words, about }: StageWayProps) {
  const link = useMemo(() => (to === undefined ? undefined : stageLink(exercise, to)), [exercise, to]);
  return link === undefined ? null : (
    <a
      className="homework-where"
      href={link}
      aria-label={`${words}${words.endsWith('?') ? '' : ':'} ${about}`}
    >
      {words}
    </a>
  );
}
