import { useStore } from 'zustand';
import { figure } from '../../base';
import { speedName } from '../../session/commands';
import type { Controls } from '../../session/controls';
import { chordName } from '../../session/keys';
import { SPEEDS } from '../../session/state';
import { Button, IconButton } from '../../ui/Button';
import type { IconName } from '../../ui/Icon';
import { Menu } from '../../ui/Menu';
import './panel.css';

const BUTTONS: readonly { readonly id: string; readonly icon: IconName }[] = [
  { id: 'to-start', icon: 'start' },
  { id: 'beat-back', icon: 'back' },
  { id: 'play', icon: 'play' },
  { id: 'beat-forward', icon: 'forward' },
  { id: 'to-end', icon: 'end' },
];

interface TransportProps {
  readonly controls: Controls;
  /** Large buttons for a thumb, and nothing else. */
  readonly large?: boolean;
}

/** Playing and moving along the run. */
export function TransportPanel({ controls, large = false }: TransportProps) {
  const { session } = controls;
  const playing = useStore(session.store, (s) => s.playing);
  const cursor = useStore(session.store, (s) => s.cursor);
  const length = useStore(session.store, (s) => s.length);
  useStore(session.store, (s) => s.branch);
  useStore(session.store, (s) => s.furnished);
  return (
    <div className={large ? 'transport is-large' : 'transport'} role="toolbar" aria-label="Play and step">
      <div className="transport-buttons">
        {BUTTONS.map(({ id, icon }) => {
          const command = controls.find(id);
          if (command === undefined) return null;
          return (
            <IconButton
              key={id}
              className={id === 'play' ? 'transport-play' : undefined}
              icon={id === 'play' && playing ? 'pause' : icon}
              size={large ? 24 : 16}
              label={command.title}
              keys={command.keys === undefined ? undefined : chordName(command.keys[0] ?? '', false)}
              disabled={command.enabled === false}
              onClick={() => controls.execute(id)}
            />
          );
        })}
      </div>
      {!large && (
        <>
          <span className="transport-step">
            step {figure(cursor)} of {figure(length)}
          </span>
          <More controls={controls} />
        </>
      )}
    </div>
  );
}

function More({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const speed = useStore(session.store, (s) => s.speed);
  const instant = useStore(session.store, (s) => s.instant);
  const acts = controls.list().filter((command) => /^(actor|branch):/.test(command.id));
  return (
    <div className="transport-more">
      <label className="transport-speed">
        <span className="ui-hidden">Speed</span>
        <select
          value={instant ? 'instant' : String(speed)}
          onChange={(event) => {
            const { value } = event.target;
            if (value === 'instant') controls.execute('instant');
            else controls.execute(`speed:${value}`);
          }}
        >
          {SPEEDS.map((one) => (
            <option key={one} value={one}>
              {speedName(one)}
            </option>
          ))}
          <option value="instant">still</option>
        </select>
      </label>
      <Button onClick={() => controls.execute('next-fault')}>Next fault</Button>
      <Button disabled={controls.find('find') === undefined} onClick={() => controls.execute('find')}>
        Ask the past
      </Button>
      <Menu
        label="Act here: choose who goes next"
        icon="more"
        side="above"
        items={acts.map((command) => ({
          id: command.id,
          label: command.title,
          run: () => controls.execute(command.id),
        }))}
      >
        {acts.length === 0 && (
          <p className="transport-none">Nobody else can run here, and there is no other branch.</p>
        )}
      </Menu>
    </div>
  );
}
