import { useMemo, useState } from 'react';
import { useStore } from 'zustand';
import { sentence } from '../../base';
import type { Controls } from '../../session/controls';
import { lookForRaces, onStage, type RaceSettings, racingOf, SETTINGS } from '../../session/racing/page';
import { steeringOf } from '../../session/racing/steering';
import { Begin } from './Begin';
import { Found } from './Found';
import { Protections } from './Protections';
import { Scope } from './Scope';
import { Search } from './Search';
import { Steer } from './Steer';
import './panel.css';

/** Find a race: every interleaving of what is on stage, the shortest way to break it, and what each protection is for. */
export default function RacePanel({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const racing = racingOf(session);
  const race = useStore(racing.store);
  const [settings, setSettings] = useState<RaceSettings>(SETTINGS);
  const steering = useStore(steeringOf(session).store, (s) => s.now);
  useStore(session.store, (s) => s.version);
  const stage = onStage(session);
  // A run of another scenario is not steered on: its link would carry the text on stage. Switches make no other programs.
  const steered = steering?.explored.spec.programs === stage?.spec.programs ? steering : undefined;
  // What was found is of another scenario, or of other switches: it does not belong to what is on stage.
  const old = race.job !== undefined && race.job.spec !== stage?.spec;
  const row = race.rows.find(({ removed }) => removed?.name === race.shown) ?? race.rows[0];
  const spec = race.job?.spec;
  const design = stage?.design;
  const removed = row?.removed?.name;
  // Made once per row: what is drawn of it is kept by it.
  const explored = useMemo(
    () =>
      spec === undefined || design === undefined
        ? undefined
        : { spec, design, removed: removed === undefined ? [] : [removed] },
    [spec, design, removed],
  );
  return (
    <main className="race">
      <section className="race-side" aria-label="What to look for">
        <h2 className="race-title">Find a race</h2>
        <p className="race-about">
          Every interleaving of the vCPUs and every order in which their stores may reach memory. Take a
          protection away and see what breaks.
        </p>
        <Search
          race={race}
          settings={settings}
          onSettings={setSettings}
          onStart={() => lookForRaces(session, settings)}
          onCancel={() => racing.cancel()}
        />
        <Scope controls={controls} running={race.running} />
        <Protections race={race} shown={row?.removed?.name} onShow={(name) => racing.show(name)} />
      </section>
      <section className="race-found" aria-label="What was found">
        {old && (
          <p className="race-old" role="status">
            This was found before another scenario or other switches came on stage. Look again to explore what
            is there now.
          </p>
        )}
        {steered !== undefined ? (
          <Steer controls={controls} steered={steered} />
        ) : row === undefined || explored === undefined ? (
          <Nothing controls={controls} settings={settings} running={race.running} failed={race.failed} />
        ) : (
          <Found controls={controls} explored={explored} row={row} key={row.removed?.name ?? ''} />
        )}
      </section>
    </main>
  );
}

interface NothingProps {
  readonly controls: Controls;
  readonly settings: RaceSettings;
  readonly running: boolean;
  readonly failed: string | undefined;
}

function Nothing({ controls, settings, running, failed }: NothingProps) {
  if (failed !== undefined)
    return (
      <p className="race-failed" role="alert">
        The exploration could not be made. {sentence(failed)} Choose another scenario, or reload the page and
        look again.
      </p>
    );
  if (running)
    return (
      <p className="race-nothing">Exploring. What is found is shown here as soon as there is a verdict.</p>
    );
  return <Begin controls={controls} settings={settings} />;
}
