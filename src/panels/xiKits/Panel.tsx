import { useStore } from 'zustand';
import { figure } from '../../base';
import type { Controls } from '../../session/controls';
import { focus } from '../../session/focusing';
import { classNames } from '../../ui/classNames';
import { Sparkbar } from '../../ui/Sparkbar';
import { type DomainKits, kitsAt } from '../../views/xi/kits';
import { migrationAt } from '../../views/xi/migration';
import { Migration } from './Migration';
import './panel.css';

/** XI's pool: what was set aside, kits free and in use in the order of their last use, who goes next; and the dirty log. */
export function XiKitsPanel({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const beat = useStore(session.store, (s) => s.beat);
  const cursor = useStore(session.store, (s) => s.cursor);
  useStore(session.store, (s) => s.version);
  const { run } = session;
  const from = beat.to === cursor ? beat.from : cursor;
  const view = run === undefined ? undefined : kitsAt(run, from, cursor);
  if (run === undefined || view === undefined) return null;
  const migration = migrationAt(run, from, cursor);
  return (
    <section className="kits stack" aria-label="Pool of kits">
      {migration !== undefined && <Migration controls={controls} view={migration} />}
      <section aria-label="Set aside">
        <h2>
          {figure(view.used)} of {figure(view.all)} kits in use
        </h2>
        <p>{view.arithmetic} Table, snapshot and two pages of backlinks: they are taken together.</p>
      </section>
      <Now now={view.now} />
      {view.domains.map((one) => (
        <Domain
          key={one.domain}
          kits={one}
          name={view.domains.length === 1 ? undefined : `Domain ${one.domain} (vCPU ${one.domain})`}
          shared={view.shared}
          choose={(entity) => focus(session, entity)}
        />
      ))}
      <section aria-label="Counted">
        <h2>Counted so far</h2>
        <dl>
          {view.counts.map(({ name, value, tip }) => (
            <Sparkbar
              key={name}
              label={name}
              value={value}
              max={Math.max(1, ...view.counts.map((one) => one.value))}
              tip={tip}
            />
          ))}
        </dl>
      </section>
    </section>
  );
}

function Now({ now }: { readonly now: readonly string[] }) {
  if (now.length === 0) return null;
  return (
    <section aria-label="Now">
      <ol className="kits-now">
        {now.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ol>
    </section>
  );
}

interface DomainProps {
  readonly kits: DomainKits;
  /** Said where there are several. */
  readonly name: string | undefined;
  readonly shared: boolean;
  readonly choose: (entity: string) => void;
}

function Domain({ kits, name, shared, choose }: DomainProps) {
  const of = name === undefined ? '' : ` by domain ${kits.domain}`;
  return (
    <div className="stack">
      {name !== undefined && <h2 className="kits-domain">{name}</h2>}
      {kits.reserved ? (
        <>
          <InUse kits={kits} choose={choose} of={of} />
          <Free kits={kits} shared={shared} of={of} />
        </>
      ) : (
        <p>They are set aside when the domain loads its first root, and are its own for life.</p>
      )}
    </div>
  );
}

function InUse({ kits, choose, of }: Pick<DomainProps, 'kits' | 'choose'> & { readonly of: string }) {
  return (
    <section aria-label={`In use${of}`}>
      <h2>In use, last used first</h2>
      {kits.inUse.length === 0 && <p>None yet.</p>}
      <ol className="kits-lru">
        {kits.inUse.map((kit) => (
          <li key={kit.name} className={classNames(kit.name === kits.victim && 'goes', kit.moved && 'moved')}>
            <button type="button" onClick={() => choose(kit.entity)}>
              {kit.name}
            </button>
            <span data-tip={`${kit.entries} entries, ${kit.parents} parents`}>
              {kit.says}
              {kit.open ? ' · open' : kit.stale ? ' · stale' : ''}
            </span>
            <span className="kits-fate">
              {kit.pinned ?? (kit.name === kits.victim ? 'goes first' : kit.moved ? 'used just now' : '')}
            </span>
          </li>
        ))}
      </ol>
      {kits.inUse.length > 0 && (
        <p className="kits-note">
          The order is that of CR3 loads and faults: what the processor walks by itself, no software sees.
        </p>
      )}
    </section>
  );
}

function Free({ kits, shared, of }: Pick<DomainProps, 'kits' | 'shared'> & { readonly of: string }) {
  const total = kits.freeCount;
  return (
    <section aria-label={`Free kits${of}`}>
      <h2>
        {total === 0
          ? 'None free: the next one is recycled'
          : `${figure(total)} free${shared ? ', on the heap that domains share' : ''}`}
      </h2>
      <ul className="kits-free">
        {kits.free.map(({ name, zeroed }) => (
          <li
            key={name}
            className={zeroed ? undefined : 'is-used'}
            data-tip={
              zeroed
                ? 'Zeroed: it can be used at once.'
                : 'Holds leftovers: zeroed by whoever takes it, or before by an idle processor.'
            }
          >
            {name}
            {!zeroed && <small> to zero</small>}
          </li>
        ))}
        {total > kits.free.length && (
          <li className="kits-rest">and {figure(total - kits.free.length)} more</li>
        )}
      </ul>
    </section>
  );
}
