import { useMemo, useState } from 'react';
import { useStore } from 'zustand';
import type { Controls } from '../../session/controls';
import { IconButton } from '../../ui/Button';
import { lanesOf, revealing, type Span, zoomed } from '../../views/lanes';
import { Branches } from './Branches';
import { LANE_PITCH, LOCK_PITCH, laneScale, MARKS_HEIGHT } from './draw';
import { Legend } from './Legend';
import { Track } from './Track';
import './panel.css';

/** The run at a glance: a lane per actor, a bar where a lock is held, marks for what is worth a look, and the scrubber. */
export function LanesPanel({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const version = useStore(session.store, (s) => s.version);
  const { run } = session;
  const scale = laneScale();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a run that grew is the same object; its version says that it grew
  const lanes = useMemo(() => (run === undefined ? undefined : lanesOf(run)), [run, version]);
  const cursor = useStore(session.store, (s) => s.cursor);
  const [chosen, setChosen] = useState<Span>();
  const length = lanes?.length ?? 0;
  // The same span is the same object: the track draws anew only when another part of the run is in view.
  const whole = useMemo<Span>(() => ({ from: 0, to: Math.max(1, length) }), [length]);
  if (lanes === undefined) return null;

  const kept = chosen === undefined || chosen.to > length + 1 ? whole : revealing(chosen, length, cursor);
  const widest = kept.to - kept.from >= length;
  const setSpan = (span: Span): void => setChosen(span.to - span.from >= length ? undefined : span);
  const buffered = (session.run?.built.machine.storeBuffers.depth ?? 0) > 0;
  const names = [...lanes.actors.map((actor) => actor.name), ...lanes.locks.map((lock) => lock.name)];
  return (
    <section className="lanes" aria-label="Timeline">
      <Branches controls={controls} />
      <ul className="lanes-names" style={{ paddingTop: MARKS_HEIGHT * scale }} aria-hidden="true">
        {lanes.actors.map((actor) => (
          <li key={actor.index} style={{ height: LANE_PITCH * scale }}>
            {actor.name}
          </li>
        ))}
        {lanes.locks.map((lock) => (
          <li key={lock.name} style={{ height: LOCK_PITCH * scale }}>
            {lock.name}
          </li>
        ))}
      </ul>
      <Track
        controls={controls}
        lanes={lanes}
        span={kept}
        onSpan={setSpan}
        label={`Step. Lanes: ${names.join(', ')}`}
      />
      <footer className="lanes-foot">
        <Legend shows={(kind) => kind !== 'drain' || buffered} />
        <div>
          <IconButton
            icon="minus"
            label="Show more of the run"
            disabled={widest}
            onClick={() => setSpan(zoomed(kept, length, 2, cursor))}
          />
          <IconButton
            icon="whole"
            label="Show the whole run"
            disabled={widest}
            onClick={() => setChosen(undefined)}
          />
          <IconButton
            icon="plus"
            label="Look closer"
            disabled={length <= 12}
            onClick={() => setSpan(zoomed(kept, length, 0.5, cursor))}
          />
        </div>
      </footer>
    </section>
  );
}
