import { useStore } from 'zustand';
import { figure } from '../../base';
import type { Controls } from '../../session/controls';
import { focus } from '../../session/focusing';
import { classNames } from '../../ui/classNames';
import { Sparkbar } from '../../ui/Sparkbar';
import { type PoolView, poolAt } from '../../views/xen/pool';
import './panel.css';

/** The shadow pool: what its pages are, which is handed out next, and who goes when it runs short. */
export function PoolPanel({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const cursor = useStore(session.store, (s) => s.cursor);
  useStore(session.store, (s) => s.version);
  const { run } = session;
  const pool = run === undefined ? undefined : poolAt(run, cursor);
  if (pool === undefined) return null;
  const choose = (entity: string) => () => focus(session, entity);
  return (
    <section className="pool stack" aria-label="Shadow pool">
      <Use pool={pool} choose={choose} />
      <Next pool={pool} />
      <Pinned pool={pool} choose={choose} />
      <section aria-label="Making room">
        <h2>Making room</h2>
        <ol className="pool-stages">
          {pool.stages.map(({ name, says, count, now }) => (
            <li key={name} aria-current={now ? 'step' : undefined}>
              <strong>{name}</strong>
              <span className="pool-times">{now ? 'now' : `${figure(count)}×`}</span>
              <p>{says}</p>
            </li>
          ))}
        </ol>
      </section>
    </section>
  );
}

interface PartProps {
  readonly pool: PoolView;
  readonly choose: (entity: string) => () => void;
}

function Use({ pool, choose }: PartProps) {
  return (
    <section aria-label="Use">
      <h2>
        Pool: {figure(pool.pages - pool.free)} of {figure(pool.pages)} pages in use
      </h2>
      <dl>
        {pool.shares.map(({ type, pages }) => (
          <Sparkbar key={type} label={type} value={pages} max={pool.pages} />
        ))}
        <Sparkbar label="free" value={pool.free} max={pool.pages} reference />
      </dl>
      <details>
        <summary>Which pages</summary>
        {pool.shares.map(({ type, list }) => (
          <p key={type} className="pool-pages">
            {type}{' '}
            {list.map(({ name, entity }) => (
              <button key={name} type="button" onClick={choose(entity)}>
                {name}
              </button>
            ))}
          </p>
        ))}
      </details>
    </section>
  );
}

/** Freed pages beyond this are counted, not named. */
const NAMED = 8;

function Next({ pool }: { readonly pool: PoolView }) {
  const { fresh, freed } = pool;
  const next = fresh.count > 0 ? fresh.next : (freed[0]?.name ?? '');
  return (
    <section aria-label="Free list">
      <h2>
        {next === '' ? (
          'Nothing is free'
        ) : (
          <>
            Next page: <code>{next}</code>
          </>
        )}
      </h2>
      <p>
        {fresh.count > 0
          ? `${figure(fresh.count)} never used yet: they go first, the lowest first.`
          : 'Every page has been used before.'}
      </p>
      {freed.length > 0 && (
        <p>
          Freed, oldest first:{' '}
          {freed.slice(0, NAMED).map(({ name, stale }) => (
            <code
              key={name}
              className={classNames('pool-freed', stale.length > 0 && 'is-stale')}
              data-tip={
                stale.length === 0
                  ? 'No TLB knows it any more.'
                  : `The TLB of vCPU ${stale.join(' and ')} may still know it: flushed when it is used again.`
              }
            >
              {name}
              {stale.length > 0 && ` (v${stale.join(', v')})`}
            </code>
          ))}
          {freed.length > NAMED && `and ${figure(freed.length - NAMED)} more`}
        </p>
      )}
      {freed.some(({ stale }) => stale.length > 0) && (
        <p className="pool-note">In brackets: whose TLB may still know the page.</p>
      )}
    </section>
  );
}

function Pinned({ pool, choose }: PartProps) {
  const { pinned } = pool;
  return (
    <section aria-label="Pinned shadows">
      <h2>Pinned, most recent first</h2>
      {pinned.length === 0 && <p>Nothing is pinned.</p>}
      <ol className="pool-pinned">
        {pinned.map(({ name, entity, type, loaded }, i) => (
          <li key={name}>
            <button type="button" onClick={choose(entity)}>
              {name}
            </button>
            <span>{type}</span>
            <span className="pool-fate">
              {i === pinned.length - 1
                ? loaded
                  ? 'unpinned first, but in use'
                  : 'goes first'
                : loaded
                  ? 'in use'
                  : ''}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
