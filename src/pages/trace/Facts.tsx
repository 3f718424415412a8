import { useStore } from 'zustand';
import { figure } from '../../base';
import type { Controls } from '../../session/controls';
import type { TraceMoment } from '../../trace';
import { FactList } from '../../ui/FactList';
import type { TraceDesk } from './desk';
import { Explain } from './Explain';
import './facts.css';

/** What the event means in words, what each vCPU does, and what the trace cannot show. */
export function Facts({ desk }: { readonly controls: Controls; readonly desk: TraceDesk }) {
  const moment = useStore(desk.store, (s) => s.moment);
  if (moment === undefined) return <aside className="trace-facts" aria-label="What happened" />;
  const lane = moment.lane === undefined ? undefined : moment.lanes[moment.lane];
  return (
    <aside className="trace-facts" aria-label="What happened">
      <header>
        <h2>Line {figure(moment.line)}</h2>
        <span>{lane === undefined ? 'no vCPU' : `${lane.name} · ${where(lane.mode)}`}</span>
      </header>
      <p className="trace-caption">{moment.caption}</p>
      <p className="trace-words">
        <b>{moment.name}</b> {moment.payload}
      </p>
      {moment.unknown.length > 0 && (
        <section className="trace-unknown">
          <h3>What the trace cannot show</h3>
          {moment.unknown.map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
        </section>
      )}
      <section>
        <h3>vCPUs</h3>
        <FactList
          facts={moment.lanes.map((one) => ({
            name: one.name,
            value: `${where(one.mode)}${one.mode === 'KVM' && one.reason !== '' ? `: ${one.reason}` : ''}`,
            tip:
              one.top === undefined
                ? 'Its top table is not known here'
                : `Top table 0x${one.top.toString(16)}`,
          }))}
        />
      </section>
      <section>
        <h3>Shadow</h3>
        <FactList facts={shadowFacts(moment)} />
      </section>
      <Explain desk={desk} />
    </aside>
  );
}

const where = (mode: 'guest' | 'KVM' | 'unknown'): string =>
  mode === 'guest' ? 'in the guest' : mode === 'KVM' ? 'in KVM' : 'not known where';

const shadowFacts = ({ alive, unsync, pages, time }: TraceMoment) => [
  { name: 'pages alive', value: figure(alive) },
  { name: 'of them unsync', value: figure(unsync) },
  ...(alive > pages.length ? [{ name: 'on the stage', value: figure(pages.length) }] : []),
  { name: 'time', value: `${time.toFixed(6)} s` },
];
