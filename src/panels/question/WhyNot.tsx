import { useStore } from 'zustand';
import { change } from '../../session/asking/answering';
import { explain, whyNotHere } from '../../session/asking/whyNot';
import type { Controls } from '../../session/controls';
import { Button } from '../../ui/Button';
import { RuleBox } from './RuleBox';

/** How many are offered before somebody wants to see them all. */
const FEW = 8;

/** What did not happen in the operation on stage, and the step that decided so. */
export function WhyNot({
  controls,
  missing,
}: {
  readonly controls: Controls;
  readonly missing: string | undefined;
}) {
  const { session } = controls;
  useStore(session.store, (s) => s.cursor);
  useStore(session.store, (s) => s.focus.now?.entity);
  useStore(session.store, (s) => s.version);
  const here = whyNotHere(session);
  if (here === undefined) return null;
  const chosen = here.missing.find(({ kind }) => kind === missing);
  const row = ({ kind, noun }: (typeof here.missing)[number]) => (
    <li key={kind}>
      <button
        type="button"
        className="why-not-ask"
        aria-expanded={kind === missing}
        onClick={() => change(session, { missing: kind === missing ? undefined : kind })}
      >
        Why was there no {noun}?
      </button>
      {kind === missing && <Answer controls={controls} kind={kind} />}
    </li>
  );
  const first = here.missing.slice(0, FEW);
  const rest = here.missing.slice(FEW);
  return (
    <section className="question why-not" aria-label="Why not?">
      <header className="question-head">
        <span className="question-kind">Why not?</span>
        <Button onClick={() => controls.execute('why-not')}>Close</Button>
      </header>
      {here.entry !== undefined && here.lacking.length > 0 && (
        <>
          <h3 className="question-prompt">{here.entry}</h3>
          <ul className="why-not-list">
            {here.lacking.map(({ what, rule, source }) => (
              <li key={what}>
                <details>
                  <summary className="why-not-ask">Why is it not {what}?</summary>
                  {rule === undefined ? (
                    <p>No step of this run decided it: it is as the scenario began.</p>
                  ) : (
                    <RuleBox controls={controls} rule={rule} go />
                  )}
                  {source !== undefined && (
                    <>
                      <p>What it was made from came from here:</p>
                      <RuleBox controls={controls} rule={source} go />
                    </>
                  )}
                </details>
              </li>
            ))}
          </ul>
        </>
      )}
      <h3 className="question-prompt">{here.operation}</h3>
      {here.missing.length === 0 ? (
        <p>Nothing else could have happened in this operation: no other way leads from its steps.</p>
      ) : (
        <ul className="why-not-list">{first.map(row)}</ul>
      )}
      {rest.length > 0 && (
        <details open={chosen !== undefined && rest.includes(chosen)}>
          <summary>{rest.length} more that were further away</summary>
          <ul className="why-not-list">{rest.map(row)}</ul>
        </details>
      )}
    </section>
  );
}

function Answer({ controls, kind }: { readonly controls: Controls; readonly kind: string }) {
  const why = explain(controls.session, kind);
  if (why === undefined || why.kind !== 'decided')
    return <p role="status">No way leads there from the steps of this operation.</p>;
  return (
    <div className="why-not-answer" role="status">
      <RuleBox controls={controls} rule={why.rule} go />
      {why.instead !== undefined && (
        <p>
          Otherwise it would have gone on with <code>{why.instead.label}</code>:{' '}
          <code className="rule-code">{why.instead.line}</code>
        </p>
      )}
    </div>
  );
}
