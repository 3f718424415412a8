import type { Controls } from '../../session/controls';
import { DEEPEST, setBufferDepth } from '../../session/racing/bufferDepth';
import { mustHold, onStage } from '../../session/racing/page';

interface ScopeProps {
  readonly controls: Controls;
  readonly running: boolean;
}

/** More sentences than this are folded away. */
const FEW = 3;

/** Within what bounds a search looks, and what it asks of every state: a verdict is worth what it is about. */
export function Scope({ controls, running }: ScopeProps) {
  const stage = onStage(controls.session);
  if (stage === undefined) return null;
  const { programs, machine, host } = stage.spec;
  const counts = programs.map((ops) => ops.length).filter((n) => n > 0);
  const least = Math.min(...counts);
  const most = Math.max(...counts);
  const rules = mustHold(stage);
  const list = (
    <ul className="race-rules">
      {rules.map(({ name, says }) => (
        <li key={name}>
          <strong>{name}</strong> {says}
        </li>
      ))}
    </ul>
  );
  return (
    <>
      <h3 className="race-head">Bounds</h3>
      <dl className="race-scope">
        <Fact name="vCPUs" value={String(counts.length)} />
        {counts.length > 0 && (
          <Fact name="Operations each" value={least === most ? String(most) : `${least} to ${most}`} />
        )}
        {host.length > 0 && <Fact name="Operations of the host" value={String(host.length)} />}
        <Fact name="Memory model" value={machine.storeBufferDepth > 0 ? 'x86-TSO' : 'no store waits'} />
      </dl>
      <label className="race-bound">
        <span>Store buffer, entries (0: none)</span>
        <input
          type="number"
          min={0}
          max={DEEPEST}
          step={1}
          value={machine.storeBufferDepth}
          disabled={running}
          onChange={(event) => {
            const given = Math.trunc(event.target.valueAsNumber);
            if (given >= 0 && given <= DEEPEST) setBufferDepth(controls.session, controls.sources, given);
          }}
        />
      </label>
      <h3 className="race-head">Must always hold</h3>
      {rules.length <= FEW ? (
        list
      ) : (
        <details className="race-silent">
          <summary>{rules.length} invariants</summary>
          {list}
        </details>
      )}
    </>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div className="race-fact">
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
