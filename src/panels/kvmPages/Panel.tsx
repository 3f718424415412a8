import { useStore } from 'zustand';
import { figure } from '../../base';
import type { Controls } from '../../session/controls';
import { focus } from '../../session/focusing';
import { pageListAt } from '../../views/kvm/pageList';
import './panel.css';

/** Every shadow page in the order of reclaim, and which share a frame. */
export function KvmPagesPanel({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const cursor = useStore(session.store, (s) => s.cursor);
  useStore(session.store, (s) => s.version);
  const { run } = session;
  const list = run === undefined ? undefined : pageListAt(run, cursor);
  if (list === undefined) return null;
  return (
    <section className="kvm-pages stack" aria-label="Shadow pages">
      <section aria-label="List">
        <h2>
          {figure(list.used)} of {figure(list.most)} shadow pages in use
        </h2>
        <p>
          Oldest first. When fewer than 5 are free, the oldest go until 25 are. Use does not move a page:
          first made, first gone, roots in use excepted.
        </p>
        <ol>
          {list.pages.map(({ name, entity, key, says }) => (
            <li key={name}>
              <button type="button" onClick={() => focus(session, entity)}>
                {name}
              </button>
              <code>{key}</code>
              <span>{says}</span>
            </li>
          ))}
        </ol>
      </section>
      <section aria-label="Several pages for one frame">
        <h2>Several pages for one frame</h2>
        {list.chains.length === 0 ? (
          <p>No frame has more than one.</p>
        ) : (
          <dl>
            {list.chains.map(({ frame, keys }) => (
              <div key={frame}>
                <dt>{frame}</dt>
                <dd>{keys.join(', ')}</dd>
              </div>
            ))}
          </dl>
        )}
      </section>
    </section>
  );
}
