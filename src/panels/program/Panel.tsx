import { useStore } from 'zustand';
import { figure } from '../../base';
import type { Controls } from '../../session/controls';
import { goTo } from '../../session/stepping';
import { Button } from '../../ui/Button';
import { classNames } from '../../ui/classNames';
import { programsAt } from '../../views/program';
import './panel.css';

/** What the guest does, in the scenario's own words, with where each vCPU has got to. */
export function ProgramPanel({
  controls,
  edit = false,
}: {
  readonly controls: Controls;
  readonly edit?: boolean;
}) {
  const { session } = controls;
  const cursor = useStore(session.store, (s) => s.cursor);
  useStore(session.store, (s) => s.version);
  const { run } = session;
  if (run === undefined) return null;
  return (
    <section className="program" aria-label="Guest program">
      <header className="program-head">
        <h2>Guest program</h2>
        {edit && (
          <Button look="outline" onClick={() => controls.execute('edit')}>
            Edit
          </Button>
        )}
      </header>
      {programsAt(run, cursor).map((program) => (
        <div key={program.actor}>
          <h3>{program.name}</h3>
          {program.before > 0 && <p className="program-more">{figure(program.before)} before</p>}
          <ol>
            {program.ops.map(({ op, text, state, starts }) => (
              <li key={op}>
                <button
                  type="button"
                  className={classNames('program-op', `is-${state}`)}
                  aria-current={state === 'now' ? 'step' : undefined}
                  disabled={starts === undefined}
                  onClick={() => goTo(session, starts ?? 0)}
                >
                  <code>{text}</code>
                </button>
              </li>
            ))}
          </ol>
          {program.after > 0 && <p className="program-more">{figure(program.after)} more</p>}
        </div>
      ))}
    </section>
  );
}
