import { useStore } from 'zustand';
import { frameName } from '../../base';
import type { Controls } from '../../session/controls';
import { focus } from '../../session/focusing';
import { classNames } from '../../ui/classNames';
import { oosAt } from '../../views/oos';
import './panel.css';

/** Which pages are out of sync, in whose table, in which slot. Nothing for a design that lets none go. */
export function OosPanel({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const cursor = useStore(session.store, (s) => s.cursor);
  const beat = useStore(session.store, (s) => s.beat);
  useStore(session.store, (s) => s.version);
  const { run } = session;
  const rows = run === undefined ? undefined : oosAt(run, cursor, beat.to === cursor ? beat.from : cursor);
  if (rows === undefined) return null;
  const width = rows[0]?.slots.length ?? 0;
  return (
    <section className="oos" aria-label="Out-of-sync table">
      <header className="oos-head">
        <h2>Out-of-sync table</h2>
        <span>slot = frame mod {width}</span>
      </header>
      {rows.map((row) => (
        <div key={row.vcpu} className="oos-row">
          <h3>{row.name}</h3>
          <ul>
            {row.slots.map(({ slot, frame, home, changed }) => (
              <li key={slot}>
                {frame < 0 ? (
                  <span className={classNames('oos-slot', changed && 'is-changed')}>
                    <small>slot {slot}</small>
                    <span className="oos-empty">empty</span>
                  </span>
                ) : (
                  <button
                    type="button"
                    className={classNames('oos-slot', 'is-taken', changed && 'is-changed')}
                    onClick={() => focus(session, `guest ${frameName(frame)}`)}
                  >
                    <small>slot {slot}</small>
                    <span className="oos-frame">{frameName(frame)}</span>
                    <small>{home ? 'home slot' : `home is ${frame % width}`}</small>
                  </button>
                )}
              </li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}
