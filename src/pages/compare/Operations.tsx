import { useEffect, useRef } from 'react';
import { classNames } from '../../ui/classNames';
import type { Sameness } from '../../views/compare/differences';
import type { Stop } from '../../views/compare/together';
import type { Compared } from './useComparison';

interface OperationsProps {
  readonly compared: Compared;
  /** How many are done at the moment that is shown. */
  readonly stop: number;
  readonly onGo: (stop: number) => void;
}

/** Longer programs are shown around the place where one is. */
const AROUND = 40;

const MARK: Readonly<Record<Sameness, string>> = { same: '=', different: '≠', 'seen by the guest': '!' };
const SAYS: Readonly<Record<Sameness, string>> = {
  same: 'the same in both',
  different: 'another way in each',
  'seen by the guest': 'the guest can see the difference',
};

/** The guest program as both runs do it, with a mark at each operation that went another way. */
export function Operations({ compared: { stops, differences }, stop, onGo }: OperationsProps) {
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    const now = list.current?.querySelector('[aria-current]');
    // Within the list alone: the page must not move under the reader.
    if (now instanceof HTMLElement && list.current !== null)
      list.current.scrollLeft = now.offsetLeft - list.current.clientWidth / 2 + now.offsetWidth / 2;
  });
  const from = Math.max(0, Math.min(stop - AROUND, stops.length - 2 * AROUND));
  return (
    <ol className="compare-ops" ref={list} aria-label="Operations of the guest">
      {stops.slice(from, from + 2 * AROUND).map((one, i) => {
        const nth = from + i + 1;
        const same = differences.ofStops[nth - 1] ?? 'same';
        return (
          <li key={`${one.actor} ${one.op}`}>
            <button
              type="button"
              className={classNames(
                'compare-op',
                same !== 'same' && 'is-different',
                nth <= stop && 'is-done',
              )}
              aria-current={nth === stop ? 'step' : undefined}
              onClick={() => onGo(nth)}
            >
              <span className="compare-op-mark" aria-hidden="true">
                {MARK[same]}
              </span>
              <span className="compare-op-text">
                {whoOf(one)}: {one.text}
              </span>
              <span className="compare-op-steps">
                {one.stepsA} | {one.stepsB} steps
                <span className="compare-hidden">
                  , {one.in === 'both' ? SAYS[same] : `only in ${one.in === 'a' ? 'A' : 'B'}`}
                </span>
              </span>
            </button>
          </li>
        );
      })}
    </ol>
  );
}

const whoOf = ({ actor }: Stop): string => `v${actor}`;
