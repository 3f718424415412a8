import './factList.css';
import { classNames } from './classNames';

/** A fact that may point at something on the stage. */
interface EntityFact extends Omit<FactLine, 'choose'> {
  readonly entity?: string | undefined;
}

/** Facts whose values, where they point at something, choose it. */
export const choosable = (facts: readonly EntityFact[], choose: (entity: string) => void): FactLine[] =>
  facts.map(({ entity, ...fact }) => ({
    ...fact,
    choose: entity === undefined ? undefined : () => choose(entity),
  }));

export interface FactLine {
  readonly name: string;
  readonly value: string;
  readonly tip?: string | undefined;
  /** Worth a second look. */
  readonly odd?: boolean | undefined;
  /** What the value points at can be chosen. */
  readonly choose?: (() => void) | undefined;
}

/** Fields of a structure, one per line: a name in words, a value in figures, which can be pressed if it leads somewhere. */
export function FactList({ facts }: { readonly facts: readonly FactLine[] }) {
  return (
    <dl className="ui-facts">
      {facts.map(({ name, value, tip, odd, choose }) => (
        <div key={`${name} ${value}`} data-tip={tip}>
          <dt>{name}</dt>
          <dd className={classNames(odd && 'is-odd')}>
            {choose === undefined ? (
              value
            ) : (
              <button type="button" onClick={choose}>
                {value}
              </button>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
