import { useStore } from 'zustand';
import { figure } from '../../base';
import type { Controls } from '../../session/controls';
import { Button, IconButton } from '../../ui/Button';
import type { TraceDesk } from './desk';
import { EventList } from './EventList';
import { Facts } from './Facts';
import { Lanes } from './Lanes';
import { TraceStage } from './TraceStage';
import './open.css';

/** A trace that has been read: its events, the stage at one of them, lanes below, words beside. */
export function Open({ controls, desk }: { readonly controls: Controls; readonly desk: TraceDesk }) {
  const opened = useStore(desk.store, (s) => s.opened);
  if (opened === undefined) return null;
  const { name, lines, events, says, odd, seconds } = opened;
  return (
    <div className="trace-open">
      <section className="trace-side" aria-label="The trace">
        <header className="trace-head">
          <h2>{name}</h2>
          <IconButton icon="close" label="Close the trace" onClick={() => desk.close()} />
        </header>
        <p className="trace-size">
          {figure(events)} events in {figure(lines)} lines, {seconds.toFixed(seconds < 10 ? 3 : 0)} s
        </p>
        {says.length > 0 && (
          <details className="trace-says">
            <summary>
              {says.length === 1
                ? 'One thing to know about this file'
                : `${says.length} things to know about this file`}
            </summary>
            {says.map((sentence) => (
              <p key={sentence}>{sentence}</p>
            ))}
            {odd.length > 0 && (
              <ul aria-label="Lines that were not understood">
                {odd.map(({ line, text }) => (
                  <li key={`${line} ${text}`}>
                    <span>{figure(line)}</span> {text}
                  </li>
                ))}
              </ul>
            )}
          </details>
        )}
        <EventList desk={desk} />
      </section>
      <section className="trace-stage" aria-label="Stage">
        <TraceStage controls={controls} desk={desk} />
      </section>
      <section className="trace-time" aria-label="Timeline">
        <Transport desk={desk} />
        <Lanes controls={controls} desk={desk} />
      </section>
      <Facts controls={controls} desk={desk} />
    </div>
  );
}

function Transport({ desk }: { readonly desk: TraceDesk }) {
  const event = useStore(desk.store, (s) => s.event);
  const last = useStore(desk.store, (s) => (s.opened?.events ?? 1) - 1);
  return (
    <div className="trace-transport">
      <IconButton
        icon="start"
        label="To the start"
        keys="Home"
        disabled={event === 0}
        onClick={() => desk.go(0)}
      />
      <IconButton icon="back" label="Back" keys="←" disabled={event === 0} onClick={() => desk.step(-1)} />
      <IconButton
        icon="forward"
        label="Forward"
        keys="→"
        disabled={event === last}
        onClick={() => desk.step(1)}
      />
      <IconButton
        icon="end"
        label="To the end"
        keys="End"
        disabled={event === last}
        onClick={() => desk.go(last)}
      />
      <span className="trace-where">
        event {figure(event + 1)} of {figure(last + 1)}
      </span>
      <span className="trace-seek">
        <Button onClick={() => void desk.seek('fault', true)}>next fault</Button>
        <Button onClick={() => void desk.seek('unsync', true)}>next unsync</Button>
        <Button onClick={() => void desk.seek('zap', true)}>next zap</Button>
        <Button onClick={() => void desk.seek('entry', true)}>next entry</Button>
      </span>
    </div>
  );
}
