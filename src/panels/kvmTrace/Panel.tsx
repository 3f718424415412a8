import { useStore } from 'zustand';
import type { Controls } from '../../session/controls';
import { goTo } from '../../session/stepping';
import { traceAt } from '../../views/kvm/traceWords';
import './panel.css';

/** As many lines as somebody reads at one moment. */
const MOST = 40;

/** What a kernel's trace of this run would say up to now, the latest line first; each leads to its moment. */
export function KvmTracePanel({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const cursor = useStore(session.store, (s) => s.cursor);
  const beat = useStore(session.store, (s) => s.beat);
  useStore(session.store, (s) => s.version);
  const { run } = session;
  const lines = run === undefined ? undefined : traceAt(run, cursor, MOST);
  if (lines === undefined) return null;
  const numbered = lines.map((line, i) => ({ ...line, id: `${line.cursor} ${line.text} ${i}` })).reverse();
  return (
    <section className="kvm-trace" aria-label="Trace">
      <h2>As the kernel’s trace prints it</h2>
      {lines.length === 0 && <p>Nothing that has a tracepoint has happened yet.</p>}
      <ol>
        {numbered.map((line) => (
          <li key={line.id}>
            <button
              type="button"
              aria-current={line.cursor > beat.from && line.cursor <= beat.to ? 'step' : undefined}
              onClick={() => goTo(session, line.cursor)}
            >
              <span className="kvm-trace-event">
                {line.event} <small>{line.actor}</small>
              </span>
              <span className="kvm-trace-text">{line.text}</span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}
