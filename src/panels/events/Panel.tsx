import { useStore } from 'zustand';
import type { Controls } from '../../session/controls';
import type { Session } from '../../session/session';
import { goTo } from '../../session/stepping';
import { type EventRow, eventTable, firstMoment, type ResyncFlags, rowsNow } from '../../views/xen/eventsNow';
import './panel.css';

/** What brings tables back in sync, as a reference: each row can be opened to see it happen, and is lit while it does. */
export function EventsPanel({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const beat = useStore(session.store, (s) => s.beat);
  const library = useStore(session.store, (s) => s.library);
  useStore(session.store, (s) => s.version);
  const { run } = session;
  const now = run === undefined ? new Set<string>() : rowsNow(run, beat.from, beat.to);
  return (
    <section className="events" aria-label="What re-syncs what">
      <h2>What re-syncs what</h2>
      <p>
        Press a row to open a scenario at the moment where it happens. Resync flags: <b>own</b> tables of the
        vCPU, tables of the <b>others</b>, <b>skip</b> what it cannot reach, take the <b>lock</b>.
      </p>
      <p className="events-happening" aria-live="polite">
        {happening(now)}
      </p>
      <ol>
        {eventTable.map((row) => (
          <Row
            key={row.id}
            row={row}
            now={now.has(row.id)}
            here={row.scenario === library}
            known={controls.sources.library.find(({ id }) => id === row.scenario)?.title}
            see={() => see(controls, row)}
          />
        ))}
      </ol>
    </section>
  );
}

/** The lit rows in words: the table is longer than the panel is high. */
function happening(now: ReadonlySet<string>): string {
  const events = eventTable.filter(({ id }) => now.has(id)).map(({ event }) => event);
  return events.length === 0 ? 'Nothing of this happens at this moment.' : `Now: ${events.join('; ')}.`;
}

interface RowProps {
  readonly row: EventRow;
  readonly now: boolean;
  /** Its scenario is the one on stage. */
  readonly here: boolean;
  /** Title of the scenario that shows it, if there is one. */
  readonly known: string | undefined;
  readonly see: () => void;
}

function Row({ row, now, here, known, see }: RowProps) {
  const content = (
    <>
      <span className="events-event">{row.event}</span>
      {now && <span className="events-now">now</span>}
      <span className="events-action">{row.action}</span>
      {row.flags.map((flags) => (
        <Flags key={JSON.stringify(flags)} flags={flags} />
      ))}
      <span className="events-where">
        {known === undefined ? 'No scenario shows it yet.' : here ? 'In the scenario on stage' : known}
      </span>
    </>
  );
  return (
    <li>
      {known === undefined ? (
        <div className="events-row" aria-current={now ? 'step' : undefined}>
          {content}
        </div>
      ) : (
        <button type="button" className="events-row" aria-current={now ? 'step' : undefined} onClick={see}>
          {content}
        </button>
      )}
    </li>
  );
}

/** The four arguments of sh_resync_all: a flag that is not set is struck through, so that its colour tells nothing. */
function Flags({ flags }: { readonly flags: ResyncFlags }) {
  const names = [
    ['skip', flags.skip],
    ['own', flags.this],
    ['others', flags.others],
    ['lock', flags.locking],
  ] as const;
  return (
    <span className="events-flags">
      {names.map(([name, on]) =>
        on === 1 ? (
          <b key={name}>{name}</b>
        ) : (
          <s key={name} aria-hidden="true">
            {name}
          </s>
        ),
      )}
    </span>
  );
}

/** Opens the row's scenario, if another one is on stage, and goes to the first moment of it at which the row happens. */
function see(controls: Controls, row: EventRow): void {
  const { session } = controls;
  if (session.state.library !== row.scenario && !controls.execute(`open:${row.scenario}`)) return;
  const { run } = session;
  if (run === undefined) return;
  const moment = firstMoment(run, row);
  if (moment === undefined) sayMissing(session, row);
  else goTo(session, moment);
}

function sayMissing(session: Session, row: EventRow): void {
  session.say(
    `“${row.event}” does not come about with the switches as they are set. Set them back, or open the scenario anew.`,
  );
}
