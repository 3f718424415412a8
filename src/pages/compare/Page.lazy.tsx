import { useMemo, useRef, useState } from 'react';
import { defined } from '../../base';
import { compareRest, readCompareRest } from '../../session/comparing';
import type { Controls } from '../../session/controls';
import { goToPage } from '../../session/pages';
import { PageHead } from '../../ui/PageHead';
import { EXAMPLE, PRESETS } from '../../views/compare/presets';
import { Chooser } from './Chooser';
import { presetLinks } from './choices';
import { Presets } from './Presets';
import { PARTING, Together } from './Together';
import { useSide } from './useComparison';
import './compare.css';

const shown = defined(
  PRESETS.find(({ id }) => id === EXAMPLE),
  `the preset ${EXAMPLE}`,
);

interface PageProps {
  readonly controls: Controls;
  readonly rest: string;
}

/** Where the choosers leave room for what is compared. */
const isWide = (): boolean => matchMedia('(min-width: 900px)').matches;

/** Two runs side by side, stepping together by what the guest does. */
export default function ComparePage({ controls, rest }: PageProps) {
  const { session, host } = controls;
  const said = useMemo(() => readCompareRest(rest), [rest]);
  // Without an address of its own it shows an example: an empty page would teach nobody what it is for.
  const example = useMemo(
    () => (said === undefined ? presetLinks(controls, shown) : undefined),
    [said, controls],
  );
  const leftLink = said?.kind === 'ok' ? said.value.left : example?.left.link;
  const rightLink = said?.kind === 'ok' ? said.value.right : example?.right.link;
  const left = useSide(controls, leftLink);
  const right = useSide(controls, rightLink);
  const more = useRef<HTMLDivElement>(null);
  const [lost, setLost] = useState<{ readonly rest: string; readonly without: readonly string[] }>();
  const show = (one: typeof leftLink, other: typeof leftLink, without: readonly string[] = []): void => {
    if (one === undefined) return;
    const next = compareRest(one, other);
    if (next.kind === 'error') {
      session.say(next.error, 'wrong');
      return;
    }
    setLost({ rest: next.value, without });
    goToPage(session, host, 'compare', next.value);
  };
  const both = left?.kind === 'ok' && right?.kind === 'ok';
  const chooser = (
    <Chooser
      controls={controls}
      left={left}
      right={right}
      onLeft={(link) => show(link, rightLink)}
      onRight={({ link, without }) => show(leftLink, link, without)}
      onSwap={() => show(rightLink, leftLink)}
    />
  );
  return (
    <main className="compare">
      <PageHead title="Compare two runs">
        {both && example === undefined
          ? undefined
          : 'A guest program twice, stepping together by what the guest does: under two designs, two settings, or any two links. What is different is marked, and counted.'}
      </PageHead>
      {example !== undefined && (
        <p className="compare-example">
          <b>An example: {shown.title}.</b> {shown.says} Choose other runs here, or{' '}
          <button
            type="button"
            className="compare-link"
            onClick={() => more.current?.scrollIntoView({ block: 'start' })}
          >
            another pair worth comparing
          </button>
          .
        </p>
      )}
      {said?.kind === 'error' && (
        <p className="compare-wrong" role="alert">
          {said.error} Choose a comparison below, or two runs of your own.
        </p>
      )}
      {said?.kind === 'ok' && said.value.unused !== undefined && (
        <p className="compare-wrong" role="alert">
          {said.value.unused}
        </p>
      )}
      {both ? (
        <details className="compare-change" open={example !== undefined && isWide()}>
          <summary>Change what is compared</summary>
          {chooser}
        </details>
      ) : (
        chooser
      )}
      {lost !== undefined && lost.rest === rest && lost.without.length > 0 && (
        <p className="compare-note" role="status">
          Left out on side B: {lost.without.join('; ')}.
        </p>
      )}
      {left?.kind === 'ok' && right?.kind === 'ok' ? (
        <Together
          // Another pair of runs begins at its own beginning.
          key={rest}
          controls={controls}
          left={left.value}
          right={right.value}
          from={said?.kind === 'ok' ? said.value.place : PARTING}
        />
      ) : null}
      {(!both || example !== undefined) && (
        <div ref={more}>
          <Presets controls={controls} onChoose={show} />
        </div>
      )}
    </main>
  );
}
