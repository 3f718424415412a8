import { useStore } from 'zustand';
import { figure } from '../../base';
import type { Explained, ExplainedOp } from '../../trace';
import { Button } from '../../ui/Button';
import { classNames } from '../../ui/classNames';
import type { TraceDesk } from './desk';
import './explain.css';

/** The simulator beside the trace: whether it does the same, and both sides of the operation that is looked at. */
export function Explain({ desk }: { readonly desk: TraceDesk }) {
  const explained = useStore(desk.store, (s) => s.explained);
  const event = useStore(desk.store, (s) => s.event);
  return (
    <section className="trace-explain" aria-label="Explain this trace">
      <h3>Explain this trace</h3>
      {explained === undefined ? (
        <>
          <p>
            Runs the simulator (KVM, profile linux-6.1) beside the trace, as far as the trace tells what the
            guest did, and marks the first line at which they differ.
          </p>
          <Button look="outline" onClick={() => void desk.explain()}>
            Run the simulator beside it
          </Button>
        </>
      ) : explained === 'running' ? (
        <p role="status">The simulator is running.</p>
      ) : (
        <Found explained={explained} event={event} desk={desk} />
      )}
    </section>
  );
}

interface FoundProps {
  readonly explained: Explained;
  readonly event: number;
  readonly desk: TraceDesk;
}

function Found({ explained, event, desk }: FoundProps) {
  const { impossible, ops, agreed, first, stopped, assumed } = explained;
  if (impossible !== undefined) return <p role="status">{impossible}</p>;
  const differing = ops[first ?? -1];
  const here = ops.find((op) => event >= op.from && event < op.to);
  const said = `${figure(agreed.ops)} ${agreed.ops === 1 ? 'operation' : 'operations'} and ${figure(agreed.events)} events`;
  return (
    <>
      <p role="status" className={classNames('trace-verdict', differing !== undefined && 'is-wrong')}>
        {differing === undefined
          ? `The simulator does what the kernel did: ${said} are the same.`
          : `${said} are the same. Then they differ, in ${differing.title}.`}
      </p>
      {differing?.astray !== undefined && <p>{upper(differing.astray)}.</p>}
      {differing !== undefined && (
        <p>Either the simulator is wrong here, or what had to be assumed (below) is not so.</p>
      )}
      {differing !== undefined && (
        <Button
          look="outline"
          onClick={() => desk.go(differing.rows[differing.differs ?? 0]?.event ?? differing.to - 1)}
        >
          To the first difference
        </Button>
      )}
      {stopped !== undefined && (
        <p>
          Not replayed from event {figure(stopped.event + 1)} on: {stopped.why}.{' '}
          <button type="button" className="trace-to" onClick={() => desk.go(stopped.event)}>
            Go there
          </button>
        </p>
      )}
      {here !== undefined && <Sides op={here} event={event} desk={desk} />}
      <details>
        <summary>What had to be assumed</summary>
        {assumed.map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
      </details>
    </>
  );
}

/** Both sides of one operation, line by line. */
function Sides({
  op,
  event,
  desk,
}: {
  readonly op: ExplainedOp;
  readonly event: number;
  readonly desk: TraceDesk;
}) {
  const rows = op.rows.map((row, nth) => ({ ...row, nth }));
  return (
    <div className="trace-sides">
      <h4>{upper(op.title)}</h4>
      {rows.length === 0 && <p>No line and no event: the guest needed nothing of KVM.</p>}
      <ol>
        {rows.map(({ nth, event: own, traced, simulated }) => {
          const same = traced === simulated;
          return (
            <li
              key={nth}
              className={classNames(!same && 'is-different', nth === op.differs && 'is-first')}
              aria-current={own === event ? 'step' : undefined}
            >
              <button
                type="button"
                disabled={own === undefined}
                onClick={() => own !== undefined && desk.go(own)}
              >
                {same ? (
                  <span>
                    <i aria-hidden="true">=</i>
                    {traced}
                  </span>
                ) : (
                  <>
                    <span>
                      <b>kernel</b> {traced === '' ? 'nothing more' : traced}
                    </span>
                    <span>
                      <b>simulator</b> {simulated === '' ? 'nothing more' : simulated}
                    </span>
                  </>
                )}
              </button>
            </li>
          );
        })}
      </ol>
    </div>
  );
}

const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
